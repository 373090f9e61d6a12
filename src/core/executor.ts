import type { CallOptions } from "./call_options.ts";
import type { WaitOptions } from "./pool.ts";

/**
 * A call's result to be. Mirrors `concurrent.futures.Future`; it is a handle and no promise.
 *
 * @example
 * ```ts
 * import { type FutureContract, InlineExecutor } from "@pool/core";
 *
 * // Futures of every executor will do.
 * async function print(future: FutureContract<number>): Promise<void> {
 *   console.log(await future.result({ timeout: 10_000 })); // 42
 * }
 * await using executor = new InlineExecutor(1);
 * await print(executor.submit(() => 42));
 * ```
 */
export interface Future<R> {
  /** The result, or the call's error; rejects with `TimeoutError` when it is not there in time. */
  result(options?: WaitOptions): Promise<R>;
  /** The call's error, or `undefined` when it was fulfilled; rejects when it was cancelled. */
  exception(options?: WaitOptions): Promise<unknown>;
  /** Cancels the call; false when it has begun or is done. */
  cancel(): boolean;
  /** True when it was cancelled. */
  cancelled(): boolean;
  /** True while a worker runs it. */
  running(): boolean;
  /** True when it has ended, also when it was cancelled. */
  done(): boolean;
  /** Calls back once it is done; at once when it is. */
  addDoneCallback(callback: (future: this) => unknown): void;
  /** Forgets a callback; returns how often it had been added. */
  removeDoneCallback(callback: (future: this) => unknown): number;
}

/**
 * What each parameter of a function is taken from, one call after the other.
 *
 * @example
 * ```ts
 * import { InlineExecutor, type Iterables } from "@pool/core";
 *
 * const columns: Iterables<[string, number]> = [["a", "b"], new Set([1, 2])];
 * await using executor = new InlineExecutor(2);
 * const rows = executor.map((name: string, n: number) => name.repeat(n), ...columns);
 * for await (const row of rows) console.log(row); // a, bb
 * ```
 */
export type Iterables<A extends readonly unknown[]> = {
  readonly [K in keyof A]: Iterable<A[K]>;
};

/**
 * The same with options behind them; of optional parameters, as many as are wanted.
 *
 * @example
 * ```ts
 * import { InlineExecutor, type IterablesAndOptions } from "@pool/core";
 *
 * const input: IterablesAndOptions<[number, number]> = [[1, 2], [10, 20], { bufferSize: 1 }];
 * await using executor = new InlineExecutor(1);
 * const sums = executor.map((a: number, b: number) => a + b, ...input);
 * for await (const sum of sums) console.log(sum); // 11, 22
 * ```
 */
export type IterablesAndOptions<A extends readonly unknown[]> = number extends A["length"]
  ? readonly [...Iterable<A[number]>[], ExecutorMapOptions | undefined]
  : A extends readonly [] ? readonly [ExecutorMapOptions | undefined]
  : A extends readonly [infer First, ...infer Rest]
    ? readonly [Iterable<First>, ...IterablesAndOptions<Rest>]
  : A extends readonly [(infer First)?, ...infer Rest] ?
      | readonly [ExecutorMapOptions | undefined]
      | readonly [Iterable<First>, ...IterablesAndOptions<Rest>]
  : never;

/**
 * Options of an executor's `map`. Times in milliseconds.
 *
 * @example
 * ```ts
 * import { type ExecutorMapOptions, ThreadPoolExecutor } from "@pool/core";
 *
 * const options: ExecutorMapOptions = { chunksize: 50, timeout: 10_000 };
 * await using executor = new ThreadPoolExecutor(1);
 * let sum = 0;
 * for await (const n of executor.map((x: number) => 2 * x, Array(100).fill(1), options)) sum += n;
 * console.log(sum); // 200
 * ```
 */
export interface ExecutorMapOptions extends Omit<CallOptions, "timeout"> {
  /** Longest time from the call of `map` to each result; then `TimeoutError`. */
  readonly timeout?: number | undefined;
  /** Calls that go to a worker together; default 1. */
  readonly chunksize?: number | undefined;
  /** Most calls that are submitted ahead of the consumer; default: all of them at once. */
  readonly bufferSize?: number | undefined;
}

/**
 * Results in the order of the calls; leaving it early cancels what has not begun.
 *
 * @example
 * ```ts
 * import { type ExecutorResults, InlineExecutor } from "@pool/core";
 *
 * await using executor = new InlineExecutor(1);
 * const results: ExecutorResults<number> = executor.map((x: number) => x * x, [2, 3, 4]);
 * console.log((await results.next()).value); // 4
 * await results.return(); // cancels the calls that have not begun
 * ```
 */
export interface ExecutorResults<R> extends AsyncIterableIterator<R, undefined>, AsyncDisposable {
  /** The next result; rejects with the call's error, or with `TimeoutError`, and that is the end. */
  next(): Promise<IteratorResult<R, undefined>>;
  /** Cancels the calls whose results are not wanted any more. */
  return(value?: undefined): Promise<IteratorResult<R, undefined>>;
  /** Itself. */
  [Symbol.asyncIterator](): ExecutorResults<R>;
}

/**
 * How an executor ends.
 *
 * @example
 * ```ts
 * import { type ShutdownOptions, ThreadPoolExecutor } from "@pool/core";
 *
 * const atOnce: ShutdownOptions = { cancelFutures: true };
 * const executor = new ThreadPoolExecutor(1);
 * const sleep = () => new Promise<void>((resolve) => setTimeout(resolve, 50));
 * const futures = [1, 2, 3].map(() => executor.submit(sleep));
 * await executor.shutdown(atOnce);
 * console.log(futures[2]!.cancelled()); // true
 * ```
 */
export interface ShutdownOptions {
  /** Resolve when the last call has ended and the workers are gone (default), or at once. */
  readonly wait?: boolean | undefined;
  /** Cancel the calls that have not begun; default false. */
  readonly cancelFutures?: boolean | undefined;
}

/**
 * The whole promise of an executor. Mirrors `concurrent.futures.Executor`.
 *
 * @example
 * ```ts
 * import { type Executor, InlineExecutor } from "@pool/core";
 *
 * // Does not care where the calls run.
 * async function sumOfSquares(executor: Executor, numbers: number[]): Promise<number> {
 *   let sum = 0;
 *   for await (const square of executor.map((x: number) => x * x, numbers)) sum += square;
 *   return sum;
 * }
 * await using executor = new InlineExecutor(2);
 * console.log(await sumOfSquares(executor, [1, 2, 3])); // 14
 * ```
 */
export interface Executor extends AsyncDisposable {
  /** Accepts a call; throws where the executor is shut down or broken. */
  submit<R>(
    fn: () => R,
    args?: readonly [] | undefined,
    options?: CallOptions,
  ): Future<Awaited<R>>;
  /** The same for functions with arguments. */
  submit<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args: readonly [...A],
    options?: CallOptions,
  ): Future<Awaited<R>>;
  /** Calls the function with what the iterables give, as many times as the shortest has items. */
  map<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    ...iterables: Iterables<A>
  ): ExecutorResults<Awaited<R>>;
  /** The same with options. */
  map<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    ...iterablesAndOptions: [...Iterables<A>, ExecutorMapOptions | undefined]
  ): ExecutorResults<Awaited<R>>;
  /** The same for functions with optional parameters. */
  map<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    ...iterablesAndOptions: IterablesAndOptions<A>
  ): ExecutorResults<Awaited<R>>;
  /** Accepts nothing more. */
  shutdown(options?: ShutdownOptions): Promise<void>;
}
