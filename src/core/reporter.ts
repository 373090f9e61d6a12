import type { SentValue } from "../protocol/messages.ts";
import { reviveOrFault } from "../protocol/revive.ts";
import { Batch } from "./batch.ts";
import type { Clock, WorkerEnd, WorkerOutput } from "./backend.ts";
import { type PoolEvent, PoolEvents } from "./events.ts";
import type { Job } from "./job.ts";
import type { Lane } from "./lane.ts";

/** An event before its time is put in. */
type Happening<T = PoolEvent> = T extends PoolEvent ? Omit<T, "time"> : never;

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
    this.#emit({ type: "queued", jobId, task: fn.name });
  }

  /** A job was given to a worker; all calls of a batch alike. */
  started(job: Job, { workerId }: Lane): void {
    if (!this.events.active) return;
    const calls = job instanceof Batch ? job.calls : 1;
    for (let i = 0; i < calls; i++) {
      this.#emit({ type: "start", jobId: job.id + i * job.step, task: job.fn.name, workerId });
    }
  }

  /** A job has settled; of a batch, so many of its calls. */
  ended(job: Job, fulfilled: boolean, first = 0, count = 1): void {
    if (!this.events.active) return;
    const outcome = fulfilled ? "fulfilled" : "rejected";
    const { id, step, fn: { name: task } } = job, workerId = job.lane?.workerId;
    for (let i = first; i < first + count; i++) {
      this.#emit({ type: "end", jobId: id + i * step, task, workerId, outcome });
    }
  }

  /** A task has reported its progress. */
  progress(jobId: number, value: SentValue): void {
    if (!this.events.active) return;
    this.#emit({ type: "progress", jobId, value: reviveOrFault(value) });
  }

  /** A child process has written. */
  output(lane: Lane, output: WorkerOutput): void {
    const { workerId } = lane, task = lane.taskOf(output.jobId);
    this.#emit({ type: "output", workerId, task, ...output });
  }

  /** A worker is ready for its first job. */
  workerUp({ workerId }: Lane): void {
    this.#emit({ type: "workerUp", workerId });
  }

  /** A worker has ended; `expected` where the pool wanted it. */
  workerDown(
    { workerId }: Lane,
    { exitCode }: WorkerEnd,
    expected: boolean,
    error: unknown,
  ): void {
    this.#emit({ type: "workerDown", workerId, exitCode, expected, error });
  }

  #emit(event: Happening): void {
    if (this.events.active) this.events.emit({ ...event, time: this.#clock.now() });
  }
}
