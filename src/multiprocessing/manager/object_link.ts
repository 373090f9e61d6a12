import type { SharedParts } from "../../protocol/shareable.ts";

/** How a proxy reaches its object. */
export interface ObjectLink {
  /** Calls a method of the object; arguments and result are copied, but for shared things in them. */
  call<R>(method: string, ...args: readonly unknown[]): Promise<R>;
  /** Takes the proxy apart for a message. */
  parts(): SharedParts;
  /** The proxy came once more. */
  came(): void;
}

/**
 * How often a proxy was sent and received by one realm: what more was sent than received is on its way,
 * or lost.
 */
export interface Trips {
  sent: number;
  received: number;
}
