// A database connection for each worker: opened once by the initializer, used by every task, and
// closed by the finalizer. `database_per_worker.ts [thread|process]`
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { local, Pool, task } from "@pool/core";

const database = local<DatabaseSync>();

export const open = task(import.meta, function open(path: string) {
  database.value = new DatabaseSync(path);
  // Several connections write to one file: who finds it locked waits, up to ten seconds.
  database.value.exec("PRAGMA busy_timeout = 10000");
  database.value.exec("INSERT INTO connections DEFAULT VALUES");
});

export const close = task(import.meta, () => database.value.close());

export const add = task(import.meta, function add(name: string) {
  database.value.prepare("INSERT INTO people (name) VALUES (?)").run(name);
});

export const count = task(import.meta, function count(name: string) {
  const select = database.value.prepare("SELECT count(*) AS n FROM people WHERE name = ?");
  return Number(select.get(name)!.n);
});

if (import.meta.main) {
  const backend = process.argv[2] === "process" ? "process" : "thread";
  const folder = await mkdtemp(join(tmpdir(), "database-"));
  const path = join(folder, "people.db");
  const main = new DatabaseSync(path);
  main.exec("CREATE TABLE people (name TEXT)");
  main.exec("CREATE TABLE connections (id INTEGER PRIMARY KEY)");
  {
    await using pool = new Pool({
      workers: 3,
      backend,
      initializer: open,
      initargs: [path],
      finalizer: close,
    });
    const names = ["Ada", "Bob", "Ada", "Cyd"];
    await pool.map(add, Array.from({ length: 40 }, (_, i) => names[i % 4]!), { chunksize: 1 });
    console.log("people:", (await pool.map(count, ["Ada", "Bob", "Dan"])).join(" "));
    console.log("what each worker sees:", (await pool.broadcast(count, ["Ada"])).join(" "));
  }
  const { n } = main.prepare("SELECT count(*) AS n FROM connections").get()!;
  console.log("connections that were opened:", Number(n));
  main.close();
  await rm(folder, { recursive: true });
}
// people: 20 10 0
// what each worker sees: 20 20 20
// connections that were opened: 3
