import { type FromWorker, Outcome, readReplies } from "../../protocol/messages.ts";
import { host } from "../host.ts";

/** A result waits so long (ms) for output of which nothing comes: somebody has closed the stream. */
const PATIENCE = 1000;

/** Keeps results back until the output of their jobs is there, which comes on another way. */
export class HeldReplies {
  readonly #deliver: (message: FromWorker) => void;
  readonly #isComplete: (jobs: number) => boolean;
  /** Messages in order, each with the number of jobs whose results came until then. */
  readonly #waiting: { readonly message: FromWorker; readonly jobs: number }[] = [];
  #jobs = 0;
  /** The output did not come in time: nothing is held until it has caught up. */
  #late = false;
  #timer: unknown;

  /** @param isComplete whether the output of so many jobs, counted from the first one, has come */
  constructor(deliver: (message: FromWorker) => void, isComplete: (jobs: number) => boolean) {
    this.#deliver = deliver;
    this.#isComplete = isComplete;
  }

  receive(message: FromWorker): void {
    if (message.type === "done") this.#jobs += jobsOf(message.replies);
    this.#waiting.push({ message, jobs: this.#jobs });
    this.advance();
  }

  /** Output came. */
  advance(): void {
    if (this.#late && this.#isComplete(this.#jobs)) this.#late = false;
    host.clock.clearTimeout(this.#timer);
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      if (!this.#late && !this.#isComplete(first.jobs)) return this.#wait();
      this.#waiting.shift();
      this.#deliver(first.message);
    }
  }

  #wait(): void {
    this.#timer = host.clock.setTimeout(() => {
      this.#late = true;
      this.advance();
    }, PATIENCE);
  }
}

/** Those that ran; each has marked the end of its output. */
function jobsOf(replies: readonly unknown[]): number {
  let count = 0;
  readReplies(replies, (_cell, outcome) => {
    if (outcome !== Outcome.skipped) count++;
  });
  return count;
}
