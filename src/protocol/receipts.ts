/**
 * Results that must not be lost: whoever serves them keeps them until the caller's realm says that it has
 * them, and takes them back when that realm ends before.
 *
 *     served ──▶ sent, kept here ──▶ receipt: forgotten
 *                        └─────────▶ the caller is gone: taken back
 *
 * The receipt leaves the caller's realm before the code there sees the result. So what was seen is not taken
 * back, and what is taken back was not seen.
 */
import { entryOf } from "./entry_of.ts";
import { isWithin } from "./post_office.ts";

/** Method of results that can be taken back. */
export const TAKE_BACK: unique symbol = Symbol("take back");

/** A result that can be taken back. */
export interface Returnable {
  /** It did not arrive. Called once, if at all. */
  [TAKE_BACK](): void;
}

/** Whether a result can be taken back. */
export function isReturnable(value: unknown): value is Returnable {
  return typeof value === "object" && value !== null && TAKE_BACK in value;
}

/** The results of one realm that were sent and of which nobody has said that they came. */
export class Receipts {
  /** By the address of the caller and the number of its call, in the order in which they were sent. */
  readonly #expected = new Map<string, Map<number, Returnable>>();

  /** A result is sent. */
  expect(from: string, number: number, result: Returnable): void {
    entryOf(this.#expected, from, () => new Map()).set(number, result);
  }

  /** It came, or could not be sent after all; what it was. */
  received(from: string, number: number): Returnable | undefined {
    const results = this.#expected.get(from), result = results?.get(number);
    results?.delete(number);
    return result;
  }

  /** A realm is gone, and all that it had started. */
  gone(address: string): void {
    for (const [from, results] of this.#expected) {
      if (!isWithin(from, address)) continue;
      this.#expected.delete(from);
      for (const result of results.values()) result[TAKE_BACK]();
    }
  }
}
