import { Spin } from "../protocol/spin.ts";
import { performance } from "../protocol/timers.ts";
import type { Lane } from "./lane.ts";

/** The host looks for a result for so long (ms). One that may shrink further finds nothing any more. */
const LONGEST = 0.05, SHORTEST = 0.004;
/** The event loop is due its turn after so long (ms), though one call after the other be awaited. */
const TURN = 1;

/**
 * Results of calls so short that to be woken for them would take the host ten times as long: it looks for
 * them itself, before it goes back to its event loop.
 */
export class Lookout {
  readonly #spin = new Spin(LONGEST, SHORTEST);
  /** When the event loop is due its turn; known from the first look of a turn on. */
  #turnEnds: number | undefined;

  /** A worker was heard, which takes a turn of the event loop. */
  heard(): void {
    this.#turnEnds = undefined;
  }

  /** Looks for what one worker is about to finish. */
  look(lane: Pick<Lane, "lookOut">): void {
    const now = performance.now();
    const turnEnds = this.#turnEnds ?? now + TURN;
    if (now < turnEnds) lane.lookOut(this.#spin);
    // Found so, a result says nothing of the event loop.
    this.#turnEnds = turnEnds;
  }
}
