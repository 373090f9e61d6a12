/** Tasks that are given shared things and drop them. */
import process from "node:process";
import type { Condition, Lock, RLock, SimpleQueue, Value } from "@pool/core";
import { task } from "@pool/core/task";
import { realm } from "../../src/protocol/realm.ts";
import { collectGarbage } from "../collect_garbage.ts";

export const takeOnce = task(
  import.meta,
  async (lock: Lock | RLock | Condition): Promise<boolean> => {
    const held = await lock.acquire({ timeout: 5000 });
    await held?.release();
    return held !== null;
  },
);

/** Drops what it was given, and says how many handles are left. */
export const drop = task(import.meta, async (): Promise<number> => {
  await collectGarbage();
  return realm.handles.size;
});

export const takeQueued = task(
  import.meta,
  async (queue: SimpleQueue<Lock>): Promise<boolean> => await takeOnce(await queue.get()),
);

export const takeQueuedLocks = task(
  import.meta,
  async (queue: SimpleQueue<Value<"i32"> | Condition>): Promise<boolean[]> => {
    const value = await queue.get() as Value<"i32">;
    return [await takeOnce(value.getLock()), await takeOnce(await queue.get() as Condition)];
  },
);

export const putInto = task(
  import.meta,
  async (queue: SimpleQueue<Lock>, lock: Lock): Promise<void> => await queue.put(lock),
);

export const takeAndHang = task(import.meta, async (lock: Lock): Promise<void> => {
  await lock.acquire();
  await new Promise(() => setInterval(() => {}, 1000));
});

export const echo = task(import.meta, <T>(value: T): T => value);

/** Given to an initializer: for all calls of the worker. */
const own: { lock?: Lock } = {};

export const keep = task(import.meta, (lock: Lock): void => void (own.lock = lock));

export const takeKept = task(import.meta, async (): Promise<boolean> => {
  await collectGarbage();
  return await takeOnce(own.lock!);
});

export const exit = task(import.meta, (): never => process.exit(1));
