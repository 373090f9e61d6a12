import type { JobMode, JobRecord } from "../protocol/messages.ts";
import { RISKY_CALL, type Slots } from "../protocol/slots.ts";

/**
 * A worker with nothing to do looks for the next call so long (ms) before it sleeps: at most, and at least,
 * as long as that is in vain. Where the host is the slower one, it needs the processor more.
 */
const LONGEST_SPIN = 0.05, SHORTEST_SPIN = 0.001;
/** It sleeps at most so long (ms) before it goes back to its event loop: timers must live. */
const DOZE = 1;

/** Where jobs come from: messages, and the slots of the lane. */
export class Intake {
  readonly #slots: Slots | undefined;
  #queue: JobRecord[] = [];
  #next = 0;
  #spin = LONGEST_SPIN;

  constructor(slots: Slots | undefined) {
    this.#slots = slots;
  }

  /** A job came by message. */
  push(job: JobRecord): void {
    this.#queue.push(job);
  }

  /**
   * The next job; `"mail"`: a message waits that only the event loop can bring. Slots first: the host uses
   * them only while it has no job on its way by message.
   */
  take(): JobRecord | "mail" | undefined {
    const cell = this.#slots?.take();
    if (typeof cell === "number") return readSlot(this.#slots!, cell);
    return cell ?? this.#takeQueued();
  }

  #takeQueued(): JobRecord | undefined {
    const job = this.#queue[this.#next];
    if (!job) return undefined;
    this.#next++;
    if (this.#next === this.#queue.length) {
      this.#queue = [];
      this.#next = 0;
    }
    return job;
  }

  /** Waits a little for the next call; false where the worker shall go back to its event loop. */
  rest(): boolean {
    const slots = this.#slots;
    if (!slots) return false;
    const began = performance.now();
    while (performance.now() - began < this.#spin) {
      if (slots.hasMore) {
        this.#spin = LONGEST_SPIN;
        return true;
      }
      if (slots.expectsMail) break;
    }
    slots.doze(DOZE);
    // Had it looked a little longer, it would have been spared the sleep.
    const near = performance.now() - began < 2 * LONGEST_SPIN;
    this.#spin = near ? LONGEST_SPIN : Math.max(SHORTEST_SPIN, this.#spin / 2);
    return slots.hasMore || !slots.park();
  }

  /** Goes back to the event loop; false where there is something to do. */
  park(): boolean {
    return this.#queue.length === 0 && (this.#slots?.park() ?? true);
  }
}

function readSlot(slots: Slots, cell: number): JobRecord {
  const { functionId, jobId, mode, step, args } = slots.readCall(cell);
  return {
    cell,
    jobId,
    functionId,
    mode: (mode & ~RISKY_CALL) as JobMode,
    marked: false,
    risky: (mode & RISKY_CALL) !== 0,
    step,
    args,
  };
}
