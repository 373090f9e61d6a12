/** Programs that just end, with a pool in some state: `exits_scenario.ts <case>`. */
import process from "node:process";
import * as tasks from "./crash_tasks.ts";
import { createPool } from "./scenario_pool.ts";

const cases: Record<string, () => unknown> = {
  "idle pool": async () => {
    console.log(await createPool(2).map(tasks.echo, [1, 2]));
  },
  "unused pool": () => createPool(2),
  "unused pool, kept small": () => createPool({ workers: 2, idleTimeout: 5000 }),
  "closed, never joined": async () => {
    const pool = createPool(2);
    console.log(await pool.map(tasks.echo, [1, 2]));
    pool.close();
  },
  "closed at once": () => createPool(2).close(),
  "terminated, not awaited": () => void createPool(2).terminate(),
  "abandoned iterator": async () => {
    const results = createPool(2).imap(tasks.echo, naturals());
    console.log(await results.next(), await results.next());
  },
  "abandoned iterator, closed": async () => {
    const pool = createPool(2);
    const results = pool.imapUnordered(tasks.echo, naturals());
    console.log((await results.next()).done);
    pool.close();
  },
  "abandoned stream": async () => {
    const pool = createPool(1);
    const stream = pool.stream(function* () {
      for (let n = 0;; n++) yield n;
    });
    console.log(await stream.next());
  },
  "failed results": () => {
    const pool = createPool(2);
    pool.applyAsync(tasks.fail, ["nobody looks"]);
    pool.mapAsync(tasks.fail, ["a", "b"]);
    pool.applyAsync(tasks.exit, [1]);
    console.log("submitted");
  },
  "pending result": () => {
    createPool(1).apply(tasks.sleep, [400, "arrived"]).then(console.log);
  },
  "pending result after a death": () => {
    const pool = createPool(1);
    pool.applyAsync(tasks.exit, [1]);
    pool.apply(tasks.sleep, [200, "arrived"]).then(console.log);
  },
  "pending map of a closed pool": () => {
    const pool = createPool(2);
    pool.map(tasks.sleep, [200, 250, 300]).then((list) => console.log(list.length, "arrived"));
    pool.close();
  },
  "finalizer of a closed pool": async () => {
    const pool = createPool({ workers: 2, finalizer: () => console.log("finalized") });
    await pool.broadcast(tasks.noop);
    pool.close();
  },
  "busy loop with timeout": async () => {
    const pool = createPool(1);
    const began = performance.now();
    const error = await pool.apply(tasks.spinForever, [], { timeout: 100, grace: 50 })
      .catch((error) => error);
    const next = await pool.apply(tasks.echo, ["next"]);
    console.log(error.name, next, performance.now() - began < 2000 ? "soon" : "late");
  },
  "busy loop, terminated": async () => {
    const pool = createPool(1);
    const result = pool.applyAsync(tasks.spinForever);
    await pool.apply(tasks.echo, [1], { queueTimeout: 300 }).catch(() => {});
    const began = performance.now();
    await pool.terminate();
    const ended = performance.now() - began < 1500 ? "soon" : "late";
    console.log((await result.get().catch((error) => error)).name, ended);
  },
  "after join": async () => {
    const pool = createPool(2);
    await pool.map(tasks.echo, [1, 2, 3]);
    await pool.apply(tasks.exit, [1]).catch(() => {});
    await pool.apply(tasks.echo, [1], { signal: new AbortController().signal, timeout: 60_000 });
    pool.close();
    await pool.join();
    console.log(JSON.stringify(resources()));
  },
  "after terminate": async () => {
    const pool = createPool(2);
    const results = [1, 2, 3].map(() =>
      pool.applyAsync(tasks.sleep, [60_000], { timeout: 90_000 })
    );
    await pool.apply(tasks.echo, [1], { queueTimeout: 200 }).catch(() => {});
    await pool.terminate();
    console.log(JSON.stringify(results.every((result) => result.ready()) && resources()));
  },
  "bad flags": async () => {
    let error: unknown;
    try {
      await createPool({ workers: 2, execArgv: ["--expose-gc"] }).apply(tasks.echo, [1]);
    } catch (caught) {
      error = caught;
    }
    // Longer than a transport waits for the end of a thread: there is none, and nobody to be told of it.
    await createPool(1).apply(tasks.sleep, [200]);
    console.log(error === undefined ? "ignored" : "refused");
  },
  "throwing listener": async () => {
    process.on("uncaughtException", (error) => console.log("uncaught", error.message));
    const pool = createPool(1);
    pool.events.subscribe(({ type }) => {
      if (type === "end") throw new RangeError("listener");
    });
    console.log(await pool.apply(tasks.echo, ["fine"]));
  },
};

function* naturals(): Generator<number> {
  for (let n = 0;; n++) yield n;
}

/** What keeps Node running; elsewhere the end of the program tells. */
function resources(): string[] {
  const list = (process as { getActiveResourcesInfo?: () => string[] }).getActiveResourcesInfo?.();
  return (list ?? []).filter((name) => /Worker|MessagePort|Timeout|Immediate/.test(name));
}

if (import.meta.main) await cases[process.argv[2]!]!();
