import type { ByteRing } from "../sharing/byte_ring.ts";

/** Milliseconds for which a getter looks again and again: to sleep and to be woken takes longer. */
const MOMENT = 0.02;

/** After so many looks in vain it is tried now and then. */
const DISCOURAGED = 3, NOW_AND_THEN = 32;

/**
 * Looks for an item a moment longer before one sleeps, where that was worth it lately: between a producer and
 * a consumer of the same speed nobody sleeps, and nobody has to be woken.
 */
export class Patience {
  readonly #ring: ByteRing;
  /** Looks in vain, one after the other. */
  #failures = 0;

  constructor(ring: ByteRing) {
    this.#ring = ring;
  }

  /** Whether an item comes within a moment. */
  isItemComing(): boolean {
    if (this.#failures >= DISCOURAGED && this.#failures++ % NOW_AND_THEN !== 0) return false;
    const end = performance.now() + MOMENT;
    do {
      for (let looks = 0; looks < 10; looks++) {
        if (this.#ring.isEmpty) continue;
        this.#failures = 0;
        return true;
      }
    } while (performance.now() < end);
    this.#failures++;
    return false;
  }
}
