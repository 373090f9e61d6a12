/** Workers that did not come up: how many in a row, and the pause before another is tried. */
import type { Clock } from "./backend.ts";

/** After so many failures in a row, with no worker left, there is no hope. */
const TRIES = 3;
/** First pause before another try, in milliseconds; it doubles with each failure. */
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 2000;

/** Counts failures, and waits longer after each. */
export class BootFailures {
  /** None once a worker has finished something. */
  inARow = 0;
  readonly #clock: Clock;
  readonly #retry: () => void;
  #pause: unknown;

  /** @param retry the pause is over */
  constructor(clock: Clock, retry: () => void) {
    this.#clock = clock;
    this.#retry = retry;
  }

  /** No worker may start yet. */
  get pausing(): boolean {
    return this.#pause !== undefined;
  }

  /** Too many for an accident. */
  get hopeless(): boolean {
    return this.inARow >= TRIES;
  }

  /** Calls back after a pause, unless one runs already. */
  pause(): void {
    if (this.pausing) return;
    const milliseconds = Math.min(FIRST_PAUSE * 2 ** (this.inARow - 1), LONGEST_PAUSE);
    this.#pause = this.#clock.setTimeout(() => {
      this.#pause = undefined;
      this.#retry();
    }, milliseconds);
  }

  /** Ends the pause without a call. */
  stop(): void {
    this.#clock.clearTimeout(this.#pause);
    this.#pause = undefined;
  }
}
