import { now } from "../protocol/claims.ts";
import { Fifo } from "../protocol/fifo.ts";
import type { JobMode, JobRecord } from "../protocol/messages.ts";
import { Spin } from "../protocol/spin.ts";
import { RISKY_CALL, type Slots } from "../protocol/slots.ts";

/**
 * A worker with nothing to do looks for the next call so long (ms) before it sleeps, and less while that is in
 * vain. Where the host is the slower one, it needs the processor more.
 */
const LONGEST_SPIN = 0.05;
/** It sleeps at most so long (ms) before it goes back to its event loop: timers must live. */
const DOZE = 1;

/** Where jobs come from: messages, and the slots of the lane. */
export class Intake {
  readonly #slots: Slots | undefined;
  readonly #queue = new Fifo<JobRecord>();
  readonly #spin = new Spin(LONGEST_SPIN);

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
    return cell ?? (this.#queue.head && this.#queue.shift());
  }

  /** Waits a little for the next call; false where the worker shall go back to its event loop. */
  rest(): boolean {
    const slots = this.#slots;
    if (!slots) return false;
    const began = now();
    if (this.#spin.find(this.#look) && slots.hasMore) return true;
    slots.doze(DOZE);
    this.#spin.slept(began);
    return slots.hasMore || !slots.park();
  }

  #look = (): true | undefined => this.#slots!.hasMore || this.#slots!.expectsMail || undefined;

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
