import { type CallOptions, checkCall } from "../core/call_options.ts";
import { InvalidStateError, PoolClosedError, TimeoutError } from "../core/errors.ts";
import type { PoolEvents } from "../core/events.ts";
import { PromiseSink } from "../core/job.ts";
import { checkMainGuard } from "../core/main_guard.ts";
import { checkArray, checkWait } from "../core/options.ts";
import { Origins } from "../core/origin.ts";
import type {
  AnyIterable,
  ApplyAsyncOptions,
  AsyncResult,
  ImapOptions,
  MapAsyncOptions,
  MapOptions,
  Pool as PoolContract,
  PoolIterator,
  WaitOptions,
} from "../core/pool.ts";
import { Scheduler } from "../core/scheduler.ts";
import type { PoolStats } from "../core/stats.ts";
import { arePrimitive } from "../protocol/primitive.ts";
import { JobMode } from "../protocol/messages.ts";
import { staysHere } from "../protocol/stays_here.ts";
import { orTimeout } from "../protocol/timers.ts";
import { CALLBACKS, checkCallbacks, PoolResult } from "./async_result.ts";
import { PoolCalls } from "./pool_calls.ts";
import { planPool, type PoolOptions, type PoolPlan, withCount } from "./pool_options.ts";
import { installRevivers } from "./revivers.ts";
import { TaskStream } from "./task_stream.ts";

/**
 * Anything that `for await` can go through, or a promise of it: what a generator task returns.
 *
 * @example
 * ```ts
 * import { Pool, type Streamable } from "@pool/core";
 *
 * // What a task may return for `stream`: a generator, any iterable, a promise of one.
 * function countTo(n: number): Streamable<number> {
 *   return Array.from({ length: n }, (_, i) => i + 1);
 * }
 * await using pool = new Pool(1);
 * for await (const n of pool.stream(countTo, [3])) console.log(n); // 1, 2, 3
 * ```
 */
export type Streamable<T> = AnyIterable<T> | Promise<AnyIterable<T>>;

/**
 * A pool of workers that run your functions in parallel. Mirrors `multiprocessing.pool.Pool`; calls that
 * block in Python return promises here.
 *
 * Workers start at once (unless `idleTimeout` or `minWorkers` says otherwise) and are replaced when they
 * die. An idle pool uses no CPU and does not keep the program running; pending calls do.
 *
 * Functions are tasks made by {@linkcode task}, references from {@linkcode importTasks}, or
 * self-contained inline functions. Every call rejects with what the task threw, with `WorkerDiedError` when
 * its worker died, and with `MaybeEncodingError` when a value cannot be sent.
 *
 * @example
 * ```ts
 * import { Pool, task } from "@pool/core";
 *
 * export const square = task(import.meta, (x: number) => x * x);
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(4);
 *   console.log(await pool.map(square, [1, 2, 3])); // [1, 4, 9]
 * }
 * ```
 */
export class Pool implements PoolContract {
  static {
    staysHere(this);
  }

  readonly #plan: PoolPlan;
  readonly #scheduler: Scheduler;
  readonly #origins = new Origins();
  readonly #calls: PoolCalls;
  #closed = false;

