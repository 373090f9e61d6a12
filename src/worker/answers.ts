import { type JobRecord, Outcome } from "../protocol/messages.ts";
import type { Slots } from "../protocol/slots.ts";
import type { Transferable } from "../protocol/transferable.ts";
import { ReplyBatch, type ReplyServices } from "./reply_batch.ts";

/** The host is called once for so many results in slots. */
const RESULTS_A_BELL = 64;
/** It is called at once after a call that took longer (ms). */
const LONG = 0.1;

/** How results reach the host: in slots, and then the host is called now and then, or by message. */
export class Answers {
  readonly #slots: Slots | undefined;
  readonly #replies: ReplyBatch;
  /** Results in slots since the host was last called. */
  #unrung = 0;

  constructor(services: ReplyServices, slots: Slots | undefined, reportMemory: boolean) {
    this.#slots = slots;
    this.#replies = new ReplyBatch(services, reportMemory);
  }

  /** True when the results so far must not wait for one more job. */
  isDue(now: number): boolean {
    return this.#replies.isDue(now);
  }

  /** Sends what is finished. */
  flush(): void {
    this.#replies.flush();
    this.#slots?.ringBell();
    this.#unrung = 0;
  }

  /** Writes a result into the slot of its job; false where it does not fit. It is not sent yet. */
  write(cell: number, result: unknown): boolean {
    return this.#slots !== undefined && this.#slots.writeResult(cell, result);
  }

  /** Sends what was written; the job took so many milliseconds. */
  sendSlot(cell: number, outcome: Outcome, elapsed: number): void {
    this.#slots!.finish(cell, outcome, elapsed);
    this.#count(1);
    if (elapsed >= LONG) this.#ring();
  }

  /** Sends a batch of which so many calls are done, and wrote their results themselves. */
  sendBatch(cell: number, count: number, elapsed: number): void {
    this.#slots!.finishBatch(cell, count, elapsed);
    this.#count(count);
  }

  /** Sends a result by message; it took so many calls of the function. */
  post(
    job: JobRecord,
    calls: number,
    elapsed: number,
    { outcome, payload, transfer }: Answer,
  ): void {
    this.#replies.addTime(job.functionId, calls, elapsed);
    this.#replies.add(job.cell, outcome, payload, transfer);
  }

  /** The host has taken the job back. */
  skip(cell: number): void {
    if (this.#slots) this.#slots.finish(cell, Outcome.skipped, 0);
    else this.#replies.add(cell, Outcome.skipped, undefined);
  }

  #count(results: number): void {
    this.#unrung += results;
    if (this.#unrung >= RESULTS_A_BELL) this.#ring();
  }

  #ring(): void {
    this.#slots!.ringBell();
    this.#unrung = 0;
  }
}

/** What a job came to. */
export interface Answer {
  readonly outcome: Outcome;
  readonly payload: unknown;
  readonly transfer?: Transferable[] | undefined;
}
