import type { JobMode, JobRecord } from "../protocol/messages.ts";
import { RISKY_CALL, type Slots } from "../protocol/slots.ts";

/** A worker with nothing to do looks for the next call so long (ms) before it sleeps. */
const SPIN = 0.02;
/** It sleeps at most so long (ms) before it goes back to its event loop: timers must live. */
const DOZE = 1;

/** Where jobs come from: messages, and the slots of the lane. */
export class Intake {
  readonly #slots: Slots | undefined;
  #queue: JobRecord[] = [];
  #next = 0;

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
    const until = performance.now() + SPIN;
    do {
      if (slots.hasMore) return true;
    } while (performance.now() < until);
    slots.doze(DOZE);
    return slots.hasMore || !slots.park();
  }

  /** Goes back to the event loop; false where there is something to do. */
  park(): boolean {
    return this.#queue.length === 0 && (this.#slots?.park() ?? true);
  }
}

function readSlot(slots: Slots, cell: number): JobRecord {
  const { functionId, jobId, mode, args } = slots.readCall(cell);
  return {
    cell,
    jobId,
    functionId,
    mode: (mode & ~RISKY_CALL) as JobMode,
    marked: false,
    risky: (mode & RISKY_CALL) !== 0,
    args,
  };
}
