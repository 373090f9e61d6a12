import { inThisContext, warn } from "../adapters/services.ts";
import { CancelledError, InvalidStateError, TimeoutError } from "../core/errors.ts";
import type { Future as FutureContract } from "../core/executor.ts";
import { checkIterable } from "../core/iterables.ts";
import { checkFunction, checkWait, show } from "../core/options.ts";
import type { WaitOptions } from "../core/pool.ts";
import { staysHere } from "../protocol/stays_here.ts";
import { contextFree, untilDone } from "./until_done.ts";

/**
 * Who runs the call of a future.
 *
 * @example
 * ```ts
 * import { Future, type FutureSource } from "@pool/core";
 *
 * // For an executor of your own: its calls wait in a line until somebody has time for them.
 * const line = ["call"];
 * const source: FutureSource = { running: () => line.length === 0, withdraw: () => !!line.pop() };
 * const future = new Future<number>(source);
 * console.log(future.cancel(), line.length); // true 0
 * ```
 */
export interface FutureSource {
  /** True once the call has begun. */
  running(): boolean;
  /** Takes the call back; false when it has begun. The future tells its callbacks by itself. */
  withdraw(): boolean;
}

type State = "pending" | "running" | "cancelled" | "fulfilled" | "rejected";

/**
 * The handle of one call of an executor. Mirrors `concurrent.futures.Future`.
 *
 *     pending ──▶ running ──▶ fulfilled
 *        │           └──────▶ rejected
 *        └──▶ cancelled
 *
 * It is no promise and cannot be awaited itself: `await future.result()`. So it passes through async
 * functions and `for await` as it is, and an error that nobody asks for ends nothing.
 *
 * A call that was sent to a worker ahead of time can be cancelled until it begins; Python's cannot.
 * Futures come from {@linkcode Executor.submit}; `new Future()`, `setResult` and `setException` are for
 * executors of your own and for tests, as in Python.
 *
 * @example
 * ```ts
 * import { ThreadPoolExecutor } from "@pool/core";
 *
 * await using executor = new ThreadPoolExecutor(1);
 * const future = executor.submit((a: number, b: number) => a + b, [1, 2]);
 * console.log(await future.result({ timeout: 10_000 }), future.done()); // 3 true
 * ```
 */
export class Future<R> implements FutureContract<R> {
  static {
    staysHere(this);
  }

  #state: State = "pending";
  #value: R | undefined;
  #error: unknown;
  #source: FutureSource | undefined;
  #callbacks: DoneCallback[] = NONE;

  /** Makes a pending future, of a call that its source can tell about. */
  constructor(source?: FutureSource) {
    this.#source = source;
  }

