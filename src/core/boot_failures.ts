/** Workers that did not come up: how many in a row, and the pause before another is tried. */
import type { Clock } from "./backend.ts";

/** After so many failures in a row, with no worker left, there is no hope. */
const TRIES = 3;
/** The same where workers have worked before, so that what is wrong may pass: they take 2.5 s. */
const LATER_TRIES = 8;
/** First pause before another try, in milliseconds; it doubles with each failure. */
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 2000;

/** Counts failures, and waits longer after each. */
export class BootFailures {
  inARow = 0;
  #tries = TRIES;
  readonly #clock: Clock;
  readonly #retry: () => void;
  #pause: unknown;

  /** @param retry the pause is over */
  constructor(clock: Clock, retry: () => void) {
    this.#clock = clock;
    this.#retry = retry;
  }

  /** A worker has finished something: starts are fine. */
  forgive(): void {
    this.inARow = 0;
    this.#tries = LATER_TRIES;
  }

  /** No worker may start yet. */
  get pausing(): boolean {
    return this.#pause !== undefined;
  }

  /** Too many for an accident. */
  get hopeless(): boolean {
    return this.inARow >= this.#tries;
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
