/** Tasks that put and get. A diary is a file: what stands in it was acknowledged. */
import { appendFileSync } from "node:fs";
import process from "node:process";
import type { JoinableQueue, SharedQueue, SimpleQueue } from "@pool/core";
import { task } from "@pool/core/task";
import { errorNames } from "./error_names.ts";

/** An item of the tests: who has put it, and the how manieth of this producer it is. */
export type Numbered = [producer: number, index: number];

/** Longest wait (ms) for what must come. */
const LONG = 15_000;

const nameOf = (error: unknown): string => (error as Error).name;

export const put = task(import.meta, async <T>(queue: SharedQueue<T>, item: T): Promise<void> => {
  await queue.put(item);
});

/** Puts an item whose getter puts another one. */
export const putNested = task(import.meta, async (queue: SharedQueue<unknown>): Promise<void> => {
  const inner: unknown[] = [];
  const item = {
    get first() {
      if (inner.length === 0) inner.push(queue.put("inner ".repeat(10)));
      return 1;
    },
    second: "outer",
  };
  await queue.put(item);
  await inner[0];
});

export const get = task(
  import.meta,
  async <T>(queue: SharedQueue<T>): Promise<T> => await queue.get({ timeout: LONG }),
);

export const putRange = task(
  import.meta,
  async (queue: SharedQueue<Numbered>, producer: number, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await queue.put([producer, i], { timeout: LONG });
  },
);

/** Takes items until a `null` comes. */
export const getUntilNull = task(
  import.meta,
  async <T>(queue: SharedQueue<T | null>): Promise<T[]> => {
    const items: T[] = [];
    for (;;) {
      const item = await queue.get({ timeout: LONG });
      if (item === null) return items;
      items.push(item);
    }
  },
);

/** Puts without waiting for each: several calls are on the way at a time. */
export const putTogether = task(
  import.meta,
  async (queue: SharedQueue<number>, count: number): Promise<void> => {
    await Promise.all(Array.from({ length: count }, (_, i) => queue.put(i)));
  },
);

export const getTogether = task(
  import.meta,
  (queue: SharedQueue<number>, count: number): Promise<number[]> =>
    Promise.all(Array.from({ length: count }, () => queue.get({ timeout: LONG }))),
);

/** Puts the bytes that are needed to fill any ring, then ends. */
export const putLarge = task(
  import.meta,
  async (queue: SharedQueue<Uint8Array>, bytes: number, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await queue.put(new Uint8Array(bytes).fill(i + 1));
  },
);

/** As `putLarge`, but its items may be lost with it. */
export const putLargeAndLeave = task(
  import.meta,
  async (queue: SharedQueue<Uint8Array>, bytes: number): Promise<void> => {
    await queue.put(new Uint8Array(bytes));
    queue.close();
    queue.cancelJoinThread();
  },
);

/** The path of what cannot be put. */
export const refusedPath = task(
  import.meta,
  async (queue: SharedQueue): Promise<unknown> => {
    const fault = await queue.put({ list: [1, { save() {} }] }).catch((error) => error);
    await queue.put("fine");
    return [nameOf(fault), fault.path];
  },
);

