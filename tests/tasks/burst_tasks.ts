/** Tasks that are called so often that many calls travel together; a few of them do something else. */
import { currentTask, task } from "@pool/core/task";
import process from "node:process";

/** How often each call was run, by its number; in shared memory where there is any. */
let runs: Int32Array = new Int32Array(10_000);
/** Word 0 lets {@link waitAt} go on. */
let flags: Int32Array = new Int32Array(1);

export const shareRuns = task(
  import.meta,
  (counts: SharedArrayBuffer, words: SharedArrayBuffer): void => {
    runs = new Int32Array(counts);
    flags = new Int32Array(words);
  },
);

export const increment = task(import.meta, (x: number): number => x + 1);

export const constant = task(import.meta, (): string => "constant");

export const join = task(import.meta, (...parts: unknown[]): string => parts.join(" "));

/** What call `x` of {@link mixed} does, in words; a number: it returns that. */
export function kindOf(x: number): "throw" | "object" | "promise" | "text" | "symbol" | "number" {
  const kinds = ["throw", "object", "promise", "text", "symbol"] as const;
  return kinds[x % 499 - 100] ?? "number";
}

export const mixed = task(import.meta, (x: number): unknown => {
  switch (kindOf(x)) {
    case "throw":
      throw new RangeError(`not ${x}`);
    case "object":
      return { x };
    case "promise":
      return Promise.resolve(x);
    case "text":
      return `${x} `.repeat(500);
    case "symbol":
      return Symbol("no value");
    default:
      return x;
  }
});

/** Calls of which one ends its worker. */
export const exitAt4000 = task(import.meta, (x: number): number | Promise<never> => {
  Atomics.add(runs, x, 1);
  if (x !== 4000) return x;
  process.exit(3);
  // On some runtimes the code after `exit()` still runs for a while.
  return new Promise(() => {});
});

/** Calls of which one waits, and lets no event loop turn, for what the host does after the others. */
export const waitAt4000 = task(import.meta, (x: number): number | string => {
  Atomics.add(runs, x, 1);
  return x === 4000 ? Atomics.wait(flags, 0, 0, 8000) : x;
});

/** Calls of which one ends only when it is told to. */
export const untilAbortedAt4000 = task(import.meta, (x: number): number | Promise<number> => {
  if (x !== 4000) return x;
  const { signal } = currentTask();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(x)));
});

/** Calls of which one goes on for a second. */
export const spinAt4000 = task(import.meta, (x: number): number => {
  if (x === 4000) spin(1000);
  return x;
});

/** Calls of which one in a hundred blocks for some milliseconds. */
export const pauseAt = task(import.meta, (x: number): number => {
  if (x % 100 === 99) spin(8);
  return x;
});

function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

const failed = new Set<number>();

/** Throws when it meets one in a thousand for the first time; in each worker. */
export const failOnce = task(import.meta, (x: number): number => {
  if (x % 1000 === 999 && !failed.has(x)) {
    failed.add(x);
    throw new RangeError(`not ${x} yet`);
  }
  return x;
});

export const jobId = task(import.meta, (_x: number): number => currentTask().jobId);

export const report = task(import.meta, (x: number): number => {
  if (x % 1000 === 500) currentTask().progress(x);
  return currentTask().jobId;
});

/** An item of a map of objects. */
export interface Item {
  readonly x: number;
  readonly tags: readonly string[];
}

/** Gives objects, and now and then something that no text can be. */
export const renew = task(import.meta, ({ x, tags }: Item): unknown => {
  if (x % 250 === 249) throw new RangeError(`not ${x}`);
  if (x % 250 === 200) return { x, when: new Date(x) };
  return { x: x + 1, tags: [...tags, "new"] };
});

export const exitAtItem4000 = task(import.meta, ({ x }: Item): { x: number } | Promise<never> => {
  Atomics.add(runs, x, 1);
  if (x !== 4000) return { x };
  process.exit(3);
  return new Promise(() => {});
});

export const sumOf = task(import.meta, ({ x }: Item, more: { y: number }): unknown => ({
  sum: x + more.y,
}));
