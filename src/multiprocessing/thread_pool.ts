import { Pool } from "./pool.ts";
import { type PoolOptions, withCount } from "../core/pool_options.ts";

/**
 * A {@linkcode Pool} on worker threads. Mirrors `multiprocessing.pool.ThreadPool`, whose workers share the
 * modules of the host; ours have their own, as every worker of JavaScript.
 *
 * @example
 * ```ts
 * import { ThreadPool } from "@pool/core";
 *
 * await using pool = new ThreadPool(2, { name: "reader" });
 * console.log(await pool.apply((x: number) => x + 1, [1])); // 2
 * ```
 */
export class ThreadPool extends Pool {
  /**
   * Starts a pool.
   *
   * @param workers number of workers, or options; default: as many as processors may be used
   * @param options further options
   */
  constructor(
    workers?: number | Omit<PoolOptions, "backend">,
    options?: Omit<PoolOptions, "backend" | "workers">,
  ) {
    super({ ...withCount("workers", workers, options), backend: "thread" });
  }
}
