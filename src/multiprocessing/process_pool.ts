import { Pool } from "./pool.ts";
import { type PoolOptions, withCount } from "../core/pool_options.ts";

/**
 * A {@linkcode Pool} in child processes of the same runtime: a task in a busy loop can be ended, one
 * that runs out of memory harms nobody else, and under Deno tasks can have permissions of their own.
 * Mirrors `multiprocessing.Pool` with the start method `spawn`.
 *
 * A child starts in 20 to 120 ms and takes 30 to 60 MB; a call costs about 0.1 ms more than on threads.
 * Its working directory is that of this program, and so are its output and its standard error, whose last
 * lines stand in `WorkerDiedError.stderr`. It ends when this program ends, in whatever way.
 *
 * @example
 * ```ts
 * import { ProcessPool } from "@pool/core";
 *
 * await using pool = new ProcessPool(1);
 * const late = await pool.apply(() => {
 *   for (;;);
 * }, [], { timeout: 100 }).catch((error) => error.name);
 * console.log(late, await pool.apply((x: number) => x + 1, [1])); // TimeoutError 2
 * ```
 *
 * With `stdout: "pipe"` or `stderr: "pipe"` what a child writes comes as events, which say which call wrote
 * it, however it did; `"ignore"` drops it.
 *
 * @example
 * ```ts
 * import { ProcessPool } from "@pool/core";
 *
 * await using pool = new ProcessPool(1, { stdout: "pipe" });
 * const decoder = new TextDecoder();
 * pool.events.subscribe((event) => {
 *   if (event.type !== "output") return;
 *   console.log(event.task, event.stream, decoder.decode(event.data)); // greet stdout hello
 * });
 * await pool.apply(function greet() {
 *   console.log("hello");
 * });
 * ```
 */
export class ProcessPool extends Pool {
  /**
   * Starts a pool.
   *
   * @param workers number of children, or options; default: as many as processors may be used
   * @param options further options
   * @throws `TypeError` or `RangeError` for options that make no sense
   */
  constructor(
    workers?: number | Omit<PoolOptions, "backend">,
    options?: Omit<PoolOptions, "backend" | "workers">,
  ) {
    super({ ...withCount("workers", workers, options), backend: "process" });
  }
}
