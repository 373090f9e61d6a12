import { ownNumber } from "../../protocol/living_realms.ts";
import { PARTS, type SharedParts } from "../../protocol/shareable.ts";
import { checkBlock } from "../sharing/check_block.ts";
import type { Engine, Link } from "../sharing/link.ts";
import { type AcquireOptions, Held } from "./held.ts";
import { refuseJson } from "../sharing/refuse_json.ts";

/** How something was taken. */
export interface Taken {
  readonly ownerDied: boolean;
}

/** From one that gave it back. */
export const TAKEN: Taken = { ownerDied: false };
/** From one that died with it. */
export const TAKEN_OVER: Taken = { ownerDied: true };

/** What one realm can do with it; the same by calls from other processes. */
export interface AcquirableOps {
  /** Whether the last holder had died; `null` when it could not be had in time (ms). */
  acquire(timeout: number | undefined): Taken | null | Promise<Taken | null>;
  /** Throws where this realm may not. */
  release(): void | Promise<void>;
}

/** It, in shared memory. */
export interface AcquirableEngine extends Engine<AcquirableOps> {
  /** Blocks this thread; throws where only this thread could end the wait. */
  acquireSync(client: number, timeout: number | undefined): Taken | null;
  release(client: number): void;
}

/** How a handle reaches it. */
type AcquirableLink = Pick<
  Link<AcquirableOps, AcquirableEngine>,
  "kind" | "ops" | "engine" | "parts"
>;

/**
 * What is taken and given back: {@linkcode Lock}, {@linkcode RLock}, {@linkcode Semaphore} and
 * {@linkcode BoundedSemaphore}. Functions that take any of them take this.
 *
 * @example
 * ```ts
 * import { type Acquirable, Lock, Semaphore } from "@pool/core";
 *
 * async function within<T>(guard: Acquirable, act: () => T | Promise<T>): Promise<T> {
 *   using _held = await guard.acquire();
 *   return await act();
 * }
 * console.log(await within(new Lock(), () => 1), await within(new Semaphore(2), () => 2)); // 1 2
 * ```
 */
// As Activity: four classes with the same methods, which forward to nothing but this.
export abstract class Acquirable {
  readonly #word: string;
  readonly #link: AcquirableLink;

  /** @ignore only for the classes of the library; `word` names it in messages */
  protected constructor(word: string, link: AcquirableLink) {
    this.#word = word;
    this.#link = link;
  }

  /**
   * Takes it, until `using` or the result's `release()` gives it back. Resolves to `null` where it could
   * not be had in time, with `timeout` or `block: false`.
   *
   * Rejects with `ProcessError` where the process that made it has ended.
   */
  async acquire(options?: AcquireOptions): Promise<Held | null> {
    const taken = await this.#link.ops.acquire(checkBlock(options, `acquire ${this.#word}`));
    return taken && new Held(taken.ownerDied, () => this.#link.ops.release());
  }

  /**
   * As {@linkcode Acquirable.acquire}, but blocks this thread.
   *
   * @throws `InvalidStateError` in child processes of the creator's, and where the wait for a lock could
   *   not end: this worker has it, or a child process that gives it back by way of this thread
   */
  acquireSync(options?: AcquireOptions): Held | null {
    const timeout = checkBlock(options, `acquire ${this.#word}`);
    const engine = this.#link.engine(`acquire ${this.#word}`);
    const client = ownNumber();
    const taken = engine.acquireSync(client, timeout);
    return taken && new Held(taken.ownerDied, () => engine.release(client));
  }

  /**
   * Gives one `acquire` back.
   *
   * Rejects with `RangeError` where that is once too often, and with `InvalidStateError` where another
   * worker holds the lock.
   */
  async release(): Promise<void> {
    await this.#link.ops.release();
  }

  /** As {@linkcode Acquirable.release}, at once. */
  releaseSync(): void {
    this.#link.engine(`release ${this.#word}`).release(ownNumber());
  }

  /** @ignore */
  [PARTS](shared: boolean): SharedParts {
    return this.#link.parts(this, shared);
  }

  /** Throws: JSON cannot carry it. */
  toJSON(): never {
    return refuseJson(this.#link.kind);
  }
}
