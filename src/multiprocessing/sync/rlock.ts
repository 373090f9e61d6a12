import { ownNumber } from "../../protocol/living_realms.ts";
import { PARTS, type SharedParts } from "../../protocol/shareable.ts";
import { type Kind, Link } from "../sharing/link.ts";
import { type AcquireOptions, checkAcquire, Held } from "./held.ts";
import { LockEngine, type LockOps } from "./lock_engine.ts";
import { TIMES_HELD } from "./times_held.ts";

const KIND: Kind<LockOps, LockEngine> = {
  name: "RLock",
  methods: ["acquire", "release", "timesHeld"],
  join: (memory) => new LockEngine(memory, true),
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
export class RLock {
  readonly #link: Link<LockOps, LockEngine>;

  /** Makes a free lock. */
  constructor();
  /** @ignore for one that came from another worker */
  constructor(link: Link<LockOps, LockEngine>);
  constructor(link: Link<LockOps, LockEngine> = Link.to(KIND, new LockEngine(undefined, true))) {
    this.#link = link;
  }

  /**
   * Takes the lock, at once where this worker holds it already. `using` or the result's `release()` gives
   * it back. Resolves to `null` where it could not be had in time, with `timeout` or `block: false`.
   *
   * Rejects with `ProcessError` where the process that made it has ended.
   */
  async acquire(options?: AcquireOptions): Promise<Held | null> {
    const taken = await this.#link.ops.acquire(checkAcquire(options, "acquire lock"));
    return taken && new Held(taken.ownerDied, () => this.#link.ops.release());
  }

  /**
   * As {@linkcode RLock.acquire}, but blocks this thread.
   *
   * @throws `InvalidStateError` in child processes of the creator's, and where the wait could not end: a
   *   child process has the lock that gives it back by way of this thread
   */
  acquireSync(options?: AcquireOptions): Held | null {
    const timeout = checkAcquire(options, "acquire lock");
    const engine = this.#link.engine("acquire lock");
    const client = ownNumber();
    const taken = engine.acquireSync(client, timeout);
    return taken && new Held(taken.ownerDied, () => engine.release(client));
  }

  /**
   * Gives back one `acquire`.
   *
   * Rejects with `RangeError` where nobody holds it, and with `InvalidStateError` where another worker
   * does.
   */
  async release(): Promise<void> {
    await this.#link.ops.release();
  }

  /** As {@linkcode RLock.release}, at once. */
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
    throw new TypeError("Cannot turn RLock into JSON: pass it as it is");
  }
}

/** Makes the lock of this realm for one that came. */
export function reviveRLock(parts: SharedParts): RLock {
  return new RLock(Link.from(KIND, parts));
}
