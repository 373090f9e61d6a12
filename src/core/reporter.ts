import type { SentValue } from "../protocol/messages.ts";
import { reviveOrFault } from "../protocol/revive.ts";
import { Batch } from "./batch.ts";
import type { Clock, WorkerEnd, WorkerOutput } from "./backend.ts";
import { type PoolEvent, PoolEvents } from "./events.ts";
import type { Job } from "./job.ts";
import type { Lane } from "./lane.ts";

/** Turns what a scheduler does into the events of its pool; one look each while nobody listens. */
export class Reporter {
  readonly events: PoolEvents = new PoolEvents();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A job was accepted. */
  queued({ id: jobId, fn }: Job): void {
    if (!this.events.active) return;
    this.#emit({ type: "queued", time: this.#clock.now(), jobId, task: fn.name });
  }

  /** A job was given to a worker; all calls of a batch alike. */
  started(job: Job, { workerId }: Lane): void {
    if (!this.events.active) return;
    const { id, fn: { name: task } } = job;
    const end = id + (job instanceof Batch ? job.calls : 1);
    for (let jobId = id; jobId < end; jobId++) {
      this.#emit({ type: "start", time: this.#clock.now(), jobId, task, workerId });
    }
  }

  /** So many jobs, with numbers in a row, have settled: one, or some of a batch. */
  ended({ fn, lane }: Job, fulfilled: boolean, firstId: number, count: number): void {
    if (!this.events.active) return;
    const outcome = fulfilled ? "fulfilled" : "rejected";
    const workerId = lane?.workerId;
    for (let jobId = firstId; jobId < firstId + count; jobId++) {
      this.#emit({ type: "end", time: this.#clock.now(), jobId, task: fn.name, workerId, outcome });
    }
  }

  /** A task has reported its progress. */
  progress(jobId: number, value: SentValue): void {
    if (!this.events.active) return;
    this.#emit({ type: "progress", time: this.#clock.now(), jobId, value: reviveOrFault(value) });
  }

  /** A child process has written. */
  output(lane: Lane, output: WorkerOutput): void {
    if (!this.events.active) return;
    const { workerId } = lane, task = lane.taskOf(output.jobId);
    this.#emit({ type: "output", time: this.#clock.now(), workerId, task, ...output });
  }

  /** A worker is ready for its first job. */
  workerUp({ workerId }: Lane): void {
    if (!this.events.active) return;
    this.#emit({ type: "workerUp", time: this.#clock.now(), workerId });
  }

  /** A worker has ended; `expected` where the pool wanted it. */
  workerDown(
    { workerId }: Lane,
    { exitCode }: WorkerEnd,
    expected: boolean,
    error: unknown,
  ): void {
    if (!this.events.active) return;
    const time = this.#clock.now();
    this.#emit({ type: "workerDown", time, workerId, exitCode, expected, error });
  }

  #emit(event: PoolEvent): void {
    this.events.emit(event);
  }
}
