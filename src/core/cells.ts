import { CELLS } from "../protocol/claims.ts";
import type { Job } from "./job.ts";

/**
 * Where the jobs of one lane sit. A cell stays taken until the worker has passed it, also when its job was
 * taken back, so that a late worker never meets another job in it than the one it was sent.
 */
export class Cells {
  /** Jobs that were not taken back. */
  outstanding = 0;
  /** How many of them went by message, not by a slot. */
  messages = 0;
  /** Estimated milliseconds of them, as they were when these were given. */
  load = 0;
  /** One that was taken back has left its cell. */
  readonly #jobs: (Job | undefined)[] = [];
  /** The number of the job among all that were given. */
  readonly #order: number[] = [];
  /** What was added to the load for the job. */
  readonly #costs: number[] = [];
  readonly #byMessage: boolean[] = [];
  readonly #free: number[] = [];
  #given = 0;

  /** True where no cell is left. */
  get full(): boolean {
    return this.#free.length === 0 && this.#jobs.length === CELLS;
  }

  /** True when the worker has passed all. */
  get empty(): boolean {
    return this.#free.length === this.#jobs.length;
  }

  /** Milliseconds of work by what is known now; much may have been learnt since it was given. */
  get ahead(): number {
    let milliseconds = 0;
    for (const job of this.#jobs) if (job) milliseconds += job.fn.estimate * job.calls;
    return milliseconds;
  }

  /** Gives a job a cell; `cost` are its estimated milliseconds. */
  give(job: Job, cost: number): void {
    const cell = this.#free.pop() ?? this.#jobs.length;
    this.#jobs[cell] = job;
    this.#order[cell] = this.#given++;
    this.#costs[cell] = cost;
    this.load += cost;
    this.outstanding++;
    job.cell = cell;
  }

  /** The job goes by message. */
  noteMessage(cell: number): void {
    this.#byMessage[cell] = true;
    this.messages++;
  }

  /** The job in a cell, unless it was taken back. */
  at(cell: number): Job | undefined {
    return this.#jobs[cell];
  }

  /** Its job is done or taken back. */
  leave({ cell }: Job): void {
    this.#jobs[cell] = undefined;
    if (this.#byMessage[cell]) {
      this.#byMessage[cell] = false;
      this.messages--;
    }
    this.outstanding--;
    // Sums of fractions drift.
    this.load = this.outstanding === 0 ? 0 : this.load - this.#costs[cell]!;
  }

  /** The worker has passed the cell. */
  release(cell: number): void {
    this.#free.push(cell);
  }

  /** Its jobs in the order in which they go back to the head of the line. */
  lastFirst(): Job[] {
    const jobs = this.#jobs.filter((job) => job !== undefined);
    return jobs.sort((a, b) => this.#order[b.cell]! - this.#order[a.cell]!);
  }

  /** The job of this number. */
  find(jobId: number): Job | undefined {
    return this.#jobs.find((job) => job?.id === jobId);
  }
}
