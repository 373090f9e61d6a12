import { inThisContext } from "../adapters/services.ts";
import { CancelledError, InvalidStateError, TimeoutError } from "../core/errors.ts";
import { checkFunction, checkWait } from "../core/options.ts";
import type { AsyncResult, WaitOptions } from "../core/pool.ts";
import { staysHere } from "../protocol/stays_here.ts";
import { orTimeout } from "../protocol/timers.ts";
import { type Resolvers, withResolvers } from "../protocol/with_resolvers.ts";

/** Who is told of the end before all others. */
export interface ResultCallbacks<R> {
  readonly callback?: ((result: R) => unknown) | undefined;
  readonly errorCallback?: ((error: unknown) => unknown) | undefined;
}

/** The options of a call that are {@linkcode ResultCallbacks}. */
export const CALLBACKS: readonly string[] = ["callback", "errorCallback"];

/**
 * The callbacks among the options of a call, to run in the context of their caller; throws a `TypeError` where one
 * is no function.
 */
export function checkCallbacks<R>(
  { callback, errorCallback }: ResultCallbacks<R> = {},
): ResultCallbacks<R> {
  return {
    callback: checkFunction(callback, "callback") && inThisContext(callback!),
    errorCallback: checkFunction(errorCallback, "errorCallback") && inThisContext(errorCallback!),
  };
}

type State<R> =
  | { readonly kind: "pending" }
  | { readonly kind: "fulfilled"; readonly value: R }
  | { readonly kind: "rejected"; readonly error: unknown };

/** The result of one call to a pool; its `resolve` and `reject` are for the scheduler. */
export class PoolResult<R> implements AsyncResult<R> {
  static {
    staysHere(this);
  }

  readonly #callbacks: ResultCallbacks<R>;
  #state: State<R> = { kind: "pending" };
  /** Made when somebody waits: a failed result that nobody looks at must not end the program. */
  #settled: Resolvers<void> | undefined;
  #abort: ((reason: unknown) => void) | undefined;
  /** The call has ended; callbacks may still run, but it is too late to cancel. */
  #over = false;

  constructor(callbacks: ResultCallbacks<R> = {}) {
    this.#callbacks = callbacks;
  }

  /** Says how the call is cancelled. */
  bind(abort: (reason: unknown) => void): this {
    if (!this.#over) this.#abort = abort;
    return this;
  }

  async get(options?: WaitOptions): Promise<R> {
    const limit = checkWait(options, "get");
    if (!(await this.#waitFor(limit))) {
      throw new TimeoutError(`Cannot get result: it is not ready after ${limit} ms`);
    }
    if (this.#state.kind === "fulfilled") return this.#state.value;
    throw (this.#state as { error: unknown }).error;
  }

  async wait(options?: WaitOptions): Promise<boolean> {
    return await this.#waitFor(checkWait(options, "wait"));
  }

  ready(): boolean {
    return this.#state.kind !== "pending";
  }

  successful(): boolean {
    if (this.#state.kind === "pending") {
      throw new InvalidStateError("Cannot tell success: the result is not ready");
    }
    return this.#state.kind === "fulfilled";
  }

  cancel(): boolean {
    if (!this.#abort) return false;
    this.#abort(new CancelledError("The call was cancelled"));
    return true;
  }

  then<T = R, E = never>(
    onFulfilled?: ((value: R) => T | PromiseLike<T>) | null,
    onRejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<T | E> {
    return this.get().then(onFulfilled, onRejected);
  }

  /** The call was fulfilled. */
  resolve(value: R): void {
    const { callback } = this.#callbacks;
    this.#leave();
    runCallback(callback && (() => callback(value)), (failure) => {
      this.#end(
        failure ? { kind: "rejected", error: failure.error } : { kind: "fulfilled", value },
      );
    });
  }

  /** The call failed. */
  reject(error: unknown): void {
    const { errorCallback } = this.#callbacks;
    this.#leave();
    runCallback(errorCallback && (() => errorCallback(error)), (failure) => {
      this.#end({ kind: "rejected", error: failure ? bothErrors(error, failure.error) : error });
    });
  }

  /** Lets go of the call and its arguments. */
  #leave(): void {
    this.#over = true;
    this.#abort = undefined;
  }

  #end(state: State<R>): void {
    this.#state = state;
    this.#settled?.resolve();
  }

  async #waitFor(timeout: number | undefined): Promise<boolean> {
    if (this.ready()) return true;
    const { promise } = this.#settled ??= withResolvers<void>();
    await orTimeout(promise, timeout);
    return this.ready();
  }
}

function bothErrors(error: unknown, callbackError: unknown): AggregateError {
  return new AggregateError(
    [error, callbackError],
    "The task failed, and so did its errorCallback",
  );
}

/** Runs a callback, also an async one, and goes on when it is through. */
async function runCallback(
  callback: (() => unknown) | undefined,
  proceed: (failure?: { readonly error: unknown }) => void,
): Promise<void> {
  if (!callback) return proceed();
  try {
    // A call may be over before its caller has the result: without items, with an aborted signal.
    await undefined;
    const result = callback();
    if (result instanceof Promise) await result;
  } catch (error) {
    return proceed({ error });
  }
  proceed();
}
