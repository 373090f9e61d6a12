import { CELLS, type HostClaims } from "../protocol/claims.ts";
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
 * Where the jobs of one lane sit, and what the worker has begun of them where claims tell. A cell stays taken
 * until the worker has passed it, also when its job was taken back, so that a late worker never meets another
 * job in it than the one it was sent.
 */
export class Cells {
  /** Jobs that were not taken back. */
  outstanding = 0;
  /** How many of them went by message, not by a slot. */
  messages = 0;
  /** Estimated milliseconds of them, as they were when these were given. */
  load = 0;
  readonly #claims: HostClaims | undefined;
  readonly #cells: Cell[] = [];
  /** The first free cell. */
  #free = NONE;
  /** Cells that the worker has not passed. */
  #taken = 0;
  #given = 0;

  /** Without claims nobody can tell what the worker has begun. */
  constructor(claims: HostClaims | undefined) {
    this.#claims = claims;
  }

  /** True where calls may wait behind the one that runs. */
  get holdsUp(): boolean {
    if (this.outstanding !== 1) return this.outstanding > 1;
    return this.#cells.some(({ job }) => job?.isDivisible);
  }

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
    this.#claims?.offer(index, job.id);
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

  /** Takes back a job that was not begun; false when it was, or when nobody can tell. */
  takeBack(job: Job): boolean {
    if (!this.#claims?.takeBack(job.cell)) return false;
    this.#leave(job);
    return true;
  }

  /** The worker is done with a cell; gives its job, unless that was taken back. */
  pass(index: number): Job | undefined {
    const cell = this.#cells[index]!;
    const { job } = cell;
    if (job) this.#leave(job);
    cell.next = this.#free;
    this.#free = index;
    this.#taken--;
    this.#claims?.release(index);
    return job;
  }

  /** One call of a batch, alone, goes on in its place. */
  replace(batch: Job, call: Job): void {
    this.#cells[batch.cell]!.job = call;
    call.cell = batch.cell;
  }

  #leave(job: Job): void {
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

  /**
   * When a job began, or `undefined` while it waits or its module is imported; before all time where
   * nobody can tell.
   */
  startedAt(job: Job): number | undefined {
    if (!this.#claims) return -Infinity;
    if (this.#claims.state(job.cell) === "waiting") return undefined;
    const time = this.#claims.startedAt(job.cell);
    return time === Infinity ? undefined : time;
  }

  /** True once the worker has begun a job, or where nobody can tell. */
  begun(job: Job): boolean {
    return this.#claims?.state(job.cell) !== "waiting";
  }

  /** True when the job is through and its reply on the way; the worker may be busy with the next. */
  finished(job: Job): boolean {
    return this.#claims?.state(job.cell) === "done";
  }

  /** Index of the item of a chunk that was begun last. */
  currentItem(job: Job): number {
    return this.#claims?.currentItem(job.cell) ?? 0;
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
