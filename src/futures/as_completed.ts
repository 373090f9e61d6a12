import { Deliveries } from "../core/deliveries.ts";
import { TimeoutError } from "../core/errors.ts";
import type { Future } from "../core/executor.ts";
import { checkWait } from "../core/options.ts";
import type { WaitOptions } from "../core/pool.ts";
import { timeLeft } from "../protocol/timers.ts";
import { checkFutures } from "./future.ts";
import { contextFree } from "./until_done.ts";

/**
 * Iterates over futures as they are done: first those that are, then the others in the order of
 * their ends; duplicates count once. Mirrors `concurrent.futures.as_completed`.
 *
 * `timeout` (milliseconds) counts from the call; then `next()` rejects with `TimeoutError`, and the
 * iteration has ended. Leaving it early leaves no timer and no callback behind.
 *
 * @throws at once: `TypeError` for what is no future, `RangeError` for a `timeout` of NaN
 *
 * @example
 * ```ts
 * import { asCompleted, ThreadPoolExecutor } from "@pool/core";
 *
 * await using executor = new ThreadPoolExecutor(2);
 * const futures = ["a", "bb"].map((text) => executor.submit((s: string) => s.length, [text]));
 * let total = 0;
 * for await (const future of asCompleted(futures, { timeout: 10_000 })) {
 *   total += await future.result();
 * }
 * console.log(total); // 3
 * ```
 */
export function asCompleted<F extends Future<unknown>>(
  futures: Iterable<F>,
  options?: WaitOptions,
): AsyncIterableIterator<F, undefined> {
  const timeout = checkWait(options, "iterate as completed");
  return new Completions(checkFutures(futures, "iterate as completed"), timeout);
}

class Completions<F extends Future<unknown>> implements AsyncIterableIterator<F, undefined> {
  readonly #total: number;
  readonly #timeout: number | undefined;
  readonly #left: () => number | undefined;
  /** Not done, or not looked at yet. */
  readonly #pending: Set<F>;
  readonly #done = new Deliveries<F>(() => {});
  #begun = false;

  constructor(futures: Set<F>, timeout: number | undefined) {
    this.#pending = futures;
    this.#total = futures.size;
    this.#timeout = timeout;
    this.#left = timeLeft(timeout);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<F, undefined>> {
    this.#begin();
    try {
      return await this.#done.next(this.#left());
    } catch {
      const unfinished = this.#pending.size;
      this.#leave();
      throw new TimeoutError(
        `Cannot get next future: ${unfinished} of ${this.#total} are not done after ` +
          `${this.#timeout} ms`,
      );
    }
  }

  return(): Promise<IteratorResult<F, undefined>> {
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** At the first `next()`, so that an iterator that nobody uses leaves no callbacks behind. */
  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    contextFree.add(this.#onDone);
    const all = [...this.#pending];
    for (const future of all) if (future.done()) this.#onDone(future);
    for (const future of this.#pending) future.addDoneCallback(this.#onDone);
    this.#endIfDone();
  }

  #onDone = (future: Future<unknown>): void => {
    this.#pending.delete(future as F);
    this.#done.push({ ok: true, value: future as F });
    this.#endIfDone();
  };

  #endIfDone(): void {
    if (this.#pending.size === 0) this.#done.end();
  }

  #leave(): void {
    this.#begun = true;
    for (const future of this.#pending) future.removeDoneCallback(this.#onDone);
    this.#pending.clear();
    this.#done.discard();
  }
}
