import type { Future } from "../core/executor.ts";
import { checkChoice, checkOptions, checkTimeout } from "../core/options.ts";
import { checkFutures } from "./future.ts";
import { hasFailed, untilDone } from "./until_done.ts";

/**
 * `returnWhen`: as soon as one future is done.
 *
 * @example
 * ```ts
 * import { FIRST_COMPLETED, InlineExecutor, wait } from "@pool/core";
 *
 * await using executor = new InlineExecutor(2);
 * const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
 * const futures = [1, 200].map((ms) => executor.submit(sleep, [ms]));
 * const { done, notDone } = await wait(futures, { returnWhen: FIRST_COMPLETED });
 * console.log(done.size, notDone.size); // 1 1
 * ```
 */
export const FIRST_COMPLETED = "FIRST_COMPLETED";
/**
 * `returnWhen`: as soon as one future has failed, or when all are done; a cancelled one has not failed.
 *
 * @example
 * ```ts
 * import { FIRST_EXCEPTION, InlineExecutor, wait } from "@pool/core";
 *
 * await using executor = new InlineExecutor(2);
 * const slow = executor.submit(() => new Promise<void>((resolve) => setTimeout(resolve, 200)));
 * const wrong = executor.submit(() => JSON.parse("{"));
 * const { done } = await wait([slow, wrong], { returnWhen: FIRST_EXCEPTION });
 * console.log(done.has(wrong), slow.done()); // true false
 * ```
 */
export const FIRST_EXCEPTION = "FIRST_EXCEPTION";
/**
 * `returnWhen`: when all futures are done; the default.
 *
 * @example
 * ```ts
 * import { ALL_COMPLETED, InlineExecutor, wait } from "@pool/core";
 *
 * await using executor = new InlineExecutor(2);
 * const futures = [2, 3].map((x) => executor.submit((n: number) => n * n, [x]));
 * const { done, notDone } = await wait(futures, { returnWhen: ALL_COMPLETED });
 * console.log(done.size, notDone.size); // 2 0
 * ```
 */
export const ALL_COMPLETED = "ALL_COMPLETED";

/**
 * How `wait` waits.
 *
 * @example
 * ```ts
 * import { InlineExecutor, wait, type WaitForFuturesOptions } from "@pool/core";
 *
 * const soon: WaitForFuturesOptions = { timeout: 10, returnWhen: "ALL_COMPLETED" };
 * await using executor = new InlineExecutor(1);
 * const slow = executor.submit(() => new Promise<void>((resolve) => setTimeout(resolve, 100)));
 * console.log((await wait([slow], soon)).notDone.has(slow)); // true
 * ```
 */
export interface WaitForFuturesOptions {
  /** Milliseconds; omitted: for ever, 0: only look, negative: as 0. */
  readonly timeout?: number | undefined;
  /** What to wait for; default `ALL_COMPLETED`. */
  readonly returnWhen?: "FIRST_COMPLETED" | "FIRST_EXCEPTION" | "ALL_COMPLETED" | undefined;
}

/**
 * Futures by whether they are done, in the order in which they were given.
 *
 * @example
 * ```ts
 * import { type DoneAndNotDone, type Future, InlineExecutor, wait } from "@pool/core";
 *
 * await using executor = new InlineExecutor(2);
 * const futures = [2, 3].map((x) => executor.submit((n: number) => n * n, [x]));
 * const { done }: DoneAndNotDone<Future<number>> = await wait(futures);
 * for (const future of done) console.log(await future.result()); // 4, 9
 * ```
 */
export interface DoneAndNotDone<F> {
  /** Those that are fulfilled, rejected or cancelled. */
  readonly done: Set<F>;
  /** The others. */
  readonly notDone: Set<F>;
}

/**
 * Waits for futures, also of different executors; duplicates count once. It does not reject when the
 * time is over: `notDone` has the rest. Mirrors `concurrent.futures.wait`.
 *
 * Rejects with `TypeError` for what is no future, with `RangeError` for a `timeout` of NaN. The cost
 * grows with the number of futures alone, about a microsecond each.
 *
 * @example
 * ```ts
 * import { FIRST_COMPLETED, ThreadPoolExecutor, wait } from "@pool/core";
 *
 * await using executor = new ThreadPoolExecutor(2);
 * const futures = [20, 40].map((x) => executor.submit((n: number) => n + 1, [x]));
 * const { done } = await wait(futures, { returnWhen: FIRST_COMPLETED, timeout: 10_000 });
 * console.log(done.size > 0); // true
 * ```
 */
export async function wait<F extends Future<unknown>>(
  futures: Iterable<F>,
  options?: WaitForFuturesOptions,
): Promise<DoneAndNotDone<F>> {
  const given = checkOptions<WaitForFuturesOptions>(options, "wait", ["timeout", "returnWhen"]);
  const timeout = checkTimeout(given.timeout, "timeout");
  const returnWhen = checkChoice(given.returnWhen, "returnWhen", CHOICES) ?? ALL_COMPLETED;
  const all = checkFutures(futures, "wait");
  const pending = [...all].filter((future) => !future.done());
  if (pending.length > 0 && !await isEnough(all, pending.length, returnWhen)) {
    const enough = returnWhen === FIRST_COMPLETED ? 1 : pending.length;
    await untilDone(pending, { enough, timeout, orFailed: returnWhen === FIRST_EXCEPTION });
  }
  return partition(all);
}

const CHOICES = [FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED] as const;

/** Whether what is done already is what is waited for. */
async function isEnough(
  all: ReadonlySet<Future<unknown>>,
  pending: number,
  returnWhen: typeof CHOICES[number],
): Promise<boolean> {
  if (returnWhen === ALL_COMPLETED) return false;
  if (returnWhen === FIRST_COMPLETED) return pending < all.size;
  for (const future of all) if (future.done() && await hasFailed(future)) return true;
  return false;
}

function partition<F extends Future<unknown>>(all: ReadonlySet<F>): DoneAndNotDone<F> {
  const done = new Set<F>();
  const notDone = new Set<F>();
  for (const future of all) (future.done() ? done : notDone).add(future);
  return { done, notDone };
}
