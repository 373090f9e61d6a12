import { CALL_OPTIONS, type CallOptions, checkCall, isSingle } from "../core/call_options.ts";
import { isAsyncIterable, isIterable } from "../core/iterables.ts";
import { BrokenExecutor, PoolClosedError } from "../core/errors.ts";
import type { PoolEvents } from "../core/events.ts";
import type {
  Executor,
  ExecutorMapOptions,
  ExecutorResults,
  Iterables,
  IterablesAndOptions,
  ShutdownOptions,
} from "../core/executor.ts";
import {
  checkArray,
  checkBoolean,
  checkCount,
  checkOptions,
  checkTimeout,
  show,
} from "../core/options.ts";
import type { PoolPlan } from "../core/pool_options.ts";
import { Scheduler } from "../core/scheduler.ts";
import type { PoolStats } from "../core/stats.ts";
import { installRevivers } from "../multiprocessing/revivers.ts";
import { staysHere } from "../protocol/stays_here.ts";
import { type ExecutorKind, type ExecutorOptions, planExecutor } from "./executor_options.ts";
import type { Future } from "./future.ts";
import { type ChunkResults, MapResults } from "./map_results.ts";
import { SubmittedCalls } from "./submitted_calls.ts";
import { Zip } from "./zip.ts";

/**
 * What the executors of this machine have in common: calls become jobs of a scheduler, as those of a
 * pool do. Mirrors `concurrent.futures.Executor`. Use {@linkcode ThreadPoolExecutor},
 * {@linkcode ProcessPoolExecutor} or {@linkcode InlineExecutor}.
 *
 * @example
 * ```ts
 * import { type LocalExecutor, ThreadPoolExecutor } from "@pool/core";
 *
 * // All executors of this machine have numbers and events, as pools have.
 * const callsOf = (executor: LocalExecutor) => executor.stats().submitted;
 * await using executor = new ThreadPoolExecutor(1);
 * await executor.submit(() => 42).result();
 * console.log(callsOf(executor)); // 1
 * ```
 */
export class LocalExecutor implements Executor {
  static {
    staysHere(this);
  }

  readonly #plan: PoolPlan;
  readonly #scheduler: Scheduler;
  readonly #calls: SubmittedCalls;

  /** For the executors: options, and what sets their kind apart. */
  constructor(options: ExecutorOptions, kind: ExecutorKind) {
    installRevivers();
    this.#plan = planExecutor(options, kind);
    this.#scheduler = new Scheduler(this.#plan.config);
    const { sharedMemory } = this.#plan.config.crew.adapter.traits;
    this.#calls = new SubmittedCalls(this.#scheduler, sharedMemory);
  }

