import { entryOf } from "../protocol/entry_of.ts";
import { hashText } from "../protocol/hash.ts";
import { Backlog, earlier } from "./backlog.ts";
import type { CallLineEvents } from "./call_line.ts";
import { CallLines } from "./call_lines.ts";
import type { Job } from "./job.ts";

const NONE: number[] = [];

/** All jobs that no worker has: in the common line, in the line of a seat, or before the door. */
export class WaitingRoom {
  /** Calls that wait as less than jobs, and which anyone may run. */
  readonly lines: CallLines;
  readonly #seats: number;
  /** Anyone may run these. */
  readonly #common = new Backlog<Job>();
  /** Jobs with a key, by the seat that runs that key. */
  readonly #keyed = new Map<number, Backlog<Job>>();
  /** Beyond `maxQueue` under `whenFull: "wait"`. */
  readonly #lobby = new Backlog<Job>();
  #calls = 0;

  constructor(seats: number, events: CallLineEvents) {
    this.#seats = seats;
    this.lines = new CallLines(events);
  }

  /** Jobs in the common line. */
  get common(): number {
    return this.#common.size + this.lines.size;
  }

  get lobby(): number {
    return this.#lobby.size;
  }

  /** Jobs that count for `maxQueue`: not those before the door, not parts of maps. */
  get calls(): number {
    return this.#calls + this.lines.size;
  }

  /** All jobs that wait. */
  get size(): number {
    let size = this.common + this.#lobby.size;
    for (const line of this.#keyed.values()) size += line.size;
    return size;
  }

  /** True once there were jobs with a key. */
  get hasKeys(): boolean {
    return this.#keyed.size > 0;
  }

  /** The seat that runs the jobs of this key. */
  seatOf(key: string): number {
    return hashText(key) % this.#seats;
  }

  add(job: Job): void {
    if (!job.isChunk) this.#calls++;
    this.#lineOf(job).add(job);
  }

  /** Puts a job back that had its turn before. */
  putBack(job: Job): void {
    if (!job.isChunk) this.#calls++;
    this.#lineOf(job).putBack(job);
  }

  addToLobby(job: Job): void {
    this.#lobby.add(job);
  }

  /** Takes the next job out of the lobby. */
  admit(): Job | undefined {
    return this.#lobby.shift();
  }

  remove(job: Job): void {
    if (!this.#lineOf(job).remove(job)) this.#lobby.remove(job);
    else if (!job.isChunk) this.#calls--;
  }

  /** The next job that anyone may run; it stays. */
  next(): Job | undefined {
    return earlier(this.#common.peek(), this.lines.front);
  }

  /** Takes out what `next()` gave, or a batch that begins with it. */
  take(next: Job, most: number): Job {
    const call = this.lines.take(next, most, this.#common.peek());
    if (call) return call;
    this.remove(next);
    return next;
  }

  /** The next job for this seat, where one waits with its key; a common one that goes before it. */
  nextFor(seat: number): Job | undefined {
    const job = this.#keyed.get(seat)?.peek();
    return job && earlier(this.next(), job);
  }

  /** Seats for whose keys jobs wait. */
  wantedSeats(): number[] {
    if (this.#keyed.size === 0) return NONE;
    return [...this.#keyed].filter(([, line]) => line.size > 0).map(([seat]) => seat);
  }

  /** Empties the room. */
  takeAll(): Job[] {
    this.#calls = 0;
    const jobs: Job[] = [];
    for (const line of [this.#common, this.lines, this.#lobby, ...this.#keyed.values()]) {
      for (let job = line.shift(); job; job = line.shift()) jobs.push(job);
    }
    return jobs;
  }

  #lineOf(job: Job): Backlog<Job> {
    if (job.key === undefined) return this.#common;
    const seat = this.seatOf(job.key);
    return entryOf(this.#keyed, seat, () => new Backlog());
  }
}
