import type { CallOptions } from "./call_options.ts";
import type { PoolEvents } from "./events.ts";
import type { PoolStats } from "./stats.ts";

/**
 * How long a wait may take; see each call.
 *
 * @example
 * ```ts
 * import { Pool, type WaitOptions } from "@pool/core";
 *
 * const patience: WaitOptions = { timeout: 10_000 };
 * await using pool = new Pool(1);
 * console.log(await pool.applyAsync(() => 6 * 7).get(patience)); // 42
 * ```
 */
export interface WaitOptions {
  /** Milliseconds; omitted: for ever, 0: try once, negative: as 0. */
  readonly timeout?: number | undefined;
}

/**
 * What may be mapped over.
 *
 * @example
 * ```ts
 * import { type AnyIterable, Pool } from "@pool/core";
 *
 * async function* numbers() {
 *   yield* [1, 2, 3];
 * }
 * await using pool = new Pool(1);
 * const squares = (items: AnyIterable<number>) => pool.map((x: number) => x * x, items);
 * console.log(await squares([4, 5]), await squares(numbers())); // [16, 25] [1, 4, 9]
 * ```
 */
export type AnyIterable<T> = Iterable<T> | AsyncIterable<T>;

/**
 * Options of `map` and `starmap`: those of a call, for each item, and the size of a chunk.
 *
 * @example
 * ```ts
 * import { type MapOptions, Pool } from "@pool/core";
 *
 * const options: MapOptions = { chunksize: 2, signal: AbortSignal.timeout(20_000) };
 * await using pool = new Pool(1);
 * console.log(await pool.map((x: number) => x + 1, [1, 2, 3], options)); // [2, 3, 4]
 * ```
 */
export interface MapOptions extends CallOptions {
  /** Items that go to a worker together; default: as many as are worth about a millisecond. */
  readonly chunksize?: number | undefined;
}

/**
 * Options of `imap` and `imapUnordered`.
 *
 * @example
 * ```ts
 * import { type ImapOptions, Pool } from "@pool/core";
 *
 * function* endless() {
 *   for (let n = 1;; n++) yield n;
 * }
 * const options: ImapOptions = { buffer: 8 };
 * await using pool = new Pool(1);
 * for await (const square of pool.imap((x: number) => x * x, endless(), options)) {
 *   if (square < 50) continue;
 *   console.log(square); // 64
 *   break;
 * }
 * ```
 */
export interface ImapOptions extends MapOptions {
  /** Most items that are pulled ahead of the consumer; default: two chunks a worker, at least 64. */
  readonly buffer?: number | undefined;
}

/**
 * Options of `applyAsync`: those of a call, and who is told of its end.
 *
 * @example
 * ```ts
 * import { type ApplyAsyncOptions, Pool } from "@pool/core";
 *
 * const options: ApplyAsyncOptions<number> = {
 *   callback: (result) => console.log("result", result), // result 42
 *   errorCallback: (error) => console.error("failed", error),
 * };
 * await using pool = new Pool(1);
 * await pool.applyAsync((x: number) => 2 * x, [21], options);
 * ```
 */
export interface ApplyAsyncOptions<R> extends CallOptions {
  /**
   * Gets the result before it is ready to others; what it throws rejects the result. Callbacks run in the
   * `AsyncLocalStorage` context of their call.
   */
  readonly callback?: ((result: R) => unknown) | undefined;
  /** Gets the error before it is ready to others. */
  readonly errorCallback?: ((error: unknown) => unknown) | undefined;
}

/**
 * Options of `mapAsync` and `starmapAsync`.
 *
 * @example
 * ```ts
 * import { type MapAsyncOptions, Pool } from "@pool/core";
 *
 * const options: MapAsyncOptions<number> = {
 *   callback: (results) => console.log(results.length, "results"), // 3 results
 *   errorCallback: (error) => console.error("failed", error),
 * };
 * await using pool = new Pool(1);
 * await pool.mapAsync((x: number) => x * x, [1, 2, 3], options);
 * ```
 */
