// What each worker keeps for itself: made at its first use, never shared, never sent.
// `per_worker_storage.ts [thread|process]`
import process from "node:process";
import { currentTask, local, Pool, task } from "@pool/core";

interface Notebook {
  readonly owner: number;
  readonly entries: string[];
}

// At the top level, so that the module has it in every worker.
const notebook = local((): Notebook => ({ owner: currentTask().workerId, entries: [] }));

export const note = task(import.meta, function note(entry: string) {
  notebook.value.entries.push(entry);
});

export const read = task(import.meta, () => notebook.value);

if (import.meta.main) {
  const backend = process.argv[2] === "process" ? "process" : "thread";
  await using pool = new Pool({ workers: 3, backend });
  const words = Array.from({ length: 300 }, (_, i) => `word ${i}`);
  await pool.map(note, words, { chunksize: 1 });

  const notebooks = await pool.broadcast(read);
  console.log("notebooks:", notebooks.length);
  console.log("owners:", new Set(notebooks.map(({ owner }) => owner)).size);
  console.log("entries:", new Set(notebooks.flatMap(({ entries }) => entries)).size);
  console.log("here:", notebook.has);
}
// notebooks: 3
// owners: 3
// entries: 300
// here: false
