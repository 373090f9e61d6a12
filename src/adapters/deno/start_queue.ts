import { host } from "../host.ts";

/**
 * Starts threads, one in a turn of the event loop: each start blocks this one for more than 20 ms (Deno
 * 2.9), and what the first threads say would wait until the last one is started.
 */
export class StartQueue {
  readonly #waiting = new Set<() => void>();
  /** Set in a turn that has had its start. */
  #nextTurn: unknown;

  /** Calls `start` in this turn, if it is the first one, or else in one of the next. */
  add(start: () => void): void {
    if (this.#nextTurn !== undefined) {
      this.#waiting.add(start);
    } else {
      this.#awaitTurn();
      start();
    }
  }

  /** Takes back what has not been called; false when it has. */
  remove(start: () => void): boolean {
    return this.#waiting.delete(start);
  }

  #awaitTurn(): void {
    this.#nextTurn = host.clock.setTimeout(() => {
      this.#nextTurn = undefined;
      for (const start of this.#waiting) {
        this.#waiting.delete(start);
        return this.add(start);
      }
    }, 0);
  }
}
