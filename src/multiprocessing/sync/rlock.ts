import { type Kind, Link } from "../sharing/link.ts";
import { Acquirable } from "./acquirable.ts";
import { LockEngine, type LockOps } from "./lock_engine.ts";
import { TIMES_HELD } from "./times_held.ts";

/** What it is to its links. */
export const RLOCK: Kind<LockOps, LockEngine> = {
  name: "RLock",
  join: (memory) => new LockEngine(memory, true),
  handle: (link) => new RLock(link),
};

/**
 * A {@linkcode Lock} that its holder may take again, and gives back as many times. Mirrors
 * `multiprocessing.RLock`.
 *
 * The holder is a worker, not one of its functions: inside a worker there is no thread identity, so two
 * async functions of one worker do not keep each other out. When that worker dies, the lock is free
 * however many times it was taken, and the next `acquire` says so by `ownerDied`.
 *
 * @example
 * ```ts
 * import { RLock } from "@pool/core";
 *
 * const lock = new RLock();
 *
 * async function save(): Promise<void> {
 *   using _held = await lock.acquire();
 * }
 *
 * async function saveTwice(): Promise<void> {
 *   using _held = await lock.acquire();
 *   await save();
 *   await save();
 * }
 *
 * await saveTwice();
 * ```
 */
export class RLock extends Acquirable {
  readonly #link: Link<LockOps, LockEngine>;

  /** Makes a free lock. */
  constructor();
  /** @ignore for one that came from another worker */
  constructor(link: Link<LockOps, LockEngine>);
  constructor(link: Link<LockOps, LockEngine> = Link.to(RLOCK, new LockEngine(undefined, true))) {
    super("lock", link);
    this.#link = link;
  }

  /** @ignore */
  [TIMES_HELD](): number | Promise<number> {
    return this.#link.ops.timesHeld();
  }
}
