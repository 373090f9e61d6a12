/** Tasks of the slot lane's tests: small and large, short and long, and such as end their worker. */
import process from "node:process";
import { currentTask, registerClass, task, transfer } from "@pool/core/task";
import { endAtAccess } from "../slots/atomic_steps.ts";

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Never settles: the worker is expected to end before. */
const forever = (): Promise<never> => new Promise(() => {});

export const echo = task(import.meta, function echo<T>(value: T): T {
  return value;
});

/** As `echo`; now and then it takes longer, or ends later. */
export const echoFew = task(import.meta, function echoFew(n: number): number | Promise<number> {
  if (n % 97 === 0) return echoBusily(6, n);
  return n % 101 === 0 ? echoLater(6, n) : n;
});

/** As `echo`, and all within microtasks. */
export const echoSoon = task(import.meta, async function echoSoon<T>(value: T): Promise<T> {
  await null;
  return value;
});

export const echoLater = task(
  import.meta,
  async function echoLater<T>(milliseconds: number, value: T): Promise<T> {
    await pause(milliseconds);
    return value;
  },
);

/** As `echoLater`; throws when it is told to end. */
export const echoListening = task(
  import.meta,
  async function echoListening<T>(milliseconds: number, value: T): Promise<T> {
    const { signal } = currentTask();
    await pause(milliseconds);
    if (signal.aborted) throw new Error("another call was meant");
    return value;
  },
);

/** Blocks its thread for some milliseconds. */
export const echoBusily = task(
  import.meta,
  function echoBusily<T>(milliseconds: number, value: T): T {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    return value;
  },
);

export const fail = task(import.meta, function fail(n: number): never {
  throw new RangeError(`no ${n}`);
});

export const failSoon = task(import.meta, async function failSoon(n: number): Promise<never> {
  await null;
  throw new RangeError(`no ${n}`);
});

export const giveFunction = task(import.meta, function giveFunction(): unknown {
  return { deep: [() => 1] };
});

/** Ends when it is told to. */
export const untilAborted = task(import.meta, async function untilAborted(): Promise<string> {
  const { signal } = currentTask();
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  return "ended";
});

/** Moves a buffer back, with its bytes counted up. */
export const countUp = task(import.meta, function countUp(buffer: ArrayBuffer): ArrayBuffer {
  const bytes = new Uint8Array(buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i]!++;
  return transfer(buffer, [buffer]);
});

/** A class that does not go through slots. */
export class Pair {
  readonly a: number;
  readonly b: string;
  constructor(a: number, b: string) {
    this.a = a;
    this.b = b;
  }
}
registerClass(Pair, {
  name: "Pair of the slots' tests",
  encode: ({ a, b }) => [a, b] as const,
  decode: ([a, b]: readonly [number, string]) => new Pair(a, b),
});

export const leave = task(import.meta, function leave(code: number): Promise<never> {
  process.exit(code);
  return forever();
});

export const throwInTimer = task(import.meta, function throwInTimer(): Promise<never> {
  setTimeout(() => {
    throw new RangeError("out of the blue");
  });
  return forever();
});

/** Lets the worker end at one of its next accesses to shared memory; see stepping_entry.ts. */
export const lightFuse = task(import.meta, function lightFuse(accesses: number): void {
  endAtAccess(accesses);
});

let ticks = 0;

export const startTicking = task(import.meta, function startTicking(milliseconds: number): void {
  setInterval(() => ticks++, milliseconds);
});

export const readTicks = task(import.meta, function readTicks(): number {
  return ticks;
});

const record: number[] = [];

/** Remembers a number; what comes with it makes the call small or large. */
export const remember = task(import.meta, function remember(n: number, _load: unknown): number {
  record.push(n);
  return n;
});

export const readRecord = task(import.meta, function readRecord(): number[] {
  return record.splice(0);
});

/** Reports so many steps. */
export const reportSteps = task(import.meta, function reportSteps(n: number, steps: number) {
  for (let step = 0; step < steps; step++) currentTask().progress([n, step]);
  return n;
});

export const reportStepsSlowly = task(
  import.meta,
  async function reportStepsSlowly(n: number, steps: number): Promise<number> {
    for (let step = 0; step < steps; step++) {
      currentTask().progress([n, step]);
      if (step % 3 === 0) await pause(0);
    }
    return n;
  },
);
