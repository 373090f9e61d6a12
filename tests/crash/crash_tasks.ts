/** What workers are made to do in the scenarios. */
import process from "node:process";
import { currentTask, registerClass, task } from "@pool/core/task";

const sleepFor = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Never settles: the worker is expected to end before. */
const forever = (): Promise<never> => new Promise(() => {});

export const echo = task(import.meta, function echo<T>(value: T): T {
  return value;
});

export const sleep = task(import.meta, async function sleep<T>(milliseconds: number, value?: T) {
  await sleepFor(milliseconds);
  return value;
});

export const exit = task(import.meta, function exit(code: number): number {
  process.exit(code);
});

export const exitLater = task(import.meta, function exitLater(code: number, milliseconds: number) {
  setTimeout(() => process.exit(code), milliseconds);
});

/** As a call, which has a context; not where a new worker runs what was broadcast before it came. */
export const exitOnce = task(import.meta, function exitOnce(milliseconds: number) {
  try {
    currentTask();
  } catch {
    return;
  }
  setTimeout(() => process.exit(1), milliseconds);
});

export const exitInItem = task(import.meta, function exitInItem(item: number): number {
  if (item === 3) process.exit(9);
  return item;
});

export const fail = task(import.meta, function fail(message: string): never {
  throw new RangeError(message);
});

export const throwInTimer = task(import.meta, function throwInTimer() {
  setTimeout(() => {
    throw new RangeError("out of the blue");
  });
  return forever();
});

export const rejectUnhandled = task(import.meta, function rejectUnhandled() {
  Promise.reject(new RangeError("nobody looks"));
  return forever();
});

export const throwUndefined = task(import.meta, function throwUndefined() {
  setTimeout(() => {
    throw undefined;
  });
  return forever();
});

function descend(depth: number): number {
  return 1 + descend(depth + 1);
}

export const overflow = task(import.meta, function overflow(): number {
  return descend(0);
});

export const overflowInTimer = task(import.meta, function overflowInTimer() {
  setTimeout(() => descend(0));
  return forever();
});

interface DenoGlobals {
  readonly Deno?: { exit(code: number): never };
  close(): void;
}

export const denoExit = task(import.meta, function denoExit(code: number): never {
  return (globalThis as unknown as DenoGlobals).Deno!.exit(code);
});

export const closeSelf = task(import.meta, function closeSelf() {
  (globalThis as unknown as DenoGlobals).close();
  return forever();
});

/** Takes some 200 MB, if it can. */
export const outOfMemory = task(import.meta, function outOfMemory(): number {
  const kept: number[][] = [];
  while (kept.length < 2500) kept.push(new Array(10_000).fill(kept.length));
  return kept.length;
});

export const exitWhileEncoding = task(import.meta, function exitWhileEncoding(code: number) {
  return {
    get value(): number {
      return process.exit(code);
    },
  };
});

/** Ends the worker that revives it. */
export class Bomb {
  readonly code: number;
  constructor(code: number) {
    this.code = code;
  }
}

registerClass(Bomb, {
  encode: ({ code }) => code,
  decode: (code: number): Bomb => {
    process.exit(code);
  },
});

export const take = task(import.meta, function take(_: unknown): string {
  return "taken";
});

export const answerThenExit = task(
  import.meta,
  function answerThenExit(when: "microtask" | "immediate" | "timer", value: unknown) {
    const leave = (): never => process.exit(0);
    if (when === "microtask") queueMicrotask(leave);
    else if (when === "immediate") setImmediate(leave);
    else setTimeout(leave);
    return value;
  },
);

export const spin = task(import.meta, function spin(milliseconds: number): number {
  const end = performance.now() + milliseconds;
  let turns = 0;
  while (performance.now() < end) turns++;
  return turns;
});

export const spinForever = task(import.meta, function spinForever(): never {
  for (;;);
});

export const whoAmI = task(import.meta, function whoAmI(): number {
  return currentTask().workerId;
});

let ticks = 0;

export const startTicking = task(import.meta, function startTicking(milliseconds: number) {
  setInterval(() => ticks++, milliseconds);
});

export const readTicks = task(import.meta, function readTicks(): number {
  return ticks;
});

export const noop = task(import.meta, function noop() {});

/** Starts children, and ends its worker before they are up, or while they come up. */
export const startAndExit = task(import.meta, async function startAndExit(delay: number) {
  const { Pool } = await import("@pool/core");
  const pool = new Pool({ workers: 2, backend: "process" });
  pool.apply(() => new Promise(() => {})).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, delay));
  process.exit(5);
});
