/**
 * What one call costs the scheduler while so many others are pending on so many lanes. Time is the
 * host's own here; the workers' is injected, and each of them has one call at a time.
 */
import { Outcome, readJobs } from "../../src/protocol/messages.ts";
import {
  type SimulatedWorker,
  startSimulatedPool,
  submitCall,
  type WorkerOwner,
} from "./simulated_pool.ts";
import { VirtualTime } from "./virtual_time.ts";

/** How long a call takes in injected milliseconds: too long for a worker to be sent others ahead. */
const TASK_MS = 5;
/** Replies that the host meets in one turn, the same whatever the number of lanes. */
const REPLIES_A_TURN = 2;
/** As many different priorities are in use, where any are. */
const PRIORITIES = 10;

/** A pool that is filled, and kept filled: each settled call is followed by a new one. */
export class FilledPool implements WorkerOwner {
  readonly #time = new VirtualTime();
  readonly #lanes: number;
  readonly #priorities: boolean;
  readonly #pool;
  /** A ring of worker and cell of every job that is out, in the order of their answers. */
  readonly #out: Int32Array;
  #head = 0;
  #tail = 0;
  #submitted = 0;
  #settled = 0;
  #refill = true;

  constructor(lanes: number, priorities: boolean) {
    this.#lanes = lanes;
    this.#priorities = priorities;
    this.#out = new Int32Array(2 * lanes);
    this.#pool = startSimulatedPool(lanes, this.#time, this, TASK_MS);
  }

  /** Lets the workers come up. */
  async start(): Promise<void> {
    await undefined;
    const { idle } = this.#pool.scheduler.stats().workers;
    if (idle !== this.#lanes) throw new Error(`Cannot start: ${idle} of ${this.#lanes} are ready`);
  }

  /** Submits so many calls. */
  async fill(pending: number): Promise<void> {
    for (let i = 0; i < pending; i++) this.#submit();
    await undefined;
  }

  /** Settles so many calls and submits as many; resolves the milliseconds that the host was busy. */
  async turnOver(calls: number): Promise<number> {
    const end = this.#settled + calls;
    let busy = 0;
    while (this.#settled < end) {
      this.#time.pass(TASK_MS * REPLIES_A_TURN / this.#lanes);
      const from = this.#head;
      const to = Math.min(from + REPLIES_A_TURN, this.#tail);
      for (let i = from; i < to; i++) this.#run(i);
      const started = performance.now();
      this.#head = to;
      for (let i = from; i < to; i++) this.#answer(i);
      await undefined;
      busy += performance.now() - started;
    }
    return busy;
  }

  /** Lets all pending calls finish, and the pool end. */
  async drain(): Promise<void> {
    this.#refill = false;
    await this.turnOver(this.#submitted - this.#settled);
    this.#pool.scheduler.life.close();
    await this.#pool.scheduler.life.finished;
  }

  /** Keeps numbers only: what a thread has been sent is no load for the host's collector either. */
  mail(worker: SimulatedWorker, jobs: readonly unknown[]): void {
    readJobs(jobs, ({ cell }) => {
      const place = 2 * (this.#tail++ % this.#lanes);
      this.#out[place] = worker.index;
      this.#out[place + 1] = cell;
    });
  }

  #submit(): void {
    const number = this.#submitted++;
    const priority = this.#priorities ? (number * 7) % PRIORITIES : undefined;
    submitCall(this.#pool, number, this.#settle, priority);
  }

  #settle = (value: unknown): void => {
    if (typeof value !== "number") throw new Error("Cannot go on: a call failed", { cause: value });
    this.#settled++;
    if (this.#refill) this.#submit();
  };

  /** What the worker does on a thread of its own, outside of what is measured. */
  #run(number: number): void {
    const { worker, cell } = this.#at(number);
    if (!worker.claim(cell, this.#time.now())) throw new Error("Cannot run: it was taken back");
    worker.finish(cell);
  }

  #answer(number: number): void {
    const { worker, cell } = this.#at(number);
    worker.reply(cell, Outcome.value, number, [this.#pool.fn.id, 1, TASK_MS]);
  }

  #at(number: number): { worker: SimulatedWorker; cell: number } {
    const place = 2 * (number % this.#lanes);
    return { worker: this.#pool.workers[this.#out[place]], cell: this.#out[place + 1] };
  }
}

/** One point of the plot. */
export interface CostSettings {
  readonly lanes: number;
  readonly pending: number;
  readonly priorities: boolean;
  /** Calls that are measured together, and how often. */
  readonly calls: number;
  readonly rounds: number;
}

/** What was measured. Nanoseconds of a call: to submit it into the full pool, and its whole way. */
export interface Cost {
  readonly submit: number;
  /** Nanoseconds of one call, by round. */
  readonly call: readonly number[];
  /** Bytes that one pending call keeps; `undefined` where the collector cannot be called. */
  readonly bytes: number | undefined;
}

/** Fills a pool and measures while its calls turn over. */
export async function measureCost(settings: CostSettings): Promise<Cost> {
  const { lanes, pending, priorities, calls, rounds } = settings;
  const pool = new FilledPool(lanes, priorities);
  await pool.start();
  const empty = bytesInUse();
  const started = performance.now();
  await pool.fill(pending);
  const submit = (performance.now() - started) / pending * 1e6;
  const full = bytesInUse();

  // The code is warm, old calls are at the head of the line, and every lane has had some.
  await pool.turnOver(Math.max(calls, 3 * lanes));
  const call: number[] = [];
  for (let i = 0; i < rounds; i++) {
    call.push(await pool.turnOver(calls) / calls * 1e6);
  }
  const bytes = full !== undefined && empty !== undefined ? (full - empty) / pending : undefined;
  return { submit, call, bytes };
}

interface Collectors {
  readonly gc?: () => void;
  readonly Bun?: { gc(sync: boolean): void };
  readonly process: { memoryUsage(): { heapUsed: number } };
}

function bytesInUse(): number | undefined {
  const { gc, Bun, process } = globalThis as unknown as Collectors;
  if (!gc && !Bun) return undefined;
  gc?.();
  Bun?.gc(true);
  return process.memoryUsage().heapUsed;
}
