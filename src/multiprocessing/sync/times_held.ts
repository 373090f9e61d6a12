/** What `Condition` must know of its lock. */

/** Method of locks: how often this realm holds it, 0 where it does not. Not part of the public contract. */
export const TIMES_HELD: unique symbol = Symbol.for("@pool/core times held") as never;
