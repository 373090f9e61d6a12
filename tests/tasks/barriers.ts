/** Tasks that wait at barriers. */
import { appendFileSync } from "node:fs";
import process from "node:process";
import type { Barrier } from "@pool/core";
import { task } from "@pool/core/task";

/** The index, or the name of the error. */
const told = (wait: Promise<number>): Promise<number | string> =>
  wait.catch((error: Error) => error.name);

export const wait = task(
  import.meta,
  (barrier: Barrier, timeout = 10_000) => told(barrier.wait({ timeout })),
);

/** As `wait`, with a blocked thread. */
export const waitSync = task(import.meta, (barrier: Barrier, timeout = 10_000) => {
  try {
    return barrier.waitSync({ timeout });
  } catch (error) {
    return (error as Error).name;
  }
});

/** Waits without a limit of its own. */
export const waitAsItSays = task(import.meta, (barrier: Barrier) => told(barrier.wait()));

/** So many waits of one worker. */
export const waitTogether = task(
  import.meta,
  (barrier: Barrier, count: number) =>
    Promise.all(Array.from({ length: count }, () => wait(barrier))),
);

/** Passes many times, and counts its arrivals in its own cell; looks whether all others keep up. */
export const pass = task(
  import.meta,
  async (barrier: Barrier, memory: SharedArrayBuffer, cell: number, rounds: number) => {
    const cells = new Int32Array(memory);
    const sums: Record<number, number> = {};
    for (let round = 1; round <= rounds; round++) {
      Atomics.store(cells, cell, round);
      const index = await barrier.wait({ timeout: 10_000 });
      sums[index] = (sums[index] ?? 0) + 1;
      const late = cells.findIndex((_, other) => Atomics.load(cells, other) < round);
      if (late >= 0) throw new Error(`${late} is late in round ${round}`);
    }
    return sums;
  },
);

/** As `pass`, with a blocked thread. */
export const passSync = task(
  import.meta,
  (barrier: Barrier, memory: SharedArrayBuffer, cell: number, rounds: number) => {
    const cells = new Int32Array(memory);
    const sums: Record<number, number> = {};
    for (let round = 1; round <= rounds; round++) {
      Atomics.store(cells, cell, round);
      const index = barrier.waitSync({ timeout: 10_000 });
      sums[index] = (sums[index] ?? 0) + 1;
      const late = cells.findIndex((_, other) => Atomics.load(cells, other) < round);
      if (late >= 0) throw new Error(`${late} is late in round ${round}`);
    }
    return sums;
  },
);

/** Passes many times; its indices, in order. */
export const indices = task(import.meta, async (barrier: Barrier, rounds: number) => {
  const all: number[] = [];
  for (let round = 0; round < rounds; round++) all.push(await barrier.wait({ timeout: 10_000 }));
  return all;
});

/** Dies a little after it came to the barrier. */
export const die = task(import.meta, async (barrier: Barrier) => {
  setTimeout(() => process.exit(3), 50);
  await barrier.wait();
  await new Promise(() => {});
});

/** Where actions write; workers have the environment of their host. */
const DIARY = "POOL_TEST_BARRIER_DIARY";

export const keepDiary = (path: string): void => void (process.env[DIARY] = path);

export const note = task(import.meta, async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  appendFileSync(process.env[DIARY]!, `${process.pid}\n`);
});

export const fail = task(import.meta, () => {
  throw new RangeError("no such luck");
});

export const dieInAction = task(import.meta, () => process.exit(3));

export const tarry = task(
  import.meta,
  () => new Promise<void>((resolve) => setTimeout(resolve, 500)),
);

/** What blocking does where memory is not shared. */
export const blockElsewhere = task(import.meta, (barrier: Barrier) => {
  try {
    return barrier.waitSync();
  } catch (error) {
    return (error as Error).name;
  }
});
