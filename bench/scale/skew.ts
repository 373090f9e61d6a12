/**
 * Tasks of unequal length on the real scheduler, in injected time: when the last one ends, beside the
 * best that any schedule could do. Nothing here depends on the machine.
 */
import { JobMode, Outcome, readJobs } from "../../src/protocol/messages.ts";
import { MapRun } from "../../src/multiprocessing/map_run.ts";
import {
  type SimulatedPool,
  type SimulatedWorker,
  startSimulatedPool,
  submitCall,
  type WorkerOwner,
} from "./simulated_pool.ts";
import { VirtualTime } from "./virtual_time.ts";

/** Injected milliseconds that a message takes, each way. */
const WIRE_MS = 0.03;

/** A job as its worker sees it: the values of its arguments are its milliseconds. */
interface Work {
  readonly cell: number;
  readonly functionId: number;
  readonly mode: JobMode;
  readonly durations: ArrayLike<number>;
}

/** Workers that need as long for a task as its argument says. */
class TimedWorkers implements WorkerOwner {
  readonly #time: VirtualTime;
  readonly #inboxes = new Map<SimulatedWorker, Work[]>();
  readonly #working = new Set<SimulatedWorker>();

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  mail(worker: SimulatedWorker, jobs: readonly unknown[]): void {
    const work: Work[] = [];
    readJobs(jobs, ({ cell, functionId, mode, args }) => {
      work.push({ cell, functionId, mode, durations: args as ArrayLike<number> });
    });
    this.#time.setTimeout(() => {
      const inbox = this.#inboxes.get(worker);
      if (inbox) inbox.push(...work);
      else this.#inboxes.set(worker, work);
      this.#goOn(worker);
    }, WIRE_MS);
  }

  #goOn(worker: SimulatedWorker): void {
    if (this.#working.has(worker)) return;
    const inbox = this.#inboxes.get(worker)!;
    for (let work = inbox.shift(); work; work = inbox.shift()) {
      if (worker.claim(work.cell, this.#time.now())) return this.#work(worker, work);
      this.#answer(worker, work.cell, Outcome.skipped, undefined, []);
    }
  }

  #work(worker: SimulatedWorker, { cell, functionId, mode, durations }: Work): void {
    this.#working.add(worker);
    let took = 0;
    for (let i = 0; i < durations.length; i++) took += durations[i];
    this.#time.setTimeout(() => {
      this.#working.delete(worker);
      worker.finish(cell);
      const result = mode === JobMode.call ? durations[0] : durations;
      this.#answer(worker, cell, Outcome.value, result, [functionId, durations.length, took]);
      this.#goOn(worker);
    }, took);
  }

  #answer(
    worker: SimulatedWorker,
    cell: number,
    outcome: Outcome,
    payload: unknown,
    times: number[],
  ): void {
    this.#time.setTimeout(() => worker.reply(cell, outcome, payload, times), WIRE_MS);
  }
}

/** Ways to have many tasks done. */
export type Way = "calls" | "map";

/** Injected milliseconds from the first task's submission to the last result. */
export async function runTasks(
  way: Way,
  durations: readonly number[],
  lanes: number,
): Promise<number> {
  const time = new VirtualTime();
  const pool = startSimulatedPool(lanes, time, new TimedWorkers(time));
  let left = 1;
  let wrong: unknown;
  const done = () => void left--;
  const fail = (error: unknown) => void (wrong ??= error, left--);
  if (way === "map") startMap(pool, durations, lanes, { resolve: done, reject: fail });
  else {
    left = durations.length;
    const settle = (value: unknown) => value instanceof Promise ? value.catch(fail) : done();
    for (const duration of durations) submitCall(pool, duration, settle);
  }
  await time.runUntil(() => left === 0);
  if (wrong) throw wrong;
  const took = time.now();
  pool.scheduler.life.close();
  await pool.scheduler.life.finished;
  return took;
}

function startMap(
  { scheduler, fn }: SimulatedPool,
  items: readonly number[],
  workers: number,
  sink: { resolve(results: unknown[]): void; reject(error: unknown): void },
): void {
  const call = { limits: undefined, priority: 0, key: undefined, transfer: undefined };
  const plan = { fn, mode: JobMode.map, call, shared: true, origin: undefined };
  new MapRun(scheduler, { ...plan, chunksize: undefined, workers }, sink).start(items);
}

/** No schedule can be shorter: all lanes busy to the end, or the longest task alone. */
export function idealSchedule(durations: readonly number[], lanes: number): number {
  const total = durations.reduce((sum, duration) => sum + duration, 0);
  return Math.max(total / lanes, Math.max(...durations));
}

/** Each task, in the given order, to the lane that is free first, at no cost (Graham's list). */
export function listSchedule(durations: readonly number[], lanes: number): number {
  const time = new VirtualTime();
  let next = 0;
  let end = 0;
  const take = (): void => {
    if (next === durations.length) return;
    const duration = durations[next++];
    end = Math.max(end, time.now() + duration);
    time.setTimeout(take, duration);
  };
  for (let lane = 0; lane < lanes; lane++) take();
  time.runOut();
  return end;
}

/** How the lengths of tasks are spread; their mean is one. */
export const SHAPES: Readonly<Record<string, (count: number) => number[]>> = {
  equal: (count) => new Array<number>(count).fill(1),
  "long ones last": (count) => scaled(Array.from({ length: count }, (_, i) => (i + 1) ** 2)),
  "long ones first": (count) => scaled(Array.from({ length: count }, (_, i) => (count - i) ** 2)),
  "heavy tail": (count) => scaled(paretoSample(count)),
};

function scaled(weights: readonly number[]): number[] {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return weights.map((weight) => weight / mean);
}

/** Pareto, alpha 1.5: a finite mean and no finite variance. The same numbers in every run. */
function paretoSample(count: number): number[] {
  let state = 0x2545f491;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (1 - state / 2 ** 32) ** (-1 / 1.5);
  });
}

/** One line of the table. Times in injected milliseconds. */
export interface Skew {
  readonly shape: string;
  readonly way: Way;
  readonly lanes: number;
  readonly tasks: number;
  readonly mean: number;
  readonly ideal: number;
  readonly list: number;
  readonly took: number;
}

/** Every shape in both ways, few long tasks and many short ones. */
export async function runAllSkews(): Promise<Skew[]> {
  const rows: Skew[] = [];
  for (const [tasks, mean, lanes] of SIZES) {
    for (const shape of Object.keys(SHAPES)) {
      const durations = SHAPES[shape](tasks).map((duration) => duration * mean);
      const ideal = idealSchedule(durations, lanes);
      const list = listSchedule(durations, lanes);
      for (const way of ["calls", "map"] as const) {
        const took = await runTasks(way, durations, lanes);
        rows.push({ shape, way, lanes, tasks, mean, ideal, list, took });
      }
    }
  }
  return rows;
}

/** Tasks, their mean length in milliseconds, lanes. */
const SIZES: readonly (readonly [number, number, number])[] = [
  [200, 5, 2],
  [10_000, 1, 2],
  [10_000, 1, 100],
  [100_000, 0.02, 2],
];
