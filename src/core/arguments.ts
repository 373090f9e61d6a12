import { encode, type Encoded } from "../protocol/encode.ts";
import { arePrimitive } from "../protocol/primitive.ts";

/** Copies the arguments of a call, so that they can be sent; throws `MaybeEncodingError`. */
export function encodeArguments(
  args: readonly unknown[],
  transfer: readonly unknown[] | undefined,
  shared: boolean,
): Encoded<unknown[]> {
  if (!transfer && arePrimitive(args)) {
    return { value: args.slice(), marked: false, transfer: undefined };
  }
  return encode(args as unknown[], "args", { shared, ...(transfer && { transfer }) });
}
