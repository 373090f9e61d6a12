import { EventCount, type WaitLimits } from "../sync/event_count.ts";
import { notTaken } from "./refusals.ts";

/**
 * Counts items that were taken from a queue and are not done. One is counted before it is taken, so that it is
 * never overlooked on its way.
 */
export class Undone {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #changes: EventCount;

  /** @param at index of the count; @param changes index of an event count */
  constructor(words: Int32Array, at: number, changes: number) {
    this.#words = words;
    this.#at = at;
    this.#changes = new EventCount(words, changes, "free");
  }

  /** Before one is taken. */
  begin(): void {
    Atomics.add(this.#words, this.#at, 1);
  }

  /** It was not taken after all. */
  undo(): void {
    Atomics.sub(this.#words, this.#at, 1);
    this.#changes.notify();
  }

  /** One is done. */
  done(): void {
    const words = this.#words, at = this.#at;
    for (;;) {
      const count = Atomics.load(words, at);
      if (count <= 0) throw notTaken("get");
      if (Atomics.compareExchange(words, at, count, count - 1) !== count) continue;
      if (count === 1) this.#changes.notify();
      return;
    }
  }

  /** True when none is left. */
  get isDone(): boolean {
    return Atomics.load(this.#words, this.#at) === 0;
  }

  /** Waits for that, or another change that ends the wait. */
  async wait(isOver: () => boolean, limits: WaitLimits): Promise<boolean> {
    return await this.#changes.wait(() => isOver() || undefined, limits) ?? false;
  }
}
