import type { Clock } from "./backend.ts";
import { Batch } from "./batch.ts";
import { CallLine, type CallLineEvents } from "./call_line.ts";
import { Deadlines } from "./deadlines.ts";
import { TimeoutError } from "./errors.ts";
import type { Job, JobDetails } from "./job.ts";
import { SignalWatch } from "./signal_watch.ts";

/** What the keeper of limits has done. */
export interface LimitActions {
  /** The job's time is up, or its signal was aborted. */
  abort(job: Job, reason: unknown): void;
  /** It may still be taken out of line, or back from its worker; nothing happens when it has begun. */
  cancelWaiting(job: Job, reason: unknown): void;
  /** It was told to end and did not. */
  kill(job: Job): void;
  /** Gives back what has not begun of a batch; returns the call that runs, if any does, as a job. */
  divide(batch: Batch): Job | undefined;
  /** Ends all calls of a line. */
  abortLine(line: CallLine, reason: unknown): void;
}

/** Deadlines and signals of all jobs of one scheduler. Times in milliseconds. */
export class Limits implements CallLineEvents {
  readonly #clock: Clock;
  readonly #actions: LimitActions;
  readonly #deadlines: Deadlines;
  readonly #signals: SignalWatch<JobDetails | CallLine>;

  constructor(clock: Clock, actions: LimitActions) {
    this.#clock = clock;
    this.#actions = actions;
    this.#deadlines = new Deadlines(clock);
    this.#signals = new SignalWatch((entry, reason) => {
      if (entry instanceof CallLine) actions.abortLine(entry, reason);
      else this.#aborted(entry.job, reason);
    });
  }

  /** A job was accepted. */
  accepted(job: Job): void {
    const { limits } = job;
    if (!limits) return;
    this.watch(job);
    const { queueTimeout } = limits;
    if (queueTimeout) {
      job.details.queueDeadline = this.#deadlines.add(queueTimeout, () => this.expire(job));
    }
  }

  /** It has waited for as long as it may. */
  expire(job: Job): void {
    const { queueTimeout } = job.limits!;
    const message = `Cannot start job: it waited longer than ${queueTimeout} ms (queueTimeout)`;
    this.#actions.cancelWaiting(job, new TimeoutError(message));
  }

  /** Its signal counts, if it does not already: calls that waited in a line were not known one by one. */
  watch(job: Job): void {
    const signal = job.limits?.signal;
    if (signal) this.#signals.add(signal, job.details);
  }

  /** Calls wait in a line. */
  filled(line: CallLine): void {
    const signal = line.terms.limits?.signal;
    if (signal) this.#signals.add(signal, line);
  }

  /** None waits there any more. */
  emptied(line: CallLine): void {
    const signal = line.terms.limits?.signal;
    if (signal) this.#signals.remove(signal, line);
  }

  /** It was sent to a worker. */
  placed(job: Job): void {
    if (job.plain) return;
    this.watch(job);
    const timeout = job.limits?.timeout;
    if (timeout !== undefined) this.#watchRun(job, timeout, timeout);
  }

  /** No worker has it any more. */
  left(job: Job): void {
    if (job.plain) return;
    this.#deadlines.remove(job.details.runDeadline);
  }

  /** It was told to end, and has this long. */
  stopping(job: Job, grace: number): void {
    const { details } = job;
    this.#deadlines.remove(details.runDeadline);
    details.runDeadline = this.#deadlines.add(grace, () => this.#actions.kill(job));
  }

  /** Its caller has an answer; it may still be running. */
  settled(job: Job): void {
    if (job.plain) return;
    const signal = job.limits?.signal;
    if (signal) this.#signals.remove(signal, job.details);
    this.begun(job);
  }

  /** It has waited for a worker; to wait for another try is something else. */
  begun({ details }: Job): void {
    this.#deadlines.remove(details.queueDeadline);
  }

  /** The time counts from the start in the worker, which the host learns from shared memory. */
  #watchRun(job: Job, timeout: number, delay: number): void {
    job.details.runDeadline = this.#deadlines.add(delay, () => this.#checkRun(job, timeout));
  }

  #checkRun(job: Job, timeout: number): void {
    // It was in time: its reply is on the way, or its worker's end.
    if (job.lane?.cells.finished(job)) return;
    const started = job.lane?.cells.startedAt(job);
    const left = started === undefined ? timeout : started + timeout - this.#clock.now();
    if (left > 0) return this.#watchRun(job, timeout, Math.ceil(left));
    if (job instanceof Batch) {
      // Meanwhile the next call may have begun, which has its own time.
      const running = this.#actions.divide(job);
      if (running) this.#checkRun(running, timeout);
      return;
    }
    const message = `Cannot finish job: it ran longer than ${timeout} ms (timeout)`;
    this.#actions.abort(job, new TimeoutError(message));
  }

  #aborted(job: Job, reason: unknown): void {
    const one = job instanceof Batch ? this.#actions.divide(job) : job;
    if (one) this.#actions.abort(one, reason);
  }
}
