import type { Lane } from "./lane.ts";

/** The host looks for a result for so long (ms): at most, and at least, as long as that is in vain. */
const LONGEST = 0.05, SHORTEST = 0.004;
/** The event loop is due its turn after so long (ms), though one call after the other be awaited. */
const TURN = 1;

/**
 * Results of calls so short that to be woken for them would take the host ten times as long: it looks for
 * them itself, before it goes back to its event loop.
 */
export class Lookout {
  #patience = LONGEST;
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
    if (now < turnEnds) {
      const found = lane.lookOut(this.#patience);
      this.#patience = found ? LONGEST : Math.max(SHORTEST, this.#patience / 2);
    }
    // Found so, a result says nothing of the event loop.
    this.#turnEnds = turnEnds;
  }
}
