/** Tasks that make shared things, or know their classes: their module imports the whole library. */
import { Barrier, Condition, Empty, Full, Lock, Queue, type SharedQueue, task } from "@pool/core";

export const makeBarrier = task(import.meta, () => new Barrier(2));

export const makeCondition = task(import.meta, () => new Condition());

/** Whether the second of these protects the first. */
export const protects = task(import.meta, async (changed: Condition, lock: Lock) => {
  using _held = await lock.acquire();
  await changed.notify();
  return lock instanceof Lock;
});

export const makeQueue = task(import.meta, async (): Promise<Queue<string>> => {
  const queue = new Queue<string>();
  await queue.put("made here");
  return queue;
});

/** The names of the errors of a full and an empty queue, as a worker sees them. */
export const errorsOf = task(
  import.meta,
  async (full: SharedQueue, empty: SharedQueue): Promise<string[]> => {
    const waits = [{ timeout: 10 }, { block: false }, { timeout: 0 }, { timeout: -1 }];
    const puts = waits.map((wait) => full.put(1, wait));
    const gets = waits.map((wait) => empty.get(wait));
    const all = [...puts, full.putNowait(1), ...gets, empty.getNowait()];
    const errors = await Promise.all(all.map((one) => one.then(() => "none", (error) => error)));
    return errors.map((error) => error instanceof Full || error instanceof Empty ? error.name : "");
  },
);
