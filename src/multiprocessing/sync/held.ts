import { ProcessError } from "../../core/errors.ts";

/**
 * How {@linkcode Lock.acquire} and its like wait.
 *
 * @example
 * ```ts
 * import { type AcquireOptions, Lock } from "@pool/core";
 *
 * const onlyTry: AcquireOptions = { block: false };
 * const lock = new Lock();
 * using held = await lock.acquire();
 * console.log(held !== null, await lock.acquire(onlyTry)); // true null
 * ```
 */
export interface AcquireOptions {
  /** False: do not wait, as with a timeout of 0. Default true. */
  readonly block?: boolean | undefined;
  /** Longest wait in milliseconds; default: for ever. */
  readonly timeout?: number | undefined;
}

/**
 * Something that was acquired. `using` gives it back at the end of the block; so does the first call of
 * {@linkcode Held.release}.
 *
 * @example
 * ```ts
 * import { Lock } from "@pool/core";
 *
 * const lock = new Lock();
 * const held = await lock.acquire();
 * try {
 *   // Nobody else is here.
 * } finally {
 *   await held?.release();
 * }
 * ```
 */
export class Held implements Disposable, AsyncDisposable {
  /** The last holder died with it: what it protects may be half changed. */
  readonly ownerDied: boolean;
  #giveBack: (() => unknown) | undefined;

  /** @ignore made by `acquire` */
  constructor(ownerDied: boolean, giveBack: () => unknown) {
    this.ownerDied = ownerDied;
    this.#giveBack = giveBack;
  }

  /** Gives it back; the second call does nothing. Rejects as the `release` of the thing itself does. */
  async release(): Promise<void> {
    const giveBack = this.#giveBack;
    this.#giveBack = undefined;
    await giveBack?.();
  }

  /** Gives it back. In another process than that of its creator it is on the way when this returns. */
  [Symbol.dispose](): void {
    const giveBack = this.#giveBack;
    this.#giveBack = undefined;
    const done = giveBack?.();
    if (done instanceof Promise) done.catch(ignoreEnd);
  }

  /** Gives it back. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}

/** What ended with its process need not be given back; other faults come to light as they are. */
function ignoreEnd(error: unknown): void {
  if (!(error instanceof ProcessError)) throw error;
}
