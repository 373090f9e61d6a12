import { exactJson } from "../protocol/exact_json.ts";
import type { JobArgs } from "../protocol/messages.ts";
import { encode, type Encoded } from "../protocol/encode.ts";
import { arePrimitive } from "../protocol/primitive.ts";
import type { CheckedCall } from "./call_options.ts";
import type { Scheduler } from "./scheduler.ts";

const NOTHING: Encoded<JobArgs> = { value: [], marked: false, transfer: undefined };

/**
 * As {@link encodeArguments}, of a call to be submitted; where that is the better copy, their JSON text.
 * Throws as {@linkcode Scheduler.submit}.
 */
export function prepareArguments(
  scheduler: Scheduler,
  args: readonly unknown[],
  { limits, transfer }: CheckedCall,
  shared: boolean,
): Encoded<JobArgs> {
  // A full queue takes no buffers.
  scheduler.checkAccepts();
  // Nor does a call that is over before it begins.
  if (limits?.signal?.aborted) return NOTHING;
  const text = transfer || arePrimitive(args) ? undefined : exactJson(args);
  if (text === undefined) return encodeArguments(args, transfer, shared);
  return { value: text, marked: false, transfer: undefined };
}

/** Copies the arguments of a call, so that they can be sent; throws `MaybeEncodingError`. */
export function encodeArguments(
  args: readonly unknown[],
  transfer: readonly unknown[] | undefined,
  shared: boolean,
): Encoded<unknown[]> {
  if (!transfer && arePrimitive(args)) {
    return { value: args.slice(), marked: false, transfer: undefined };
  }
  return encode(args as unknown[], "args", { shared, transfer });
}
