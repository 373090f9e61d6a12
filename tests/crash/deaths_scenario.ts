/** Workers that end in every way they can: `deaths_scenario.ts <case>`. */
import process from "node:process";
import { importTasks, type Pool, type PoolOptions } from "@pool/core";
import * as tasks from "./crash_tasks.ts";
import { createPool } from "./scenario_pool.ts";
import { outcome, tell, type Told } from "./outcome.ts";

/** What the test looks at. */
export interface DeathReport {
  /** Of the call that met the end. */
  readonly victim: Told;
  /** Of calls around it; only those that were not fulfilled. */
  readonly others: readonly Told[];
  /** Of a call that came afterwards. */
  readonly after: Told;
  /** Milliseconds from the submission to the last of them. */
  readonly took: number;
  readonly died?: number;
  readonly spawned?: number;
}

/** Runs one call that ends its worker among others that do not. */
async function among(call: (pool: Pool) => PromiseLike<unknown>, options: PoolOptions = {}) {
  await using pool = createPool({ workers: 2, ...options });
  await outcome(pool.map(tasks.echo, [1, 2, 3, 4]));
  const began = performance.now();
  const victim = outcome(call(pool));
  const around = Array.from({ length: 50 }, (_, n) => outcome(pool.apply(tasks.echo, [n])));
  const settled = await Promise.all(around);
  const report = {
    victim: await victim,
    others: settled.filter(({ state }) => state !== "fulfilled"),
    after: await outcome(pool.apply(tasks.echo, ["after"])),
    took: performance.now() - began,
    died: pool.stats().workers.died,
  };
  tell(report);
}

/** A pool whose workers cannot be brought up. */
async function broken(options: PoolOptions): Promise<void> {
  const began = performance.now();
  let pool: Pool | undefined;
  try {
    pool = createPool({ workers: 2, ...options });
    const calls = Array.from({ length: 5 }, () => outcome(pool!.apply(tasks.echo, [1])));
    const [victim, ...others] = await Promise.all(calls);
    const later = outcome((async () => await pool!.apply(tasks.echo, [2]))());
    const took = performance.now() - began;
    tell({ victim, others, after: await later, took, spawned: pool.stats().workers.spawned });
  } finally {
    await pool?.terminate();
  }
}

/** Calls the task when the last one has ended its worker. */
async function idle(end: (pool: Pool) => PromiseLike<unknown>): Promise<void> {
  await using pool = createPool(1);
  const down = Promise.withResolvers<void>();
  pool.events.subscribe(({ type }) => type === "workerDown" && down.resolve());
  const began = performance.now();
  const victim = await outcome(end(pool));
  await outcome(down.promise);
  const after = await outcome(pool.apply(tasks.echo, ["after"]));
  const took = performance.now() - began;
  tell({ victim, others: [], after, took, died: pool.stats().workers.died });
}

const here = (name: string): URL => new URL(name, import.meta.url);

const cases: Record<string, () => Promise<void>> = {
  "exit 0": () => among((pool) => pool.apply(tasks.exit, [0])),
  "exit 1": () => among((pool) => pool.apply(tasks.exit, [1])),
  "exit 3": () => among((pool) => pool.apply(tasks.exit, [3])),
  "throw in timer": () => among((pool) => pool.apply(tasks.throwInTimer)),
  "throw undefined": () => among((pool) => pool.apply(tasks.throwUndefined)),
  "unhandled rejection": () => among((pool) => pool.apply(tasks.rejectUnhandled)),
  "overflow": () => among((pool) => pool.apply(tasks.overflow)),
  "overflow in timer": () => among((pool) => pool.apply(tasks.overflowInTimer)),
  "Deno.exit": () => among((pool) => pool.apply(tasks.denoExit, [5])),
  "self.close": () => among((pool) => pool.apply(tasks.closeSelf)),
  "out of memory": () =>
    among((pool) => pool.apply(tasks.outOfMemory), {
      resourceLimits: { maxOldGenerationSizeMb: 24 },
    }),
  "encode": () => among((pool) => pool.apply(tasks.exitWhileEncoding, [6])),
  "receive": () => among((pool) => pool.apply(tasks.take, [new tasks.Bomb(4)])),
  "item of a chunk": () =>
    among((pool) => pool.map(tasks.exitInItem, [1, 2, 3, 4, 5], { chunksize: 5 })),
  "answer, exit in a microtask": () =>
    among((pool) => pool.apply(tasks.answerThenExit, ["microtask", "answer"])),
  "answer, exit in an immediate": () =>
    among((pool) => pool.apply(tasks.answerThenExit, ["immediate", "answer"])),
  "answer, exit in a timer": () =>
    among((pool) => pool.apply(tasks.answerThenExit, ["timer", "x".repeat(1_000_000)])),
  "retry": () => among((pool) => pool.apply(tasks.exit, [1], { retries: 2 })),
  "idle exit": () => idle((pool) => pool.apply(tasks.exitLater, [2, 30])),
  "idle throw": () => idle((pool) => pool.apply(() => void setTimeout(() => [][0]!["x"], 30))),
  "unused exit": () => idle((pool) => pool.broadcast(tasks.exitOnce, [30])),
  "initializer exits": () => broken({ initializer: tasks.exit, initargs: [7] }),
  "initializer throws": () => broken({ initializer: tasks.fail, initargs: ["no start"] }),
  "initializer never ends": () =>
    broken({ initializer: tasks.sleep, initargs: [60_000], spawnTimeout: 150 }),
  "entry throws": () => broken({ workerUrl: here("./throwing_entry.ts") }),
  "entry missing": () => broken({ workerUrl: here("./no_such_entry.ts") }),
  "entry silent": () => broken({ workerUrl: here("./silent_entry.ts"), spawnTimeout: 300 }),
  "module throws": () => {
    const { never } = importTasks<typeof import("./throws_on_import.ts")>(
      here("./throws_on_import.ts"),
    );
    return among((pool) => pool.apply(never));
  },
  "all workers, full queue": async () => {
    await using pool = createPool(4);
    await outcome(pool.broadcast(tasks.noop));
    const began = performance.now();
    const deaths = Array.from({ length: 4 }, (_, n) => outcome(pool.apply(tasks.exit, [n])));
    const calls = Array.from({ length: 500 }, (_, n) => outcome(pool.apply(tasks.echo, [n])));
    const [victim, ...dead] = await Promise.all(deaths);
    const settled = await Promise.all(calls);
    const others = settled.filter(({ state }) => state !== "fulfilled")
      .concat(dead.filter(({ name }) => name !== "WorkerDiedError"));
    const after = await outcome(pool.apply(tasks.echo, ["after"]));
    tell({ victim, others, after, took: performance.now() - began });
  },
  "ten deaths, one after the other": async () => {
    await using pool = createPool(2);
    const began = performance.now();
    let victim!: Told;
    for (let n = 0; n < 10; n++) victim = await outcome(pool.apply(tasks.exit, [n]));
    const after = await outcome(pool.apply(tasks.echo, ["after"]));
    const took = (performance.now() - began) / 10;
    tell({ victim, others: [], after, took, died: pool.stats().workers.died });
  },
};

if (import.meta.main) await cases[process.argv[2]!]!();
