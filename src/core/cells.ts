import { CELLS } from "../protocol/claims.ts";
import type { Job } from "./job.ts";

/** One place for a job. */
interface Cell {
  /** One that was taken back has left it. */
  job: Job | undefined;
  /** Its number among all that were given. */
  order: number;
  /** What it added to the load. */
  cost: number;
  byMessage: boolean;
  /** The next free cell, where this one is free. */
  next: number;
}

/** Instead of a cell. */
const NONE = -1;

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
  readonly #cells: Cell[] = [];
  /** The first free cell. */
  #free = NONE;
  /** Cells that the worker has not passed. */
  #taken = 0;
  #given = 0;

  /** True where no cell is left. */
  get full(): boolean {
    return this.#taken === CELLS;
  }

  /** True when the worker has passed all. */
  get empty(): boolean {
    return this.#taken === 0;
  }

  /** Milliseconds of work by what is known now; much may have been learnt since it was given. */
  get ahead(): number {
    let milliseconds = 0;
    for (const { job } of this.#cells) if (job) milliseconds += job.fn.estimate * job.calls;
    return milliseconds;
  }

  /** Gives a job a cell; `cost` are its estimated milliseconds. */
  give(job: Job, cost: number): void {
    const order = this.#given++;
    const index = this.#free === NONE ? this.#cells.length : this.#free;
    if (this.#free === NONE) {
      this.#cells.push({ job, order, cost, byMessage: false, next: NONE });
    } else {
      const cell = this.#cells[index]!;
      this.#free = cell.next;
      cell.job = job;
      cell.order = order;
      cell.cost = cost;
    }
    this.#taken++;
    this.load += cost;
    this.outstanding++;
    job.cell = index;
  }

  /** The job goes by message. */
  noteMessage(index: number): void {
    this.#cells[index]!.byMessage = true;
    this.messages++;
  }

  /** The job in a cell, unless it was taken back. */
  at(index: number): Job | undefined {
    return this.#cells[index]?.job;
  }

  /** Its job is done or taken back. */
  leave(job: Job): void {
    const cell = this.#cells[job.cell]!;
    cell.job = undefined;
    if (cell.byMessage) {
      cell.byMessage = false;
      this.messages--;
    }
    this.outstanding--;
    // Sums of fractions drift.
    this.load = this.outstanding === 0 ? 0 : this.load - cell.cost;
  }

  /** The worker has passed the cell. */
  release(index: number): void {
    this.#cells[index]!.next = this.#free;
    this.#free = index;
    this.#taken--;
  }

  /** Its jobs in the order in which they go back to the head of the line. */
  lastFirst(): Job[] {
    const taken = this.#cells.filter(({ job }) => job !== undefined);
    return taken.sort((a, b) => b.order - a.order).map(({ job }) => job!);
  }

  /** The job of this number. */
  find(jobId: number): Job | undefined {
    return this.#cells.find(({ job }) => job?.id === jobId)?.job;
  }
}
