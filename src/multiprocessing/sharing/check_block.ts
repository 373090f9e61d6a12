import { checkBoolean, checkOptions, checkTimeout } from "../../core/options.ts";

/** What every call takes that waits as Python's `acquire`, `put` and `get` do. */
interface BlockOptions {
  readonly block?: boolean;
  readonly timeout?: number;
}

/** Checks how a call waits; the longest wait (ms), or nothing where there is no limit. */
export function checkBlock(options: BlockOptions | undefined, call: string): number | undefined {
  if (options === undefined) return undefined;
  const { block, timeout } = checkOptions(options, call, ["block", "timeout"]);
  const limit = checkTimeout(timeout, "timeout");
  return checkBoolean(block, "block") === false ? 0 : limit;
}