export interface MapAsyncOptions<R> extends MapOptions {
  /** Gets all results before they are ready to others; what it throws rejects the result. */
  readonly callback?: ((results: R[]) => unknown) | undefined;
  /** Gets the first error before it is ready to others. */
  readonly errorCallback?: ((error: unknown) => unknown) | undefined;
}

/**
 * A result that will be there. Mirrors `multiprocessing.pool.AsyncResult`; may be awaited itself.
 *
 * @example
 * ```ts
 * import { type AsyncResult, Pool } from "@pool/core";
 *
 * await using pool = new Pool(1);
 * const result: AsyncResult<number> = pool.applyAsync((x: number) => x * x, [5]);
 * console.log(result.ready()); // false
 * console.log(await result.get({ timeout: 10_000 }), result.successful()); // 25 true
 * ```
 */
export interface AsyncResult<R> extends PromiseLike<R> {
  /** The result, or the call's error; rejects with `TimeoutError` when it is not there in time. */
  get(options?: WaitOptions): Promise<R>;
  /** Waits for the end, whatever it is; resolves to `ready()`. Never rejects for the call's error. */
  wait(options?: WaitOptions): Promise<boolean>;
  /** True when the call has ended. */
  ready(): boolean;
  /** True when it was fulfilled; throws `InvalidStateError` before its end. */
  successful(): boolean;
  /** Ends the call as an abort does, with `CancelledError`; false when it has ended before. */
  cancel(): boolean;
}

/**
 * Results in the order of the items, or of their ends.
 *
 * @example
 * ```ts
 * import { Pool, type PoolIterator } from "@pool/core";
 *
 * await using pool = new Pool(1);
 * const squares: PoolIterator<number> = pool.imap((x: number) => x * x, [3, 4, 5]);
 * console.log((await squares.next({ timeout: 10_000 })).value); // 9
 * for await (const square of squares) console.log(square); // 16, 25
 * ```
 */
export interface PoolIterator<R> extends AsyncIterableIterator<R>, AsyncDisposable {
  /**
   * The next result, or the error of its item, after which iteration goes on. Rejects with `TimeoutError`
   * when there is none in time; that loses nothing.
   */
  next(options?: WaitOptions): Promise<IteratorResult<R, undefined>>;
  /** Stops pulling items and cancels those that wait. */
  return(): Promise<IteratorResult<R, undefined>>;
  /** Itself. */
  [Symbol.asyncIterator](): PoolIterator<R>;
}

/**
 * A pool of workers. Mirrors `multiprocessing.pool.Pool`.
 *
 * @example
 * ```ts
 * import { type PoolContract, ThreadPool } from "@pool/core";
 *
 * // Any pool will do, on threads, processes or the event loop.
 * function squares(pool: PoolContract, numbers: number[]): Promise<number[]> {
 *   return pool.map((x: number) => x * x, numbers);
 * }
 * await using pool = new ThreadPool(1);
 * console.log(await squares(pool, [1, 2, 3])); // [1, 4, 9]
 * ```
 */
export interface Pool extends AsyncDisposable {
  /** Numbers since the start, and of now. */
  stats(): PoolStats;
  /** What happens, as it happens. */
  readonly events: PoolEvents;
  /** Runs `fn(...args)` on a worker. */
  apply<R>(
    fn: () => R,
    args?: readonly [] | undefined,
    options?: CallOptions,
  ): Promise<Awaited<R>>;
  /** The same for functions with arguments. */
  apply<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args: readonly [...A],
    options?: CallOptions,
  ): Promise<Awaited<R>>;
  /** Runs `fn(item)` for every item. */
  map<T, R>(
    fn: (item: T) => R,
    items: AnyIterable<T>,
    options?: MapOptions,
  ): Promise<Awaited<R>[]>;
  /** As `map`, lazily. */
  imap<T, R>(
    fn: (item: T) => R,
    items: AnyIterable<T>,
    options?: ImapOptions,
  ): PoolIterator<Awaited<R>>;
  /** Accepts nothing more. */
  close(): void;
  /** Ends everything now. */
  terminate(): Promise<void>;
  /** Waits for the end, after `close` or `terminate`. */
  join(options?: WaitOptions): Promise<void>;
}
