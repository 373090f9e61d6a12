import { exactJson } from "../protocol/exact_json.ts";
import type { JobArgs } from "../protocol/messages.ts";
import { encode, type Encoded } from "../protocol/encode.ts";
import { arePrimitive } from "../protocol/primitive.ts";

/** As {@link encodeArguments}; where that is the better copy, their JSON text. */
export function packArguments(
  args: readonly unknown[],
  transfer: readonly unknown[] | undefined,
  shared: boolean,
): Encoded<JobArgs> {
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
