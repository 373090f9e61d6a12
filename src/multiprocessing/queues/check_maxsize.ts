import { checkCount, checkOptions } from "../../core/options.ts";
import type { QueueOptions } from "../../core/queue.ts";

/** More would not fit into one array of words. */
const LARGEST_MAXSIZE = 2 ** 28;

/** Checks how many items a queue takes; 0 where there is no bound. */
export function checkMaxsize(options: QueueOptions | number | undefined, call: string): number {
  const { maxsize } = typeof options === "number"
    ? { maxsize: options }
    : checkOptions(options, call, ["maxsize"]);
  const count = checkCount(maxsize, "maxsize", 0) ?? 0;
  return count === Infinity ? 0 : checkCount(count, "maxsize", 0, LARGEST_MAXSIZE)!;
}
