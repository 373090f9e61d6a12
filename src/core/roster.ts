import type { Job } from "./job.ts";
import { AHEAD, type Lane } from "./lane.ts";

/** The lanes that may take a job: finding one, adding and removing are O(1) however many there are. */
export class Roster {
  /** Lanes with nothing to do; the last one used is warm and goes first. */
  readonly #idle: Lane[] = [];
  /** Lanes with something to do and, perhaps, room for more. */
  readonly #partial: Lane[] = [];
  #turn = 0;

  /** How many lanes have nothing to do. */
  get idle(): number {
    return this.#idle.length;
  }

  /** A lane for this job, or `undefined`: an idle one, else one where it would not wait long. */
  pick(job: Job, cost: number): Lane | undefined {
    for (let lane = this.#idle.at(-1); lane; lane = this.#idle.at(-1)) {
      if (lane.accepts(job, cost)) return lane;
      this.remove(lane);
    }
    if (job.movesOnce || !(cost <= AHEAD)) return undefined;
    while (this.#partial.length > 0) {
      const lane = this.#partial[this.#turn++ % this.#partial.length]!;
      if (lane.accepts(job, cost)) return lane;
      // It comes back when it has finished something.
      this.remove(lane);
    }
    return undefined;
  }

  /** Puts a lane where it belongs now. */
  update(lane: Lane): void {
    const list = lane.state !== "open"
      ? undefined
      : lane.outstanding === 0
      ? this.#idle
      : this.#partial;
    if (lane.list === list) return;
    this.remove(lane);
    if (!list) return;
    lane.list = list;
    lane.listIndex = list.push(lane) - 1;
  }

  /** Takes a lane off, whatever its state. */
  remove(lane: Lane): void {
    const { list, listIndex } = lane;
    if (!list) return;
    const last = list.pop()!;
    if (last !== lane) {
      list[listIndex] = last;
      last.listIndex = listIndex;
    }
    lane.list = undefined;
  }
}
