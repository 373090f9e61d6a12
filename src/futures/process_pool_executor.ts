import { checkBoolean } from "../core/options.ts";
import { withCount } from "../core/pool_options.ts";
import type { ExecutorOptions } from "./executor_options.ts";
import { LocalExecutor } from "./local_executor.ts";

/**
 * Options of a {@linkcode ProcessPoolExecutor}.
 *
 * @example
 * ```ts
 * import { ProcessPoolExecutor, type ProcessPoolExecutorOptions } from "@pool/core";
 *
 * const options: ProcessPoolExecutorOptions = { maxWorkers: 1, recover: true };
 * await using executor = new ProcessPoolExecutor(options);
 * await executor.submit(async () => (await import("node:process")).exit(3)).exception();
 * console.log(await executor.submit(() => "another one").result()); // another one
 * ```
 */
export interface ProcessPoolExecutorOptions extends ExecutorOptions {
  /**
   * A process that dies costs its call alone, which gets `WorkerDiedError`, and is replaced; default
   * false, as in Python.
   */
  readonly recover?: boolean | undefined;
}

/**
 * An executor on child processes: a call can neither block nor end this program, and can really be
 * killed. Mirrors `concurrent.futures.ProcessPoolExecutor`.
 *
 * A process that dies or does not come up breaks the executor: every pending and later call gets
 * `BrokenProcessPool`, whose `cause` says what happened. With `recover: true` it is replaced instead.
 * One that is killed because of a call's `timeout` or `signal` is replaced in any case.
 *
 * @example
 * ```ts
 * import { ProcessPoolExecutor, task } from "@pool/core";
 *
 * export const square = task(import.meta, (x: number) => x * x);
 *
 * if (import.meta.main) {
 *   await using executor = new ProcessPoolExecutor(2);
 *   for await (const n of executor.map(square, [1, 2, 3])) console.log(n); // 1, 4, 9
 * }
 * ```
 */
export class ProcessPoolExecutor extends LocalExecutor {
  /**
   * Starts an executor; its processes start with the calls that need them.
   *
   * @param maxWorkers number of processes, or options; default: as many as processors may be used
   * @param options further options
   * @throws `TypeError` or `RangeError` for options that make no sense
   */
  constructor(
    maxWorkers?: number | ProcessPoolExecutorOptions,
    options?: ProcessPoolExecutorOptions,
  ) {
    const { recover, ...others } = withCount("maxWorkers", maxWorkers, options);
    super(others, {
      backend: "process",
      name: "ProcessPoolExecutor",
      breaksOn: checkBoolean(recover, "recover") ? undefined : "death",
    });
  }
}
