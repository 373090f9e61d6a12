import type { ByteRing } from "../sharing/byte_ring.ts";
import type { Buffered } from "./buffered.ts";
import type { Account } from "./places.ts";

/**
 * Counts the items of a queue without bound: they are numbered as they enter the ring, and the difference
 * between the first and the next number is how many are there. Numbers that the dead have used up are
 * forgotten when the items behind them come out.
 */
export class Tally implements Account {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #ring: ByteRing;
  readonly #buffered: Buffered;

  /** @param at index of the word for the next number; whoever writes into the ring changes it */
  constructor(words: Int32Array, at: number, ring: ByteRing, buffered: Buffered) {
    this.#words = words;
    this.#at = at;
    this.#ring = ring;
    this.#buffered = buffered;
  }

  take(): number {
    return 0;
  }

  enter(): number {
    return this.#words[this.#at]++;
  }

  back(): number {
    return 0;
  }

  leave(): void {}

  count(): number {
    const ring = this.#ring;
    const first = ring.nextTag, next = Atomics.load(this.#words, this.#at);
    return this.#buffered.all + (ring.isEmpty ? 0 : Math.max(0, next - first | 0));
  }
}
