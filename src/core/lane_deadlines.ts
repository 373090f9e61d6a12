/** How long a worker may take to start, or to close: one deadline a lane, the first that was set. */
import type { Clock } from "./backend.ts";
import { type Deadline, Deadlines } from "./deadlines.ts";
import type { Lane } from "./lane.ts";

/** The deadlines of one crew. */
export class LaneDeadlines {
  readonly #deadlines: Deadlines;
  readonly #byLane = new Map<Lane, Deadline>();

  constructor(clock: Clock) {
    this.#deadlines = new Deadlines(clock);
  }

  /** Calls back in so many milliseconds, unless the lane has a deadline already. */
  set(lane: Lane, milliseconds: number, late: () => void): void {
    if (!this.#byLane.has(lane)) this.#byLane.set(lane, this.#deadlines.add(milliseconds, late));
  }

  /** The lane was in time, or is gone. */
  lift(lane: Lane): void {
    const deadline = this.#byLane.get(lane);
    if (!deadline) return;
    this.#byLane.delete(lane);
    this.#deadlines.remove(deadline);
  }

  /** Stops all timers. */
  clear(): void {
    this.#deadlines.clear();
  }
}
