import { InvalidStateError } from "../../core/errors.ts";
import { checkCount, checkWait, refuse } from "../../core/options.ts";
import type { WaitOptions } from "../../core/pool.ts";
import { ownNumber } from "../../protocol/living_realms.ts";
import { PARTS, reviveShared, type SharedParts } from "../../protocol/shareable.ts";
import { timeLeft } from "../../protocol/timers.ts";
import { type Kind, Link } from "../sharing/link.ts";
import { checkSync } from "./check_sync.ts";
import { ConditionEngine, type ConditionOps } from "./condition_engine.ts";
import type { AcquireOptions, Held } from "./held.ts";
import type { Lock } from "./lock.ts";
import { RLock } from "./rlock.ts";
import { TIMES_HELD } from "./times_held.ts";
import { refuseJson } from "../sharing/refuse_json.ts";

/** What it is to its links. */
export const CONDITION: Kind<ConditionOps, ConditionEngine> = {
  name: "Condition",
  join: (memory) => new ConditionEngine(memory),
  handle: (link) => new Condition(reviveShared(link.facts as SharedParts) as Lock | RLock, link),
};

/**
 * Waiting until something holds that a lock protects: who changes it says `notify`, who needs it `wait`s,
 * both with the lock. Make it anywhere and pass it in arguments, results, initargs or messages; its lock
 * travels with it. Mirrors `multiprocessing.Condition`.
 *
 * Those who wait are notified in the order in which they came, and no later one gets the notification of
 * an earlier one. A worker that dies while it waits is passed by; where it had been notified and could
 * not go on, the next one is. Up to 1024 can wait at a time.
 *
 * Its own lock is an {@linkcode RLock}, as in Python, which keeps workers apart, but not the async
 * functions of one worker. Where several of them use one condition, give it a {@linkcode Lock}.
 *
 * @example
 * ```ts
 * import { Condition, Pool, task } from "@pool/core";
 *
 * export const buy = task(import.meta, async (changed: Condition, stock: SharedArrayBuffer) => {
 *   const left = new Int32Array(stock);
 *   using _held = await changed.acquire();
 *   await changed.waitFor(() => left[0]! > 0);
 *   left[0]! -= 1;
 * });
 *
 * if (import.meta.main) {
 *   const changed = new Condition(), stock = new SharedArrayBuffer(4);
 *   await using pool = new Pool(2);
 *   const bought = pool.starmap(buy, [[changed, stock], [changed, stock]]);
 *   {
 *     using _held = await changed.acquire();
 *     new Int32Array(stock)[0] = 5;
 *     await changed.notifyAll();
 *   }
 *   await bought;
 *   console.log(new Int32Array(stock)[0]); // 3
 * }
 * ```
 */
export class Condition {
  readonly #lock: Lock | RLock;
  readonly #link: Link<ConditionOps, ConditionEngine>;

  /**
   * Makes a condition.
   *
   * @param lock protects what is waited for; others may use it too. Default: a new `RLock`
   * @throws `TypeError` for what is no lock
   */
  constructor(lock?: Lock | RLock);
  /** @ignore for one that came from another worker */
  constructor(lock: Lock | RLock, link: Link<ConditionOps, ConditionEngine>);
  constructor(lock: Lock | RLock = new RLock(), link = Link.to(CONDITION, new ConditionEngine())) {
    if (typeof lock !== "object" || lock === null || !(TIMES_HELD in lock)) {
      refuse("lock", "a Lock or an RLock", lock);
    }
    this.#lock = lock;
    this.#link = link;
  }

  /** Takes the lock; see {@linkcode Lock.acquire}. */
  acquire(options?: AcquireOptions): Promise<Held | null> {
    return this.#lock.acquire(options);
  }

  /** As {@linkcode Condition.acquire}, but blocks this thread; see {@linkcode Lock.acquireSync}. */
  acquireSync(options?: AcquireOptions): Held | null {
    return this.#lock.acquireSync(options);
  }

  /** Gives the lock back; see {@linkcode Lock.release}. */
  release(): Promise<void> {
    return this.#lock.release();
  }

  /** As {@linkcode Condition.release}, at once. */
  releaseSync(): void {
    this.#lock.releaseSync();
  }

  /**
   * Gives the lock back, however often this worker has taken it, waits to be notified, and takes it again
   * as often. Resolves to false where `timeout` (milliseconds) went by before; also then the lock was taken
   * again, however long that took.
   *
   * Rejects with `InvalidStateError` where this worker does not hold the lock, with `RangeError` where
   * too many wait, and with `ProcessError` where the process that made it has ended.
   */
  async wait(options?: WaitOptions): Promise<boolean> {
    const timeout = checkWait(options, "wait for condition");
    return await this.#wait(await this.#timesHeld("wait for condition"), timeout);
  }

