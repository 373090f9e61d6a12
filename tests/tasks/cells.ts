/** Tasks of the suites of Value and SharedArray. */
import type { CellType, RLock, SharedArray, Value } from "@pool/core";
import { task } from "@pool/core/task";

/** Adds so many times. */
export const addOften = task(
  import.meta,
  async function addOften(
    cell: Value<CellType>,
    addend: number | bigint,
    times: number,
  ): Promise<void> {
    for (let i = 0; i < times; i++) await cell.add(addend as never);
  },
);

/** Adds so many times, without promises. */
export const addOftenSync = task(
  import.meta,
  function addOftenSync(cell: Value<CellType>, addend: number | bigint, times: number): void {
    for (let i = 0; i < times; i++) cell.addSync(addend as never);
  },
);

/** All that can be done with a value. */
export const useValue = task(import.meta, async function useValue(cell: Value<"f64">) {
  const seen = [cell.type, await cell.get()];
  await cell.set(2.5);
  seen.push(await cell.get(), await cell.add(-1.25));
  const refused = [() => cell.set("1" as never), () => cell.add(1n as never)];
  for (const call of refused) seen.push(await call().then(() => "done", (error) => error.name));
  return seen;
});

/** All that can be done with an array. */
export const useArray = task(import.meta, async function useArray(all: SharedArray<"u8">) {
  const seen: unknown[] = [all.type, all.length, await all.get(0)];
  await all.set(1, 250);
  seen.push(await all.add(1, 5), await all.toArray(), await all.slice(1), await all.slice(-2, -1));
  const refused = [() => all.get(3), () => all.set(0, 256), () => all.add(1, 1), () => all.get(-1)];
  for (const call of refused) seen.push(await call().then(() => "done", (error) => error.name));
  return seen;
});

/** What the ways are refused with that need shared memory. */
export const withoutMemory = task(
  import.meta,
  function withoutMemory(cell: Value<"i32">, all: SharedArray<"i32">): string[] {
    const calls = [
      () => cell.value,
      () => cell.value = 1,
      () => cell.addSync(1),
      () => all.view,
      () => all.addSync(0, 1),
    ];
    return calls.map((call) => {
      try {
        return `done: ${call()}`;
      } catch (error) {
        return (error as Error).name;
      }
    });
  },
);

/** Doubles all elements with the lock. */
export const doubleAll = task(
  import.meta,
  async function doubleAll(all: SharedArray<"i32">): Promise<void> {
    await using _held = await all.getLock().acquire({ timeout: 8000 });
    for (let i = 0; i < all.length; i++) await all.set(i, await all.get(i) * 2);
  },
);

/** Whether a lock is that of a value; and both again. */
export const sameLock = task(
  import.meta,
  function sameLock(cell: Value<"bool">, lock: RLock): [boolean, Value<"bool">, RLock] {
    return [cell.getLock() === lock, cell, lock];
  },
);