/** Puts what it is told, writing into the diary what was acknowledged, for ever. */
export const putForEver = task(
  import.meta,
  async (queue: SharedQueue<Numbered>, producer: number, diary: string): Promise<void> => {
    for (let i = 0;; i++) {
      await queue.put([producer, i]);
      appendFileSync(diary, `${i}\n`);
      if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  },
);

/** Takes items and writes them into the diary, for ever. */
export const getForEver = task(
  import.meta,
  async (queue: SharedQueue<Numbered>, diary: string): Promise<void> => {
    for (;;) {
      const [producer, index] = await queue.get();
      appendFileSync(diary, `${producer} ${index}\n`);
    }
  },
);

/** Says that it waits, and takes what comes. */
export const getLater = task(
  import.meta,
  async <T>(queue: SharedQueue<T>, diary: string): Promise<T> => {
    const waiting = queue.get({ timeout: LONG });
    appendFileSync(diary, "waits\n");
    return await waiting;
  },
);

/** Asks for so many items, and never looks at an answer. */
export const getAndFreeze = task(
  import.meta,
  async (queue: SharedQueue, count: number, diary: string): Promise<void> => {
    for (let i = 0; i < count; i++) void queue.get();
    await new Promise((resolve) => setTimeout(resolve, 20));
    appendFileSync(diary, "frozen\n");
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  },
);

/** Says how long the next items are; blocks its thread. */
export const sizesSync = task(
  import.meta,
  async (
    queue: SharedQueue<Uint8Array>,
    count: number,
    back: SharedQueue<number>,
  ): Promise<void> => {
    for (let i = 0; i < count; i++) await back.put(queue.getSync({ timeout: LONG }).length);
  },
);

/** Passes one item on. */
export const forward = task(
  import.meta,
  async <T>(from: SharedQueue<T>, to: SharedQueue<T>): Promise<void> => {
    await to.put(await from.get({ timeout: LONG }));
  },
);

/** Dies as soon as it has got an item, with nothing in between but to write it down. */
export const getAndDie = task(
  import.meta,
  async (queue: SharedQueue<Numbered>, diary: string): Promise<void> => {
    const [producer, index] = await queue.get();
    appendFileSync(diary, `${producer} ${index}\n`);
    process.kill(process.pid, "SIGKILL");
  },
);

/** Has an item accepted that cannot fit into the ring, tells it, and stays until it is killed. */
export const putAndStay = task(
  import.meta,
  async (queue: SharedQueue<unknown>, bytes: number, diary: string): Promise<void> => {
    await queue.put(new Uint8Array(bytes));
    appendFileSync(diary, "put\n");
    await new Promise((resolve) => setTimeout(resolve, LONG));
  },
);

/** Has items accepted that cannot all fit into the ring, and exits at once. */
export const putAndExit = task(
  import.meta,
  async (queue: SharedQueue<unknown>, items: number, exitCode: number): Promise<void> => {
    for (let i = 0; i < items; i++) await queue.put(new Uint8Array(300_000).fill(i));
    process.exit(exitCode);
  },
);

/** Takes the first item and answers its sender by the queue in it. */
export const answerBy = task(
  import.meta,
  async (queue: SharedQueue<{ readonly reply: SharedQueue<string> }>): Promise<void> => {
    const { reply } = await queue.get({ timeout: LONG });
    await reply.put("answered");
  },
);

export const consume = task(
  import.meta,
  async (queue: JoinableQueue<number>, done: SimpleQueue<number>): Promise<void> => {
    for (;;) {
      const item = await queue.get();
      await done.put(item);
      await queue.taskDone();
    }
  },
);

export const joins = task(
  import.meta,
  (queue: JoinableQueue, timeout: number): Promise<boolean> => queue.join({ timeout }),
);

export const doneTooOften = task(
  import.meta,
  async (queue: JoinableQueue): Promise<string> =>
    await queue.taskDone().then(() => "none", nameOf),
);

export const sizes = task(
  import.meta,
  async (queue: SharedQueue): Promise<unknown[]> => [
    await queue.qsize(),
    await queue.empty(),
    await queue.full(),
  ],
);

export const simpleEcho = task(
  import.meta,
  async (from: SimpleQueue<unknown>, to: SimpleQueue<unknown>): Promise<boolean> => {
    await to.put(await from.get());
    from.close();
    return await from.empty();
  },
);

/** Blocks its thread: puts what it gets. */
export const echoSync = task(
  import.meta,
  (from: SharedQueue<unknown>, to: SharedQueue<unknown>, count: number): void => {
    for (let i = 0; i < count; i++) to.putSync(from.getSync({ timeout: LONG }));
  },
);

export const syncElsewhere = task(import.meta, (queue: SharedQueue): string[] => {
  return errorNames([() => queue.putSync(1), () => queue.getSync()]);
});
