import type { CallOptions } from "./call_options.ts";

/** A call's result to be. Mirrors `concurrent.futures.Future`; it is a handle and no promise. */
export interface Future<R> {
  /** The result, or the call's error; rejects with `TimeoutError` when it is not there in time. */
  result(options?: { readonly timeout?: number }): Promise<R>;
  /** The call's error, or `undefined` when it was fulfilled. */
  exception(options?: { readonly timeout?: number }): Promise<unknown>;
  /** Cancels the call; false when it has begun or is done. */
  cancel(): boolean;
  /** True when it was cancelled. */
  cancelled(): boolean;
  /** True while a worker runs it. */
  running(): boolean;
  /** True when it has ended, also when it was cancelled. */
  done(): boolean;
  /** Calls back once it is done; at once when it is. */
  addDoneCallback(callback: (future: Future<R>) => void): void;
}

/** The whole promise of an executor. Mirrors `concurrent.futures.Executor`. */
export interface Executor extends AsyncDisposable {
  /** Accepts a call; throws where the executor is shut down or broken. */
  submit<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args: A,
    options?: CallOptions,
  ): Future<Awaited<R>>;
  /** Accepts nothing more. */
  shutdown(options?: { readonly wait?: boolean; readonly cancelFutures?: boolean }): Promise<void>;
}
