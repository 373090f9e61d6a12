import { JobMode, Outcome } from "../protocol/messages.ts";
import { RISKY_CALL, Slots, type WrapText } from "../protocol/slots.ts";
import type { Spin } from "../protocol/spin.ts";
import { queueMicrotask } from "../protocol/timers.ts";
import type { Job } from "./job.ts";

/** What the wire needs of its lane. */
export interface SlotWireEvents {
  /** The worker is in its event loop and must be called by a message. */
  attend(): void;
  /** The worker has finished something. */
  done(): void;
}

/** What is known of a job before its values are looked at. */
function fitsSlots(job: Job): boolean {
  return job.plain || !(job.marked || job.transfer || job.mode === JobMode.stream);
}

/** The host's end of the slots of one lane. */
export class SlotWire {
  /** The worker is at its slots, or asleep beside them: not called by a message that it has not answered. */
  near = false;
  readonly #slots: Slots;
  readonly #events: SlotWireEvents;
  /** A wait for the bell is pending: it stays so until the bell rings, whether we sleep or not. */
  #hearing = false;
  /** The worker knows that it must ring. */
  #asleep = false;
  #closed = false;

  constructor(wrapText: WrapText, events: SlotWireEvents) {
    this.#slots = Slots.create(wrapText);
    this.#events = events;
  }

  /** The memory to hand to the worker. */
  get memory(): SharedArrayBuffer {
    return this.#slots.memory;
  }

  /** Sends a job by its slot; false where it does not fit. {@link SlotWire.wake} must follow. */
  send(job: Job): boolean {
    if (!fitsSlots(job)) return false;
    const mode = job.limits ? job.mode | RISKY_CALL : job.mode;
    if (!this.#slots.writeCall(job.cell, job, mode)) return false;
    this.#slots.send(job.cell);
    return true;
  }

  /** Shows the worker what was sent, and wakes it; once for many jobs, as it costs a system call. */
  wake(): void {
    this.#callIf(this.#slots.wakeWorker());
  }

  /** A message was posted. */
  announceMail(): void {
    this.#callIf(this.#slots.announceMail());
  }

  /** Sees to it that `done` is called for what is finished from now on. */
  listen(): void {
    if (this.#asleep || this.#closed) return;
    // The order matters, see the README of the protocol: first the wait, then the flag, then a look.
    if (!this.#hearing) {
      this.#hearing = true;
      this.#slots.hearBell().then(this.#onBell);
    }
    this.#asleep = this.#slots.sleep();
    if (!this.#asleep) queueMicrotask(this.#look);
  }

  /** Looks for what is finished for a while, instead of being woken. */
  lookOut(spin: Spin): void {
    const slots = this.#slots;
    this.#asleep = false;
    slots.stayAwake();
    if (spin.find(() => slots.hasDone || undefined)) this.#look();
    else this.listen();
  }

  /** Calls back for each finished cell. */
  take(each: (cell: number, outcome: Outcome, elapsed: number, payload: unknown) => void): void {
    const slots = this.#slots;
    for (let cell = slots.nextDone(); cell !== undefined; cell = slots.nextDone()) {
      this.near = true;
      const outcome = slots.outcome(cell) as Outcome;
      const payload = outcome === Outcome.value || outcome === Outcome.text
        ? slots.readResult(cell)
        : outcome === Outcome.batch
        ? slots.readResults(cell)
        : undefined;
      each(cell, outcome, slots.elapsed(cell), payload);
    }
  }

  /** Takes back the calls of a batch that were not begun; returns the results of those that are done. */
  stopBatch(cell: number): unknown[] {
    return this.#slots.readResults(cell, this.#slots.stopBatch(cell));
  }

  /** The worker is gone. */
  close(): void {
    this.#closed = true;
    this.#slots.silence();
  }

  #callIf(parked: boolean): void {
    if (!parked) return;
    this.near = false;
    this.#events.attend();
  }

  #onBell = (): void => {
    this.#hearing = false;
    this.#asleep = false;
    this.#look();
  };

  #look = (): void => {
    if (!this.#closed) this.#events.done();
  };
}
