import { checkString } from "../core/options.ts";
import { withCount } from "../core/pool_options.ts";
import type { ExecutorOptions } from "./executor_options.ts";
import { LocalExecutor } from "./local_executor.ts";

/**
 * Options of a {@linkcode ThreadPoolExecutor}.
 *
 * @example
 * ```ts
 * import { currentThread, task, ThreadPoolExecutor } from "@pool/core";
 * import type { ThreadPoolExecutorOptions } from "@pool/core";
 *
 * export const whoAmI = task(import.meta, () => currentThread().name);
 *
 * if (import.meta.main) {
 *   const options: ThreadPoolExecutorOptions = { maxWorkers: 1, threadNamePrefix: "Crawler" };
 *   await using executor = new ThreadPoolExecutor(options);
 *   console.log(await executor.submit(whoAmI).result()); // Crawler-1
 * }
 * ```
 */
export interface ThreadPoolExecutorOptions extends ExecutorOptions {
  /** First part of the workers' names; default `"ThreadPoolExecutor"`. */
  readonly threadNamePrefix?: string | undefined;
}

/**
 * An executor on worker threads. Mirrors `concurrent.futures.ThreadPoolExecutor`, whose threads share
 * the modules of the host; ours have their own, as every worker of JavaScript, and really run in
 * parallel.
 *
 * A thread that dies rejects its call with `WorkerDiedError` and is replaced; one that does not come up,
 * because its initializer throws, breaks the executor: every pending and later call gets
 * `BrokenThreadPool`.
 *
 * @example
 * ```ts
 * import { asCompleted, task, ThreadPoolExecutor } from "@pool/core";
 *
 * export const square = task(import.meta, (x: number) => x * x);
 *
 * if (import.meta.main) {
 *   await using executor = new ThreadPoolExecutor(2);
 *   const futures = [1, 2, 3].map((x) => executor.submit(square, [x]));
 *   let sum = 0;
 *   for await (const future of asCompleted(futures)) sum += await future.result();
 *   console.log(sum); // 14
 * }
 * ```
 */
export class ThreadPoolExecutor extends LocalExecutor {
  /**
   * Starts an executor; its threads start with the calls that need them.
   *
   * @param maxWorkers number of threads, or options; default: as many as processors may be used
   * @param options further options
   * @throws `TypeError` or `RangeError` for options that make no sense
   */
  constructor(
    maxWorkers?: number | ThreadPoolExecutorOptions,
    options?: ThreadPoolExecutorOptions,
  ) {
    const { threadNamePrefix, ...others } = withCount("maxWorkers", maxWorkers, options);
    super(others, {
      backend: "thread",
      name: checkString(threadNamePrefix, "threadNamePrefix") ?? "ThreadPoolExecutor",
      breaksOn: "failedStart",
    });
  }
}
