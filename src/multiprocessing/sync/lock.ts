import { ownNumber } from "../../protocol/living_realms.ts";
import { PARTS, type SharedParts } from "../../protocol/shareable.ts";
import { type Kind, Link } from "../sharing/link.ts";
import { type AcquireOptions, checkAcquire, Held } from "./held.ts";
import { LockEngine, type LockOps } from "./lock_engine.ts";
import { TIMES_HELD } from "./times_held.ts";

const KIND: Kind<LockOps, LockEngine> = {
  name: "Lock",
  methods: ["acquire", "release", "timesHeld"],
  join: (memory) => new LockEngine(memory),
};

/**
 * A lock that one worker holds at a time. Make it anywhere and pass it in arguments, results, initargs or
 * messages: every receiver has the same lock. Mirrors `multiprocessing.Lock`.
 *
 * It belongs to the worker that took it, all of whose code may release it. When that worker dies, the
 * lock is free, and the next `acquire` says so by `ownerDied`. Nobody starves: after a millisecond
 * a waiter is not overtaken any more.
 *
 * Taking and releasing a free one costs about 0.25 µs, 0.04 µs with the `Sync` methods; a wake-up some 50
 * µs. In child processes each call is a message to the process of its creator, some 100 µs.
 *
 * @example
 * ```ts
 * import { Lock, Pool, task } from "@pool/core";
 *
 * export const count = task(import.meta, async (lock: Lock, counter: SharedArrayBuffer) => {
 *   using _held = await lock.acquire();
 *   new Int32Array(counter)[0]! += 1;
 * });
 *
 * if (import.meta.main) {
 *   const lock = new Lock(), counter = new SharedArrayBuffer(4);
 *   await using pool = new Pool(2);
 *   await pool.starmap(count, Array.from({ length: 100 }, () => [lock, counter] as const));
 *   console.log(new Int32Array(counter)[0]); // 100
 * }
 * ```
 */
export class Lock {
  readonly #link: Link<LockOps, LockEngine>;

  /** Makes a free lock. */
  constructor();
  /** @ignore for one that came from another worker */
  constructor(link: Link<LockOps, LockEngine>);
  constructor(link: Link<LockOps, LockEngine> = Link.to(KIND, new LockEngine())) {
    this.#link = link;
  }

  /**
   * Takes the lock, which `using` or the result's `release()` gives back. Resolves to `null` where it
   * could not be had in time, with `timeout` or `block: false`.
   *
   * A worker that takes it twice waits for itself, as in Python; see {@linkcode RLock}.
   *
   * Rejects with `ProcessError` where the process that made it has ended.
   */
  async acquire(options?: AcquireOptions): Promise<Held | null> {
    const taken = await this.#link.ops.acquire(checkAcquire(options, "acquire lock"));
    return taken && new Held(taken.ownerDied, () => this.#link.ops.release());
  }

  /**
   * As {@linkcode Lock.acquire}, but blocks this thread.
   *
   * @throws `InvalidStateError` in child processes of the creator's, and where the wait could not end: this
   *   worker has the lock, or a child process that gives it back by way of this thread
   */
  acquireSync(options?: AcquireOptions): Held | null {
    const timeout = checkAcquire(options, "acquire lock");
    const engine = this.#link.engine("acquire lock");
    const client = ownNumber();
    const taken = engine.acquireSync(client, timeout);
    return taken && new Held(taken.ownerDied, () => engine.release(client));
  }

  /**
   * Gives the lock back.
   *
   * Rejects with `RangeError` where nobody holds it, and with `InvalidStateError` where another worker
   * does.
   */
  async release(): Promise<void> {
    await this.#link.ops.release();
  }

  /** As {@linkcode Lock.release}, at once. */
  releaseSync(): void {
    this.#link.engine("release lock").release(ownNumber());
  }

  /** @ignore */
  [TIMES_HELD](): number | Promise<number> {
    return this.#link.ops.timesHeld();
  }

  /** @ignore */
  [PARTS](shared: boolean): SharedParts {
    return this.#link.parts(this, shared);
  }

  /** Throws: JSON cannot carry it. */
  toJSON(): never {
    throw new TypeError("Cannot turn Lock into JSON: pass it as it is");
  }
}

/** Makes the lock of this realm for one that came. */
export function reviveLock(parts: SharedParts): Lock {
  return new Lock(Link.from(KIND, parts));
}
