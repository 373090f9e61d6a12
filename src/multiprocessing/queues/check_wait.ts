import { checkBoolean, checkOptions, checkTimeout } from "../../core/options.ts";
import type { QueueWait } from "../../core/queue.ts";

/** Checks how a call waits; the longest wait (ms), or nothing where there is no limit. */
export function checkQueueWait(options: QueueWait | undefined, call: string): number | undefined {
  if (options === undefined) return undefined;
  const { block, timeout } = checkOptions(options, call, ["block", "timeout"]);
  const limit = checkTimeout(timeout, "timeout");
  return checkBoolean(block, "block") === false ? 0 : limit;
}
