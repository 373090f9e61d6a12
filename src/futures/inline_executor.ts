import { availableWorkers } from "../adapters/services.ts";
import { withCount } from "../core/pool_options.ts";
import type { ExecutorOptions } from "./executor_options.ts";
import { LocalExecutor } from "./local_executor.ts";

/**
 * An executor on this event loop: for calls that wait for the network or for files, for tests, and to
 * look into a program without workers. At most `maxWorkers` calls run at a time, each until its
 * promise is settled; calls that compute hold up everything else.
 *
 * Functions, arguments and results are treated as with the other executors: values are copied, and an
 * inline function does not see the variables around it.
 *
 * @example
 * ```ts
 * import { InlineExecutor } from "@pool/core";
 *
 * await using executor = new InlineExecutor(2);
 * const fetchLength = async (text: string) => {
 *   const response = await fetch("data:text/plain," + text);
 *   return (await response.text()).length;
 * };
 * for await (const length of executor.map(fetchLength, ["one", "three"])) console.log(length); // 3, 5
 * ```
 */
export class InlineExecutor extends LocalExecutor {
  /**
   * Starts an executor.
   *
   * @param maxWorkers how many calls run at a time, or options; default: as Python has it for waiting
   * calls, four more than there are processors, at most 32
   * @param options further options
   * @throws `TypeError` or `RangeError` for options that make no sense
   */
  constructor(maxWorkers?: number | ExecutorOptions, options?: ExecutorOptions) {
    super(withCount("maxWorkers", maxWorkers, options), {
      backend: "inline",
      name: "InlineExecutor",
      workers: Math.min(32, availableWorkers() + 4),
      breaksOn: "failedStart",
    });
  }
}
