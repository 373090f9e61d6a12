import { type Kind, Link } from "../sharing/link.ts";
import { Acquirable } from "./acquirable.ts";
import { LockEngine, type LockOps } from "./lock_engine.ts";
import { TIMES_HELD } from "./times_held.ts";

/** What it is to its links. */
export const LOCK: Kind<LockOps, LockEngine> = {
  name: "Lock",
  join: (memory) => new LockEngine(memory),
  handle: (link) => new Lock(link),
};

/**
 * A lock that one worker holds at a time. Make it anywhere and pass it in arguments, results, initargs or
 * messages: every receiver has the same lock. Mirrors `multiprocessing.Lock`.
 *
 * It belongs to the worker that took it, all of whose code may release it. When that worker dies, the
 * lock is free, and the next `acquire` says so by `ownerDied`. Nobody starves: after a millisecond
 * a waiter is not overtaken any more. A worker that takes it twice waits for itself, as in Python; see
 * {@linkcode RLock}.
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
export class Lock extends Acquirable {
  readonly #link: Link<LockOps, LockEngine>;

  /** Makes a free lock. */
  constructor();
  /** @ignore for one that came from another worker */
  constructor(link: Link<LockOps, LockEngine>);
  constructor(link: Link<LockOps, LockEngine> = Link.to(LOCK, new LockEngine())) {
    super("lock", link);
    this.#link = link;
  }

  /** @ignore */
  [TIMES_HELD](): number | Promise<number> {
    return this.#link.ops.timesHeld();
  }
}
