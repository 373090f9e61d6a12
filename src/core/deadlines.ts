/**
 * Deadlines of many jobs behind few timers: jobs that were given the same time form a line in which
 * the first is due first, so that adding and removing is O(1) and one timer a line is enough.
 */
import { LONGEST_TIMER } from "../protocol/timers.ts";
import type { Clock } from "./backend.ts";
import { type Linked, LinkedList } from "./linked_list.ts";

/**
 * A timer that fires so late (ms) says that the host was busy: what came meanwhile, such as the result that a
 * deadline is about, has its turn first, and so much time.
 */
const LATE = 20, PAUSE = 5;

/** A deadline that can be lifted. */
export interface Deadline extends Linked {
  readonly line: Line;
  readonly at: number;
  readonly call: () => void;
}

interface Line {
  readonly duration: number;
  readonly list: LinkedList<Deadline>;
  timer: unknown;
  /** It has paused already. */
  paused: boolean;
}

/** All deadlines of one scheduler. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #lines = new Map<number, Line>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back in `duration` milliseconds, at the soonest in the next turn. */
  add(duration: number, call: () => void): Deadline {
    let line = this.#lines.get(duration);
    if (!line) {
      line = { duration, list: new LinkedList(), timer: undefined, paused: false };
      this.#lines.set(duration, line);
    }
    const at = this.#clock.now() + duration;
    const deadline: Deadline = {
      line,
      at,
      call,
      list: undefined,
      previous: undefined,
      next: undefined,
    };
    line.list.push(deadline);
    if (line.timer === undefined) this.#arm(line);
    return deadline;
  }

  /** Lifts a deadline; harmless when it has passed. */
  remove(deadline: Deadline | undefined): void {
    if (!deadline) return;
    const { line } = deadline;
    line.list.remove(deadline);
    // A timer that outlives its jobs would keep the program running.
    if (!line.list.head) this.#forget(line);
  }

  /** Stops all timers; what is still in line is not called. */
  clear(): void {
    for (const line of this.#lines.values()) this.#clock.clearTimeout(line.timer);
    this.#lines.clear();
  }

  #arm(line: Line): void {
    const delay = Math.ceil(line.list.head!.at - this.#clock.now());
    this.#wait(line, Math.min(Math.max(delay, 0), LONGEST_TIMER));
  }

  #wait(line: Line, milliseconds: number): void {
    line.timer = this.#clock.setTimeout(() => this.#fire(line), milliseconds);
  }

  #fire(line: Line): void {
    line.timer = undefined;
    const now = this.#clock.now();
    line.paused = !line.paused && now - line.list.head!.at > LATE;
    if (line.paused) return this.#wait(line, PAUSE);
    for (let { head } = line.list; head && head.at <= now; { head } = line.list) {
      line.list.remove(head);
      head.call();
    }
    if (this.#lines.get(line.duration) !== line || line.timer !== undefined) return;
    if (line.list.head) this.#arm(line);
    else this.#forget(line);
  }

  #forget(line: Line): void {
    if (this.#lines.get(line.duration) !== line) return;
    this.#clock.clearTimeout(line.timer);
    this.#lines.delete(line.duration);
  }
}
