/**
 * Who has a job: the host, or already the worker.
 *
 * A worker is sent jobs ahead of time, so that it never waits for the host. Each job sits in a cell
 * of its lane, and where memory is shared the cell's state is a word that both sides change by
 * compare-and-swap. So the host can take a job back that has not started, knows which one was running
 * when a worker died, and since when.
 *
 *     free ──offer──▶ queued ──claim (worker)──▶ running ──finish (worker)──▶ done ─┐
 *      ▲                └──takeBack (host)──▶ taken                                 │
 *      └──────────────── release (host, on the worker's reply) ◀────────────────────┘
 *
 * A cell is reused only after the worker's reply for it, also when it was taken back (`skipped`), so
 * that a late worker never claims another job than the one it was sent.
 */

/**
 * What the host does with the cells of one lane, wherever their states are kept.
 *
 * @example
 * ```ts
 * import type { HostClaims } from "@pool/core";
 *
 * // For an adapter of your own: takes back what a busy worker has not begun.
 * function takeBackAll(claims: HostClaims, cells: readonly number[]): number[] {
 *   return cells.filter((cell) => claims.state(cell) === "waiting" && claims.takeBack(cell));
 * }
 * ```
 */
export interface HostClaims {
  /** The memory to hand to the worker, where it is shared. */
  readonly buffer: SharedArrayBuffer | null;
  /** A job is about to be sent. */
  offer(cell: number, jobId: number): void;
  /** Takes a job back; false when the worker has begun it. */
  takeBack(cell: number): boolean;
  /** The worker is done with the cell. */
  release(cell: number): void;
  /** Whether the worker has begun this job, or already has its result. */
  state(cell: number): "waiting" | "running" | "done";
  /** When the running job began; infinite while its function is looked up. */
  startedAt(cell: number): number;
  /** Index of the last item of a chunk that may have begun. */
  currentItem(cell: number): number;
}

/** What a worker does with the cells that it is sent. */
export interface WorkerClaims {
  /** Begins a job; false when the host has taken it back. */
  claim(cell: number, now: number, jobId: number): boolean;
  /** When the claimed job begins, where that is later than its claim. */
  startAt(cell: number, time: number): void;
  /** Begins the next item of a chunk. */
  beginItem(cell: number, item: number): void;
  /** The job has its result. Of one that has a time limit the host may ask before it hears of the result. */
  finish(cell: number, limited: boolean): void;
}

const FREE = 0, QUEUED = 1, RUNNING = 2, DONE = 3, TAKEN = 4;

/** How many jobs a lane may have sent ahead. */
export const CELLS = 1024;

/** What a cell takes in shared memory. */
const CELL_BYTES = 16;

/**
 * Both sides' view of the cells of one lane, in shared memory. A cell is four words: when its job began (two,
 * see {@link timestamp}), its state, and the item of a chunk that was begun last. They are side by side, as a
 * host of many lanes has none of them in its cache.
 */
export class Claims implements HostClaims, WorkerClaims {
  /** The memory to hand to the worker. */
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #times: Float64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(CELLS * CELL_BYTES)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
    this.#times = new Float64Array(buffer);
  }

  /** Host: a job is about to be sent. */
  offer(cell: number): void {
    this.#words[progressOf(cell)] = 0;
    // Nobody else looks until the job is sent, which publishes this.
    this.#words[stateOf(cell)] = QUEUED;
  }

  /** Host: takes a job back; false when the worker has begun it. */
  takeBack(cell: number): boolean {
    return Atomics.compareExchange(this.#words, stateOf(cell), QUEUED, TAKEN) === QUEUED;
  }

  /** Host: the worker is done with the cell. */
  release(cell: number): void {
    this.#words[stateOf(cell)] = FREE;
  }

  /** Host: whether the worker has begun this job, or already has its result. */
  state(cell: number): "waiting" | "running" | "done" {
    const state = Atomics.load(this.#words, stateOf(cell));
    return state === RUNNING ? "running" : state === DONE ? "done" : "waiting";
  }

  /** Host: when the running job began; infinite while its function is looked up. */
  startedAt(cell: number): number {
    return this.#times[timeOf(cell)]!;
  }

  /** Host: index of the item of a chunk that was begun last. */
  currentItem(cell: number): number {
    return this.#words[progressOf(cell)]!;
  }

  /** Worker: begins a job; false when the host has taken it back. */
  claim(cell: number, now: number): boolean {
    this.#times[timeOf(cell)] = now;
    return Atomics.compareExchange(this.#words, stateOf(cell), QUEUED, RUNNING) === QUEUED;
  }

  /** Worker: when the claimed job begins, where that is later than its claim. */
  startAt(cell: number, time: number): void {
    this.#times[timeOf(cell)] = time;
  }

  /** Worker: begins the next item of a chunk. */
  beginItem(cell: number, item: number): void {
    // Read only after the worker's end, so that it need not be atomic: it is done for every item.
    this.#words[progressOf(cell)] = item;
  }

  /** Worker: the job has its result. */
  finish(cell: number): void {
    Atomics.store(this.#words, stateOf(cell), DONE);
  }
}

function stateOf(cell: number): number {
  return cell * 4 + 2;
}

function progressOf(cell: number): number {
  return cell * 4 + 3;
}

function timeOf(cell: number): number {
  return cell * 2;
}

// Read once: the getter is slow on some runtimes.
const { timeOrigin } = performance;

/** `performance.now()` as it was at the start: a task may stop it, as fake timers do. */
export const now: () => number = performance.now.bind(performance);

/** Milliseconds on a clock that host and workers share and nobody sets back. */
export function timestamp(): number {
  return timeOrigin + now();
}
