import { describeObject } from "./describe.ts";
import { PARTS } from "./shareable.ts";

/** Refuses to send what is of use in its own realm alone: a copy of a pool would be an empty object. */
export function staysHere({ prototype }: { readonly prototype: object }, reason?: string): void {
  Object.defineProperty(prototype, PARTS, {
    value(this: object): never {
      throw new TypeError(reason ?? `${describeObject(this)} cannot be sent`);
    },
  });
}
