import { throwLater } from "../protocol/throw_later.ts";

/**
 * What happens in a pool, as it happens. Times as of `Date.now()`: milliseconds since 1970, with fractions.
 *
 * @example
 * ```ts
 * import { Pool, type PoolEvent } from "@pool/core";
 *
 * function log(event: PoolEvent): void {
 *   if (event.type === "end") console.log(event.task, event.outcome); // hello fulfilled
 * }
 * await using pool = new Pool(1);
 * pool.events.subscribe(log);
 * await pool.apply(function hello() {});
 * ```
 */
export type PoolEvent =
  /** A call was accepted. */
  | {
    readonly type: "queued";
    readonly time: number;
    readonly jobId: number;
    readonly task: string;
  }
  /** It was sent to a worker. */
  | {
    readonly type: "start";
    readonly time: number;
    readonly jobId: number;
    readonly task: string;
    readonly workerId: number;
  }
  /** The task called `currentTask().progress(value)`. */
  | {
    readonly type: "progress";
    readonly time: number;
    readonly jobId: number;
    readonly value: unknown;
  }
  /**
   * A child process wrote something, where the pool's `stdout` or `stderr` is `"pipe"`: the task itself, what
   * it calls, or a process that it started. What was written before a call returned comes before its
   * result. A chunk of a map is one job.
   */
  | {
    readonly type: "output";
    readonly time: number;
    readonly workerId: number;
    /** The job that ran when it was written; `undefined` between jobs. */
    readonly jobId: number | undefined;
    readonly task: string | undefined;
    readonly stream: "stdout" | "stderr";
    /** Bytes as they came: lines and characters may be cut. */
    readonly data: Uint8Array<ArrayBuffer>;
  }
  /** It has its result, or its error. */
  | {
    readonly type: "end";
    readonly time: number;
    readonly jobId: number;
    readonly task: string;
    readonly workerId: number | undefined;
    readonly outcome: "fulfilled" | "rejected";
  }
  /** A worker is ready for its first job. */
  | { readonly type: "workerUp"; readonly time: number; readonly workerId: number }
  /** A worker ended; `expected` when the pool wanted it. */
  | {
    readonly type: "workerDown";
    readonly time: number;
    readonly workerId: number;
    readonly exitCode: number | null;
    readonly expected: boolean;
    /** What its finalizer or the worker itself threw, where that is known. */
    readonly error?: unknown;
  };

/**
 * The events of one pool. Costs nothing while nobody listens.
 *
 * @example
 * ```ts
 * import { Pool } from "@pool/core";
 *
 * await using pool = new Pool(1);
 * let ended = 0;
 * const stop = pool.events.subscribe(({ type }) => type === "end" && ended++);
 * await Promise.all([1, 2, 3].map((x) => pool.apply((n: number) => n * n, [x])));
 * stop();
 * console.log(ended, pool.events.active); // 3 false
 * ```
 */
export class PoolEvents {
  /** A new list with each change, so that one that comes meanwhile hears only later events. */
  #listeners: readonly ((event: PoolEvent) => void)[] = [];

  /** True while somebody listens. */
  get active(): boolean {
    return this.#listeners.length > 0;
  }

  /**
   * Calls `listener` with every event from now on; the returned function ends that. A listener that
   * throws is reported as an uncaught error and harms nobody else.
   *
   * @example
   * ```ts
   * import { Pool } from "@pool/core";
   *
   * await using pool = new Pool(1);
   * const stop = pool.events.subscribe((event) => {
   *   if (event.type === "end") console.log(event.task, event.outcome);
   * });
   * await pool.apply(function hello() {}); // hello fulfilled
   * stop();
   * ```
   */
  subscribe(listener: (event: PoolEvent) => void): () => void {
    if (typeof listener !== "function") {
      throw new TypeError(
        `Cannot subscribe: the listener must be a function, not ${typeof listener}`,
      );
    }
    // A function of its own, so that the same listener may subscribe twice.
    const entry = (event: PoolEvent): void => listener(event);
    this.#listeners = [...this.#listeners, entry];
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== entry);
    };
  }

  /** Tells all listeners; for the scheduler. */
  emit(event: PoolEvent): void {
    for (const listener of this.#listeners) {
      // The one before it may have ended it.
      if (!this.#listeners.includes(listener)) continue;
      try {
        listener(event);
      } catch (error) {
        throwLater(error);
      }
    }
  }
}