  /** As {@linkcode Condition.wait}, but blocks this thread. */
  waitSync(options?: WaitOptions): boolean {
    const timeout = checkWait(options, "wait for condition");
    return this.#waitSync(this.#timesHeldSync("wait for condition"), timeout);
  }

  /**
   * Waits until `predicate` returns, or resolves to, something true, and resolves to that. It is called
   * with the lock, at first and after each notification. Where `timeout` (milliseconds, over all) goes
   * by before, resolves to what it returned last.
   *
   * Rejects as {@linkcode Condition.wait} does, and with what `predicate` throws.
   */
  async waitFor<T>(predicate: () => T | PromiseLike<T>, options?: WaitOptions): Promise<T> {
    const timeout = checkWaitFor(predicate, options);
    const times = await this.#timesHeld("wait for condition");
    const left = timeLeft(timeout);
    for (;;) {
      const value = await predicate();
      if (value || left() === 0) return value;
      await this.#wait(times, left());
    }
  }

  /** As {@linkcode Condition.waitFor}, but blocks this thread. `predicate` cannot be async. */
  waitForSync<T>(predicate: () => T, options?: WaitOptions): T {
    const timeout = checkWaitFor(predicate, options);
    const times = this.#timesHeldSync("wait for condition");
    const left = timeLeft(timeout);
    for (;;) {
      const value = checkSync(predicate(), "predicate");
      if (value || left() === 0) return value;
      this.#waitSync(times, left());
    }
  }

  /**
   * Wakes those who have waited longest, at most so many. They go on when the lock is free again.
   *
   * Rejects with `InvalidStateError` where this worker does not hold the lock.
   *
   * @param n how many; default 1
   */
  async notify(n: number = 1): Promise<void> {
    checkCount(n, "n", 0);
    await this.#timesHeld("notify");
    await this.#link.ops.notify(n);
  }

  /** As {@linkcode Condition.notify}, at once. */
  notifySync(n: number = 1): void {
    checkCount(n, "n", 0);
    this.#timesHeldSync("notify");
    this.#link.engine("notify").notify(n);
  }

  /** Wakes all that wait; see {@linkcode Condition.notify}. */
  notifyAll(): Promise<void> {
    return this.notify(Infinity);
  }

  /** As {@linkcode Condition.notifyAll}, at once. */
  notifyAllSync(): void {
    this.notifySync(Infinity);
  }

  /** @ignore */
  [PARTS](shared: boolean): SharedParts {
    return { ...this.#link.parts(this, shared, this.#lock), facts: this.#lock[PARTS](shared) };
  }

  /** Throws: JSON cannot carry it. */
  toJSON(): never {
    return refuseJson("Condition");
  }

  async #wait(times: number, timeout: number | undefined): Promise<boolean> {
    const place = await this.#link.ops.enter();
    let notified: boolean;
    try {
      try {
        for (let i = 0; i < times; i++) await this.#lock.release();
      } catch (error) {
        // Another wait of this worker has given it back.
        throw error instanceof RangeError ? notHeld("wait for condition") : error;
      }
      try {
        await this.#link.ops.sleep(place, timeout);
      } finally {
        for (let i = 0; i < times; i++) await this.#lock.acquire();
      }
    } finally {
      notified = await this.#link.ops.leave(place);
    }
    return notified;
  }

  #waitSync(times: number, timeout: number | undefined): boolean {
    const engine = this.#link.engine("wait for condition"), client = ownNumber();
    const place = engine.enter(client);
    let notified: boolean;
    try {
      for (let i = 0; i < times; i++) this.#lock.releaseSync();
      engine.sleepSync(client, place, timeout);
      for (let i = 0; i < times; i++) this.#lock.acquireSync();
    } finally {
      notified = engine.leave(client, place);
    }
    return notified;
  }

  async #timesHeld(call: string): Promise<number> {
    return checkHeld(await this.#lock[TIMES_HELD](), call);
  }

  #timesHeldSync(call: string): number {
    this.#link.engine(call);
    return checkHeld(this.#lock[TIMES_HELD](), call);
  }
}

function checkHeld(times: number | Promise<number>, call: string): number {
  if (typeof times !== "number") {
    throw new InvalidStateError(`Cannot ${call}: its lock is in the memory of another process`);
  }
  if (times > 0) return times;
  throw notHeld(call);
}

function notHeld(call: string): InvalidStateError {
  return new InvalidStateError(`Cannot ${call}: this worker does not hold its lock`);
}

function checkWaitFor(predicate: unknown, options: WaitOptions | undefined): number | undefined {
  if (typeof predicate !== "function") {
    return refuse("predicate", "a function", predicate);
  }
  return checkWait(options, "wait for condition");
}
