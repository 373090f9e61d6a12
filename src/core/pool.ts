import type { CallOptions } from "./call_options.ts";
import type { PoolEvents } from "./events.ts";
import type { PoolStats } from "./stats.ts";

/** How long a wait may take; see each call. */
export interface WaitOptions {
  /** Milliseconds; omitted: for ever, 0: try once, negative: as 0. */
  readonly timeout?: number;
}

/** What may be mapped over. */
export type AnyIterable<T> = Iterable<T> | AsyncIterable<T>;

/** Options of `map` and `starmap`: those of a call, for each item, and the size of a chunk. */
export interface MapOptions extends CallOptions {
  /** Items that go to a worker together; default: as many as are worth about a millisecond. */
  readonly chunksize?: number;
}

/** Options of `imap` and `imapUnordered`. */
export interface ImapOptions extends MapOptions {
  /** Most items that are pulled ahead of the consumer; default: two chunks a worker, at least 64. */
  readonly buffer?: number;
}

/** Options of `applyAsync`: those of a call, and who is told of its end. */
export interface ApplyAsyncOptions<R> extends CallOptions {
  /** Gets the result before it is ready to others; what it throws rejects the result. */
  readonly callback?: (result: R) => unknown;
  /** Gets the error before it is ready to others. */
  readonly errorCallback?: (error: unknown) => unknown;
}

/** Options of `mapAsync` and `starmapAsync`. */
export interface MapAsyncOptions<R> extends MapOptions {
  /** Gets all results before they are ready to others; what it throws rejects the result. */
  readonly callback?: (results: R[]) => unknown;
  /** Gets the first error before it is ready to others. */
  readonly errorCallback?: (error: unknown) => unknown;
}

/** A result that will be there. Mirrors `multiprocessing.pool.AsyncResult`; may be awaited itself. */
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

/** Results in the order of the items, or of their ends. */
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

/** A pool of workers. Mirrors `multiprocessing.pool.Pool`. */
export interface Pool extends AsyncDisposable {
  /** Numbers since the start, and of now. */
  stats(): PoolStats;
  /** What happens, as it happens. */
  readonly events: PoolEvents;
  /** Runs `fn(...args)` on a worker. */
  apply<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args: A,
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