  /**
   * Accepts a call of `fn(...args)` and returns its future at once. Mirrors `Executor.submit`.
   *
   * Arguments are copied at the call; those that cannot be sent reject the future with
   * `MaybeEncodingError`.
   *
   * @throws `TypeError` or `RangeError` for bad input, `PoolClosedError` after `shutdown()`, and
   * `BrokenExecutor` or its subclass of this executor when it is broken
   *
   * @example
   * ```ts
   * import { ThreadPoolExecutor } from "@pool/core";
   *
   * await using executor = new ThreadPoolExecutor(2);
   * const future = executor.submit((base: number, power: number) => base ** power, [2, 10]);
   * console.log(await future.result()); // 1024
   * ```
   */
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
  submit(
    fn: (...args: never[]) => unknown,
    args?: readonly unknown[],
    options?: CallOptions,
  ): Future<unknown> {
    const call = checkCall(options, "submit", this.#plan.defaults);
    this.#checkOpen();
    return this.#calls.submit(fn, checkArray(args, "args"), call, itself);
  }

  /**
   * Calls `fn` with one item of each iterable, until the shortest ends, and iterates over the results
   * in the order of the calls. All calls are submitted at once, or at most `bufferSize` ahead of the
   * consumer. Mirrors `Executor.map`.
   *
   * A call that fails rejects its `next()` and ends the iteration; so does `timeout`, in milliseconds
   * from the call of `map`. However the iteration ends, calls that have not begun are cancelled.
   * With `chunksize` above 1 so many calls travel together, which pays for very short ones.
   *
   * @throws at once what the iterables throw, and what {@linkcode LocalExecutor.submit} throws
   *
   * @example
   * ```ts
   * import { ThreadPoolExecutor } from "@pool/core";
   *
   * await using executor = new ThreadPoolExecutor(2);
   * const powers = executor.map((base: number, power: number) => base ** power, [2, 3], [10, 4]);
   * for await (const power of powers) console.log(power); // 1024, 81
   * ```
   */
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
  map(fn: (...args: never[]) => unknown, ...rest: unknown[]): ExecutorResults<unknown> {
    const { iterables, options } = takeApart(rest);
    const { timeout, chunksize, bufferSize, ...others } = options;
    const call = checkCall(others, "map", this.#plan.defaults);
    const size = checkCount(chunksize, "chunksize", 1) ?? 1;
    const plan = {
      chunksize: isSingle(call) ? 1 : size,
      bufferSize: checkCount(bufferSize, "bufferSize", 1) ?? Infinity,
      timeout: checkTimeout(timeout, "timeout"),
      send: (rows: unknown[][]): Future<ChunkResults> => {
        this.#checkOpen();
        if (rows.length > 1) return this.#calls.submitChunk(fn, rows, call);
        return this.#calls.submit(fn, rows[0]!, call, alone);
      },
    };
    this.#checkOpen();
    this.#scheduler.functions.get(fn);
    return new MapResults(new Zip(iterables), plan);
  }

  /** Numbers since the start, and of now. Costs a look at every worker. */
  stats(): PoolStats {
    return this.#scheduler.stats();
  }

  /** What happens in the executor, as it happens; free while nobody listens. */
  get events(): PoolEvents {
    return this.#scheduler.events;
  }

  /**
   * Accepts nothing more; what was accepted is finished, unless `cancelFutures` cancels what has not
   * begun. Resolves when the workers are gone, or at once without `wait`. May be called again.
   * Mirrors `Executor.shutdown`.
   *
   * @example
   * ```ts
   * import { ThreadPoolExecutor } from "@pool/core";
   *
   * const executor = new ThreadPoolExecutor(1);
   * const future = executor.submit(() => "done");
   * await executor.shutdown();
   * console.log(await future.result()); // done
   * ```
   */
  async shutdown(options?: ShutdownOptions): Promise<void> {
    const given = checkOptions<ShutdownOptions>(options, "shut down", ["wait", "cancelFutures"]);
    const wait = checkBoolean(given.wait, "wait") ?? true;
    const cancelFutures = checkBoolean(given.cancelFutures, "cancelFutures") ?? false;
    this.#scheduler.life.close();
    if (cancelFutures) this.#calls.cancelAll();
    if (wait) await this.#scheduler.life.finished;
  }

  /** As {@linkcode LocalExecutor.shutdown}, and waits. Mirrors Python's `with`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #checkOpen(): void {
    try {
      this.#scheduler.life.checkOpen();
    } catch (error) {
      if (error instanceof BrokenExecutor) throw error;
      throw new PoolClosedError("Cannot submit call: the executor was shut down");
    }
  }
}

const MAP_OPTIONS = ["chunksize", "bufferSize"];

const itself = (value: unknown): unknown => value;
const alone = (value: unknown): ChunkResults => ({ values: [value], failure: undefined });

/** Takes apart what `map` was given: iterables, and options where the last one is none. */
function takeApart(
  rest: readonly unknown[],
): { readonly iterables: Iterable<unknown>[]; readonly options: ExecutorMapOptions } {
  const last = rest.at(-1);
  const isLast = rest.length > 0 && (last === undefined || typeof last === "object");
  const hasOptions = isLast && !isIterable(last) && !isAsyncIterable(last);
  const iterables = hasOptions ? rest.slice(0, -1) : rest;
  for (const [index, one] of iterables.entries()) {
    if (isIterable(one)) continue;
    throw new TypeError(
      `Cannot map: argument ${index + 2} must be iterable, not ${
        isAsyncIterable(one) ? "an async iterable" : show(one)
      }`,
    );
  }
  const options = hasOptions ? last as ExecutorMapOptions | undefined : undefined;
  return {
    iterables: iterables as Iterable<unknown>[],
    options: checkOptions(options, "map", [...CALL_OPTIONS, ...MAP_OPTIONS]),
  };
}
