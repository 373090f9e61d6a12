// More work than workers: calls that go first, and a queue with a bound.
import { Pool, QueueFullError, task } from "@pool/core";
import { setTimeout } from "node:timers/promises";

export const render = task(import.meta, async function render(page: string) {
  await setTimeout(20);
  return page;
});

if (import.meta.main) {
  // One worker, and at most three calls that wait for it.
  await using pool = new Pool({ workers: 1, maxQueue: 3 });
  await pool.apply(render, ["warm-up"]);

  const finished: string[] = [];
  const note = (page: string) => void finished.push(page);
  const pages = [
    pool.apply(render, ["first"]).then(note), // goes to the worker
    pool.apply(render, ["preview"], { priority: -1 }).then(note),
    pool.apply(render, ["normal"]).then(note),
    pool.apply(render, ["urgent"], { priority: 10 }).then(note),
  ];
  // By default a call beyond the bound is refused; with `whenFull: "wait"` it would wait outside.
  const refused = await pool.apply(render, ["one too many"]).catch((error) => error);
  console.log(refused instanceof QueueFullError); // true

  await Promise.all(pages);
  console.log(finished.join(", ")); // first, urgent, normal, preview
}
