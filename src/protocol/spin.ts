import { performance } from "./timers.ts";

/** After a wake-up that came sooner than so many of the longest looks, one looks that long again. */
const NEAR = 2;

/**
 * Looks for what is about to come, before one sleeps for it: to sleep and to be woken takes longer. While that
 * is in vain, as the other side has no processor, it looks for less; had it looked a little longer, it would
 * have been spared the sleep, and does so the next time. Times in milliseconds.
 *
 * @example
 * ```ts ignore
 * const spin = new Spin(0.05);
 * const answer = spin.find(() => slot.isDone ? slot.read() : undefined);
 * ```
 */
export class Spin {
  readonly #longest: number;
  readonly #shortest: number;
  #time: number;

  constructor(longest: number, shortest: number = longest / 50) {
    this.#longest = this.#time = longest;
    this.#shortest = shortest;
  }

  /** What `look` finds in time; it looks once at least. */
  find<T>(look: () => T | undefined): T | undefined {
    const end = performance.now() + this.#time;
    do {
      const found = look();
      if (found !== undefined) {
        this.#time = this.#longest;
        return found;
      }
    } while (performance.now() < end);
    this.#time = Math.max(this.#shortest, this.#time / 2);
    return undefined;
  }

  /** What was not found was there after a sleep since this moment. */
  slept(since: number): void {
    if (performance.now() - since < NEAR * this.#longest) this.#time = this.#longest;
  }
}