  /**
   * The result. Rejects with the call's error, with `CancelledError` when it was cancelled, and with
   * `TimeoutError` when it is not done after `timeout` milliseconds. Mirrors `Future.result`.
   */
  async result(options?: WaitOptions): Promise<R> {
    const timeout = checkWait(options, "get result");
    if (!this.done()) await this.#untilDone(timeout);
    this.#checkCancelled();
    if (this.#state === "rejected") throw this.#error;
    return this.#value as R;
  }

  /**
   * The call's error, or `undefined` when it was fulfilled. Rejects with `CancelledError` and
   * `TimeoutError` as {@linkcode Future.result}. Mirrors `Future.exception`.
   */
  async exception(options?: WaitOptions): Promise<unknown> {
    const timeout = checkWait(options, "get exception");
    if (!this.done()) await this.#untilDone(timeout);
    this.#checkCancelled();
    return this.#error;
  }

  /**
   * Cancels the call; true when it will not run, also when it was cancelled before. False when it has
   * begun or is done: a call is stopped by its `signal` and `timeout`. Mirrors `Future.cancel`.
   */
  cancel(): boolean {
    if (this.#state === "cancelled") return true;
    if (this.#state !== "pending" || this.#source?.withdraw() === false) return false;
    this.#end("cancelled");
    return true;
  }

  /** True when it was cancelled. */
  cancelled(): boolean {
    return this.#state === "cancelled";
  }

  /** True while the call runs: it has begun and is not done. */
  running(): boolean {
    if (this.#state === "pending") return this.#source?.running() ?? false;
    return this.#state === "running";
  }

  /** True when it is fulfilled, rejected or cancelled. */
  done(): boolean {
    return this.#state !== "pending" && this.#state !== "running";
  }

  /**
   * Calls back with this future once it is done, in the order of the additions; at once when it is. It runs in
   * the `AsyncLocalStorage` context of this call.
   * What a callback throws is reported as a warning of the process, and the others run nevertheless.
   * Mirrors `Future.add_done_callback`.
   */
  addDoneCallback(callback: (future: this) => unknown): void {
    if (callback === undefined) throw new TypeError("Cannot add callback: there is none");
    checkFunction(callback, "callback");
    if (this.done()) this.#call(callback);
    else this.#add(bound(callback));
  }

  /** Forgets a callback; returns how often it had been added. Mirrors that of `asyncio.Future`. */
  removeDoneCallback(callback: (future: this) => unknown): number {
    const before = this.#callbacks.length;
    if (before > 0) {
      this.#callbacks = this.#callbacks.filter((one) => (originals.get(one) ?? one) !== callback);
    }
    return before - this.#callbacks.length;
  }

  /**
   * For executors: the call is about to run and can no longer be cancelled; false when it was
   * cancelled before and must not run. Mirrors `Future.set_running_or_notify_cancel`.
   *
   * @throws `InvalidStateError` when it runs already or is done
   */
  setRunningOrNotifyCancel(): boolean {
    if (this.#state === "cancelled") return false;
    if (this.#state !== "pending") throw this.#invalid("set running");
    this.#state = "running";
    return true;
  }

  /** For executors: fulfils it. Throws `InvalidStateError` when it is done. */
  setResult(value: R): void {
    if (this.done()) throw this.#invalid("set result");
    this.#value = value;
    this.#end("fulfilled");
  }

  /** For executors: rejects it. Throws `InvalidStateError` when it is done. */
  setException(error: unknown): void {
    if (this.done()) throw this.#invalid("set exception");
    if (error === undefined) throw new TypeError("Cannot set exception: it is undefined");
    this.#error = error;
    this.#end("rejected");
  }

  #end(state: State): void {
    this.#state = state;
    this.#source = undefined;
    const callbacks = this.#callbacks;
    this.#callbacks = NONE;
    for (const callback of callbacks) this.#call(callback);
  }

  #add(callback: DoneCallback): void {
    if (this.#callbacks === NONE) this.#callbacks = [callback];
    else this.#callbacks.push(callback);
  }

  #call(callback: (future: never) => unknown): void {
    try {
      const result = (callback as (future: this) => unknown)(this);
      if (result instanceof Promise) result.catch(reportCallback);
    } catch (error) {
      reportCallback(error);
    }
  }

  /** Resolves when it is done; rejects when that takes too long. */
  #untilDone(timeout: number | undefined): Promise<unknown> {
    // Nearly all wait so: the way with a time limit costs several times as much.
    if (timeout === undefined) return new Promise((resolve) => this.#add(resolve));
    return untilDone([this], { timeout }).then((inTime) => {
      if (inTime) return;
      throw new TimeoutError(`Cannot get result: the call is not done after ${timeout} ms`);
    });
  }

  #checkCancelled(): void {
    if (this.#state === "cancelled") throw new CancelledError("The call was cancelled");
  }

  #invalid(what: string): InvalidStateError {
    return new InvalidStateError(`Cannot ${what}: the future is ${this.#state}`);
  }
}

type DoneCallback = (future: never) => unknown;

/** Callbacks in a context, as their users know them. */
const originals = new WeakMap<DoneCallback, DoneCallback>();

function bound(callback: DoneCallback): DoneCallback {
  if (contextFree.has(callback)) return callback;
  const own = inThisContext(callback);
  originals.set(own, callback);
  return own;
}

/** Shared by all futures without callbacks: most have none. */
const NONE: never[] = [];

function reportCallback(error: unknown): void {
  warn("A done callback of a future failed", error);
}

/** Futures without duplicates; throws a `TypeError` for what is none, or no iterable. */
export function checkFutures<F extends FutureContract<unknown>>(
  futures: Iterable<F>,
  call: string,
): Set<F> {
  checkIterable(futures, call, "futures");
  const unique = new Set(futures);
  for (const future of unique) {
    if (!isFuture(future)) {
      throw new TypeError(`Cannot ${call}: ${show(future)} is no future`);
    }
  }
  return unique;
}

/** Futures of all executors will do, also of those that are not this library's. */
function isFuture(value: unknown): boolean {
  const future = value as Partial<FutureContract<unknown>> | null | undefined;
  return METHODS.every((name) => typeof future?.[name] === "function");
}

const METHODS = [
  "done",
  "cancelled",
  "exception",
  "addDoneCallback",
  "removeDoneCallback",
] as const;
