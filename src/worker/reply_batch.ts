import { timestamp } from "../protocol/claims.ts";
import { type FromWorker, Outcome, readReplies, writeReply } from "../protocol/messages.ts";
import type { Transferable } from "../protocol/transferable.ts";
import { encodeThrown } from "./failures.ts";

/** Sent at this number, so that the host works on them while the worker goes on. */
const REPLIES_PER_MESSAGE = 128;
/** No finished result waits longer than this (ms) behind other jobs. */
const LONGEST_DELAY = 1;

type DoneMessage = FromWorker & { readonly type: "done" };

/** Where replies are sent. */
export interface ReplyServices {
  post(message: FromWorker, transfer?: Transferable[]): void;
  memory?(): number;
}

/** Finished results on their way into one message. */
export class ReplyBatch {
  readonly #services: ReplyServices;
  readonly #reportMemory: boolean;
  #replies: unknown[] = [];
  #count = 0;
  #times: number[] = [];
  #transfer: Transferable[] | undefined;
  /** When the oldest of them came. */
  #since = 0;

  constructor(services: ReplyServices, reportMemory: boolean) {
    this.#services = services;
    this.#reportMemory = reportMemory;
  }

  /** True when the results so far must not wait for one more job. */
  isDue(now: number): boolean {
    return this.#count >= REPLIES_PER_MESSAGE ||
      (this.#count > 0 && now - this.#since > LONGEST_DELAY);
  }

  /** Adds a reply; one that moves buffers, and all before it, are sent at once. */
  add(cell: number, outcome: Outcome, payload: unknown, transfer?: Transferable[]): void {
    if (this.#count++ === 0) this.#since = timestamp();
    writeReply(this.#replies, cell, outcome, payload);
    if (transfer) {
      this.#transfer = transfer;
      this.flush();
    }
  }

  /** Counts the time of calls of one function. */
  addTime(functionId: number, calls: number, milliseconds: number): void {
    const times = this.#times;
    const last = times.length - 3;
    if (last >= 0 && times[last] === functionId) {
      times[last + 1]! += calls;
      times[last + 2]! += milliseconds;
    } else {
      times.push(functionId, calls, milliseconds);
    }
  }

  flush(): void {
    if (this.#count === 0) return;
    const memory = this.#reportMemory ? this.#services.memory?.() : undefined;
    const message: DoneMessage = {
      type: "done",
      replies: this.#replies,
      times: this.#times,
      ...(memory !== undefined && { memory }),
    };
    const transfer = this.#transfer, count = this.#count;
    this.#replies = [];
    this.#times = [];
    this.#transfer = undefined;
    this.#count = 0;
    try {
      this.#services.post(message, transfer);
    } catch {
      this.#postSingly(message, count, transfer);
    }
  }

  /** The runtime refused a value that looked sound: only that one result fails. */
  #postSingly({ replies, times }: DoneMessage, left: number, transfer?: Transferable[]): void {
    readReplies(replies, (cell, outcome, payload) => {
      // Only the last one moves anything.
      const own = --left === 0 ? transfer : undefined;
      try {
        this.#postOne(cell, outcome, payload, own);
      } catch (error) {
        this.#postOne(cell, Outcome.error, encodeThrown(error).value);
      }
    });
    this.#services.post({ type: "done", replies: [], times });
  }

  #postOne(cell: number, outcome: Outcome, payload: unknown, transfer?: Transferable[]): void {
    const replies: unknown[] = [];
    writeReply(replies, cell, outcome, payload);
    this.#services.post({ type: "done", replies, times: [] }, transfer);
  }
}