  /**
   * Starts a pool.
   *
   * @param workers number of workers, or options; default: as many workers as processors may be used
   * @param options further options
   * @throws `TypeError` or `RangeError` for options that make no sense; `PoolError` in a worker that is
   * importing this module, because the pool stands outside of `if (import.meta.main)`
   */
  constructor(workers?: number | PoolOptions, options?: Omit<PoolOptions, "workers">) {
    checkMainGuard("pool");
    installRevivers();
    this.#plan = planPool(
      options === undefined ? workers : withCount("workers", workers, options),
    );
    this.#scheduler = new Scheduler(this.#plan.config);
    this.#calls = new PoolCalls(this.#scheduler, this.#plan, this.#origins);
  }

  /**
   * Runs `fn(...args)` on a worker. Mirrors `Pool.apply`, which blocks.
   *
   * Costs some microseconds beyond the task; arguments are copied at the call.
   *
   * @example
   * ```ts
   * import { Pool } from "@pool/core";
   *
   * await using pool = new Pool(1);
   * console.log(await pool.apply((a: number, b: number) => a + b, [1, 2])); // 3
   * ```
   */
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
  apply(
    fn: (...args: never[]) => unknown,
    args?: readonly unknown[],
    options?: CallOptions,
  ): Promise<unknown> {
    return new Promise((resolve) => {
      const list = checkArray(args, "args");
      const call = checkCall(options, "apply", this.#plan.defaults);
      if (!call.transfer && call.key === undefined && arePrimitive(list)) {
        return this.#scheduler.call(fn, list, call, resolve, this.#origins.capture());
      }
      this.#calls.submit(fn, list, call, JobMode.call, new PromiseSink(resolve));
    });
  }

  /**
   * As {@linkcode Pool.apply}, with a result that can be asked, awaited and cancelled, and callbacks.
   * Mirrors `Pool.apply_async`. A failed result that nobody looks at ends nothing.
   *
   * @throws at once for bad input and for a closed pool
   *
   * @example
   * ```ts
   * import { Pool } from "@pool/core";
   *
   * await using pool = new Pool(1);
   * const result = pool.applyAsync((x: number) => x * 2, [21], { callback: (r) => console.log(r) });
   * console.log(await result.get({ timeout: 5000 }), result.successful()); // 42 true
   * ```
   */
  applyAsync<R>(
    fn: () => R,
    args?: readonly [] | undefined,
    options?: ApplyAsyncOptions<Awaited<R>>,
  ): AsyncResult<Awaited<R>>;
  /** The same for functions with arguments. */
  applyAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args: readonly [...A],
    options?: ApplyAsyncOptions<Awaited<R>>,
  ): AsyncResult<Awaited<R>>;
  applyAsync(
    fn: (...args: never[]) => unknown,
    args?: readonly unknown[],
    options?: ApplyAsyncOptions<unknown>,
  ): AsyncResult<unknown> {
    const call = checkCall(options, "applyAsync", this.#plan.defaults, CALLBACKS);
    const result = new PoolResult<unknown>(checkCallbacks(options));
    const job = this.#calls.submit(fn, args, call, JobMode.call, result);
    return result.bind((reason) => this.#scheduler.abort(job, reason));
  }

  /**
   * Runs `fn(item)` for every item and resolves to the results in order. Every item runs, also after one
   * that threw; then the first error (by place) rejects. Mirrors `Pool.map`.
   *
   * Items go to workers in chunks: `chunksize` of them together, as in Python. By default a chunk grows until
   * it is worth about a millisecond, and shrinks near the end (guided self-scheduling).
   * `timeout` and `retries` are for each item, and make each item a chunk of its own.
   *
   * @example
   * ```ts
   * import { Pool } from "@pool/core";
   *
   * await using pool = new Pool(2);
   * console.log(await pool.map((s: string) => s.length, ["one", "three"])); // [3, 5]
   * ```
   */
  map<T, R>(
    fn: (item: T) => R,
    items: AnyIterable<T>,
    options?: MapOptions,
  ): Promise<Awaited<R>[]> {
    return this.#calls.map(fn, items, options, { mode: JobMode.map, name: "map" });
  }

  /**
   * As {@linkcode Pool.map}, with a result that can be asked, awaited and cancelled, and callbacks.
   * Mirrors `Pool.map_async`.
   *
   * @example
   * ```ts
   * import { Pool } from "@pool/core";
   *
   * await using pool = new Pool(2);
   * const result = pool.mapAsync((x: number) => x + 1, [1, 2, 3]);
   * console.log(await result); // [2, 3, 4]
   * ```
   */
  mapAsync<T, R>(
    fn: (item: T) => R,
    items: AnyIterable<T>,
    options?: MapAsyncOptions<Awaited<R>>,
  ): AsyncResult<Awaited<R>[]> {
    return this.#calls.mapAsync(fn, items, options, { mode: JobMode.map, name: "mapAsync" });
  }

  /**
   * As {@linkcode Pool.map} for functions of several arguments: each item is an array of them. Mirrors
   * `Pool.starmap`.
   *
   * @example
   * ```ts
   * import { Pool } from "@pool/core";
   *
   * await using pool = new Pool(2);
   * console.log(await pool.starmap((a: number, b: number) => a * b, [[2, 3], [4, 5]])); // [6, 20]
   * ```
   */
  starmap<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    items: AnyIterable<Readonly<A>>,
    options?: MapOptions,
  ): Promise<Awaited<R>[]> {
    return this.#calls.map(fn, items, options, { mode: JobMode.starmap, name: "starmap" });
  }

  /**
   * As {@linkcode Pool.starmap}, with a result that can be asked, awaited and cancelled, and callbacks.
   * Mirrors `Pool.starmap_async`.
   *
   * @example
   * ```ts
   * import { Pool } from "@pool/core";
   *
   * await using pool = new Pool(2);
   * const result = pool.starmapAsync((a: string, b: number) => a.repeat(b), [["ab", 2]]);
   * console.log(await result.get()); // ["abab"]
   * ```
   */
  starmapAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    items: AnyIterable<Readonly<A>>,
    options?: MapAsyncOptions<Awaited<R>>,
  ): AsyncResult<Awaited<R>[]> {
    return this.#calls.mapAsync(fn, items, options, {
      mode: JobMode.starmap,
      name: "starmapAsync",
    });
  }

  /**
   * Runs `fn(item)` lazily, results in the order of the items: items are pulled as results are taken, at
   * most `buffer` ahead, none before the first `next()`. Mirrors `Pool.imap`, which pulls eagerly.
   *
   * An item that fails rejects its own `next()`, and iteration can go on; `for await` ends there. `break`
   * or `return()` stops pulling and cancels what waits.
   *
   * @example
   * ```ts
   * import { Pool } from "@pool/core";
   *
   * function* naturals() {
   *   for (let n = 0;; n++) yield n;
   * }
   *
   * await using pool = new Pool(2);
   * for await (const square of pool.imap((x: number) => x * x, naturals())) {
   *   if (square > 10) break;
   *   console.log(square); // 0, 1, 4, 9
   * }
   * ```
   */
  imap<T, R>(
    fn: (item: T) => R,
    items: AnyIterable<T>,
    options?: ImapOptions,
  ): PoolIterator<Awaited<R>> {
    return this.#calls.imap(fn, items, options, { ordered: true, name: "imap" });
  }

  /**
   * As {@linkcode Pool.imap}, results as they come. Mirrors `Pool.imap_unordered`.
   *
   * @example
   * ```ts
   * import { Pool } from "@pool/core";
   *
   * await using pool = new Pool(2);
   * let sum = 0;
   * for await (const n of pool.imapUnordered((x: number) => x * 10, [1, 2, 3])) sum += n;
   * console.log(sum); // 60
   * ```
   */
  imapUnordered<T, R>(
    fn: (item: T) => R,
    items: AnyIterable<T>,
    options?: ImapOptions,
  ): PoolIterator<Awaited<R>> {
    return this.#calls.imap(fn, items, options, { ordered: false, name: "imapUnordered" });
  }

  /**
   * Runs a generator task and iterates over what it yields while it runs. The task is at most 32 items
   * ahead of the consumer; `break` or `return()` ends it. It occupies its worker until then.
   *
   * @throws at once for bad input and for a closed pool
   *
   * @example
   * ```ts
   * import { Pool } from "@pool/core";
   *
   * await using pool = new Pool(1);
   * const countdown = function* (from: number) {
   *   for (let n = from; n > 0; n--) yield n;
   * };
   * for await (const n of pool.stream(countdown, [3])) console.log(n); // 3, 2, 1
   * ```
   */
  stream<T>(
    fn: () => Streamable<T>,
    args?: readonly [] | undefined,
    options?: Omit<CallOptions, "retries">,
  ): PoolIterator<Awaited<T>>;
  /** The same for functions with arguments. */
  stream<A extends readonly unknown[], T>(
    fn: (...args: A) => Streamable<T>,
    args: readonly [...A],
    options?: Omit<CallOptions, "retries">,
  ): PoolIterator<Awaited<T>>;
  stream(
    fn: (...args: never[]) => Streamable<unknown>,
    args?: readonly unknown[],
    options?: Omit<CallOptions, "retries">,
  ): PoolIterator<unknown> {
    const call = checkCall(options, "stream", { ...this.#plan.defaults, retries: 0 });
    if (call.limits?.retries) {
      throw new TypeError("Cannot stream task: what it has yielded would come again (retries)");
    }
    this.#scheduler.life.checkOpen();
    const stream = new TaskStream<unknown>(this.#scheduler);
    try {
      return stream.bind(this.#calls.submit(fn, args, call, JobMode.stream, stream));
    } catch (error) {
      this.#scheduler.life.detach(stream);
      throw error;
    }
  }

  /**
   * Runs `fn(...args)` once on every worker, and on every worker that starts later, before its first
   * task. Resolves to the results of the workers of now, but for those that ended before it was their
   * turn. When it throws in a later worker, that worker counts as failed, as with the initializer. What
   * is transferred is copied for each worker. `taskTimeout` does not apply to it.
   *
   * @example
   * ```ts
   * import { Pool } from "@pool/core";
   *
   * await using pool = new Pool(2);
   * await pool.broadcast((level: string) => {
   *   (globalThis as { logLevel?: string }).logLevel = level;
   * }, ["debug"]);
   * console.log(await pool.apply(() => (globalThis as { logLevel?: string }).logLevel)); // debug
   * ```
   */
  broadcast<R>(fn: () => R, args?: readonly [] | undefined): Promise<Awaited<R>[]>;
  /** The same for functions with arguments. */
  broadcast<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args: readonly [...A],
  ): Promise<Awaited<R>[]>;
  async broadcast(
    fn: (...args: never[]) => unknown,
    args?: readonly unknown[],
  ): Promise<unknown[]> {
    return await this.#calls.broadcast(fn, args);
  }

  /** Numbers since the start, and of now. Costs a look at every worker. */
  stats(): PoolStats {
    return this.#scheduler.stats();
  }

  /** What happens in the pool, as it happens; free while nobody listens. */
  get events(): PoolEvents {
    return this.#scheduler.events;
  }

  /**
   * Accepts nothing more; what was accepted is finished, then finalizers run and the workers end.
   * Returns at once: {@linkcode Pool.join} waits. Mirrors `Pool.close`; may be called again.
   */
  close(): void {
    this.#closed = true;
    this.#scheduler.life.close();
  }

  /**
   * Ends everything now: nothing starts any more, every pending call rejects with `PoolClosedError`,
   * workers are killed. Resolves when they are gone, at most a second later. Mirrors `Pool.terminate`.
   */
  async terminate(): Promise<void> {
    this.#closed = true;
    this.#scheduler.terminate(() => new PoolClosedError("The pool was terminated"));
    await this.#scheduler.life.finished;
  }

  /**
   * Waits until the workers are gone, after `close()` or `terminate()`. Iterators of `imap` and `stream`
   * that nobody waits for are ended. Mirrors `Pool.join`.
   *
   * Rejects with `InvalidStateError` before `close()` or `terminate()`, with `TimeoutError` in time.
   */
  async join(options?: WaitOptions): Promise<void> {
    const limit = checkWait(options, "join pool");
    if (!this.#closed) {
      throw new InvalidStateError(
        "Cannot join pool: it is still open; call close() or terminate()",
      );
    }
    let finished = false;
    const end = this.#scheduler.life.join().then(() => void (finished = true));
    await orTimeout(end, limit);
    if (!finished) throw new TimeoutError(`Cannot join pool: it has not ended after ${limit} ms`);
  }

  /** `close()` and `join()`; Python's `with` terminates, ours loses no work. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.join();
  }
}
