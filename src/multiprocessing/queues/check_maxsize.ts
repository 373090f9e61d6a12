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
  if (count === Infinity) return 0;
  if (count <= LARGEST_MAXSIZE) return count;
  throw new RangeError(`Cannot use maxsize: it must be at most ${LARGEST_MAXSIZE}, not ${count}`);
}
