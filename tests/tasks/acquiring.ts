/** Tasks that take and give back: locks and semaphores alike. */
import process from "node:process";
import type { Event, Lock, Queue, RLock, Semaphore, Value } from "@pool/core";
import { task } from "@pool/core/task";
import { errorNames } from "./error_names.ts";

/** What can be acquired. */
export type Acquirable = Lock | RLock | Semaphore;

/** Longest wait (ms) for what must come. */
const LONG = 8000;

const forever = (): Promise<never> => new Promise(() => setInterval(() => {}, 1000));

/** Takes it and gives it back: whether its last holder had died, `null` where it was not to be had. */
export const take = task(
  import.meta,
  async function take(thing: Acquirable, timeout: number = LONG): Promise<boolean | null> {
    const held = await thing.acquire({ timeout });
    await held?.release();
    return held && held.ownerDied;
  },
);

/** As `take`; says by `ready` when it waits. */
export const takeLater = task(
  import.meta,
  async function takeLater(thing: Acquirable, ready: Semaphore): Promise<boolean | null> {
    const waiting = thing.acquire({ timeout: LONG });
    await ready.release();
    const held = await waiting;
    await held?.release();
    return held && held.ownerDied;
  },
);

/** Takes it so many times, says so, and never gives it back. */
export const keep = task(
  import.meta,
  async function keep(thing: Acquirable, ready: Semaphore, times: number = 1): Promise<never> {
    for (let i = 0; i < times; i++) await thing.acquire();
    await ready.release();
    return await forever();
  },
);

/** Takes it, says so, and gives it back when it is told to. */
export const holdUntil = task(
  import.meta,
  async function holdUntil(thing: Acquirable, ready: Semaphore, end: Event): Promise<void> {
    const held = await thing.acquire({ timeout: LONG });
    await ready.release();
    await end.wait({ timeout: LONG });
    await held!.release();
  },
);

/** Takes it and returns. */
export const takeOnly = task(
  import.meta,
  async function takeOnly(thing: Acquirable): Promise<void> {
    await thing.acquire();
  },
);

export const processId = task(import.meta, () => process.pid);

/** Takes it and ends the worker. */
export const takeAndExit = task(
  import.meta,
  async function takeAndExit(thing: Acquirable): Promise<never> {
    await thing.acquire();
    process.exit(3);
  },
);

/** Waits for it, and says so; what it gets it keeps. */
export const waitAndKeep = task(
  import.meta,
  async function waitAndKeep(thing: Acquirable, ready: Semaphore): Promise<never> {
    const waiting = thing.acquire();
    await ready.release();
    await waiting;
    return await forever();
  },
);

/** Adds to a number in two steps, so many times, each time with the lock. */
export const addSlowly = task(
  import.meta,
  async function addSlowly(thing: Acquirable, sum: Value<"i32">, times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      const held = await thing.acquire({ timeout: LONG });
      await sum.set(await sum.get() + 1);
      await held!.release();
    }
  },
);

/** As `addSlowly`, and blocks. */
export const addSlowlySync = task(
  import.meta,
  function addSlowlySync(thing: Acquirable, sum: Value<"i32">, times: number): void {
    for (let i = 0; i < times; i++) {
      using _held = thing.acquireSync({ timeout: LONG });
      sum.value = sum.value + 1;
    }
  },
);

/** What a release by this worker, which holds nothing, is refused with. */
export const releaseAsStranger = task(
  import.meta,
  async function releaseAsStranger(thing: Acquirable): Promise<string> {
    try {
      await thing.release();
      return "done";
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  },
);

/** What each method that blocks is refused with. */
export const blockingErrors = task(
  import.meta,
  function blockingErrors(thing: Acquirable): string[] {
    return errorNames([() => thing.acquireSync(), () => thing.releaseSync()]);
  },
);

/** Milliseconds of processor time for a wait that comes to nothing. */
export const costOfWait = task(
  import.meta,
  async function costOfWait(thing: Acquirable, timeout: number, sync: boolean): Promise<number> {
    const before = process.cpuUsage();
    const held = sync ? thing.acquireSync({ timeout }) : await thing.acquire({ timeout });
    const { user, system } = process.cpuUsage(before);
    if (held) throw new Error("it should not be to be had");
    return (user + system) / 1000;
  },
);

/** Takes it and gives it back until the time (ms) is over; how often. Waits for all others to begin. */
export const takeOften = task(
  import.meta,
  async function takeOften(
    thing: Acquirable,
    begun: Value<"i32">,
    workers: number,
    milliseconds: number,
    sync: boolean,
  ): Promise<number> {
    await begun.add(1);
    while (await begun.get() < workers) await new Promise((resolve) => setTimeout(resolve, 1));
    const end = performance.now() + milliseconds;
    let times = 0;
    while (performance.now() < end) {
      if (sync) thing.acquireSync()![Symbol.dispose]();
      else await (await thing.acquire())!.release();
      times++;
    }
    return times;
  },
);

/** Has it for a fifth of a millisecond, again and again without a pause, until it is told to stop. */
export const hog = task(
  import.meta,
  function hog(thing: Acquirable, begun: Value<"i32">, stop: Value<"bool">): void {
    begun.addSync(1);
    const end = performance.now() + LONG;
    while (!stop.value && performance.now() < end) {
      using _held = thing.acquireSync();
      for (const until = performance.now() + 0.2; performance.now() < until;);
    }
  },
);

/** Waits for an item that nobody puts, as long as it lives. */
export const getBlocking = task(
  import.meta,
  function getBlocking(queue: Queue<number>, _lock: Lock, sign: Semaphore): void {
    sign.releaseSync();
    queue.getSync();
  },
);

/** Waits for a lock that nobody releases, as long as it lives. */
export const acquireBlocking = task(
  import.meta,
  function acquireBlocking(_queue: Queue<number>, lock: Lock, sign: Semaphore): void {
    sign.releaseSync();
    lock.acquireSync();
  },
);
