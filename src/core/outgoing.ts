import { type FunctionDefinition, writeJob } from "../protocol/messages.ts";
import type { Transferable } from "../protocol/transferable.ts";
import type { Job } from "./job.ts";

/** A function that takes longer (ms) keeps no finished result waiting behind it. */
export const LONG = 0.1;

/**
 * The jobs that leave a lane with its next message. Made by the first job of a turn and let go with the
 * message: lists that an idle lane kept would grow old, and an old list keeps what is put into it from the
 * collector for long after the message has left.
 */
export class Outgoing {
  /** Functions that the worker has not met. */
  readonly define: FunctionDefinition[] = [];
  readonly records: unknown[] = [];
  readonly jobs: Job[] = [];
  transfer: Transferable[] | undefined;

  /** Adds a job. */
  add(job: Job): void {
    const { cell, fn, mode, marked } = job;
    let { args, transfer } = job;
    if (job.sendsCopies) ({ args, transfer } = structuredClone({ args, transfer }));
    else if (!job.movesOnce) transfer = undefined;
    const risky = job.limits !== undefined || !(fn.estimate < LONG);
    const { id: jobId } = job;
    writeJob(this.records, { cell, jobId, functionId: fn.id, mode, marked, risky, args });
    if (transfer) (this.transfer ??= []).push(...transfer);
    this.jobs.push(job);
  }
}
