/** What workers do with the objects of a manager. */
import {
  type DictProxy,
  type ListProxy,
  type Lock,
  Manager,
  Process,
  task,
  Thread,
} from "@pool/core";

export type AnyDict = DictProxy<string, unknown>;

/** Calls of each kind; what the worker has seen, and the proxy that it found in the dict. */
export const useAll = task(
  import.meta,
  async (dict: AnyDict, list: ListProxy<number>, name: string) => {
    const inner = await dict.get("inner") as AnyDict;
    await inner.set(name, [name]);
    await dict.set(name, { inner });
    await list.append(name.length);
    const own = await dict.get(name) as { inner: AnyDict };
    return [await inner.get(name), own.inner === inner, inner] as const;
  },
);

export const setOne = task(import.meta, async (dict: AnyDict, key: string, value: unknown) => {
  await dict.set(key, value);
});

/** Has a worker of its own set it. */
export const setByChild = task(
  import.meta,
  async (dict: AnyDict, kind: "thread" | "process", key: string) => {
    const Kind = kind === "thread" ? Thread : Process;
    await using child = new Kind({ target: setOne, args: [dict, key, kind] });
    child.start();
    await child.join();
    return await dict.get(key);
  },
);

export const countUnderLock = task(
  import.meta,
  async (totals: DictProxy<string, number>, lock: Lock, times: number) => {
    for (let i = 0; i < times; i++) {
      await using _held = (await lock.acquire())!;
      await totals.set("calls", (await totals.get("calls", 0)) + 1);
    }
  },
);

/** Puts its name where nobody was, and every name into a list, many calls at once. */
export const enterAll = task(
  import.meta,
  async (dict: AnyDict, list: ListProxy<number>, first: number, count: number) => {
    const winners = await Promise.all(
      Array.from({ length: count }, async (_, i) => {
        await list.append(first + i);
        return await dict.setDefault(`place ${i}`, first + i);
      }),
    );
    return winners;
  },
);

/** Small and large values by turns, without waiting: each must be seen in the order of the calls. */
export const callInOrder = task(import.meta, async (list: ListProxy<string>, rounds: number) => {
  const seen: Promise<unknown>[] = [];
  const expected: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const value = round % 3 === 0 ? `${round}`.repeat(5000) : `${round}`;
    expected.push(value);
    void list.append(value);
    seen.push(list.get(-1));
    if (round % 5 === 0) await seen.at(-1);
  }
  return (await Promise.all(seen)).every((value, i) => value === expected[i]);
});

/** Calls until it is killed. */
export const callForever = task(import.meta, async (dict: AnyDict): Promise<void> => {
  for (let i = 0;; i++) {
    void dict.set(`k${i % 10}`, "x".repeat(i % 20_000)).catch(() => {});
    await dict.get(`k${i % 10}`);
    await dict.set("calls", i);
  }
});

/** Calls until the manager is gone; the name of the error, and how many calls before. */
export const callToTheEnd = task(import.meta, async (dict: AnyDict, atOnce: number) => {
  for (let i = 0;; i++) {
    const calls = Array.from({ length: atOnce }, (_, j) => dict.set(`k${j}`, i));
    const ends = await Promise.allSettled(calls);
    await dict.set("calls", i).catch(() => {});
    const end = ends.find((one) => one.status === "rejected");
    if (end) return String(end.reason.name);
  }
});

export const tryGet = task(import.meta, async (dict: AnyDict): Promise<string> => {
  return await dict.get("k").then(() => "fine", (error) => error.name);
});

/** A manager of the worker's own: other workers use its dict until it is shut down. */
export const ownManager = task(import.meta, async (mine: AnyDict) => {
  await using manager = await Manager.start();
  const dict = await manager.dict();
  await mine.set("of worker", dict);
  while (!await dict.has("answer")) await new Promise((resolve) => setTimeout(resolve, 1));
  return await dict.get("answer");
});
