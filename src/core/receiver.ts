/** The way back from one worker: replies by message, results in slots, and what a batch has come to. */
import { type FromWorker, Outcome, readReplies } from "../protocol/messages.ts";
import { Batch } from "./batch.ts";
import type { Cells } from "./cells.ts";
import type { KnownFunction } from "./functions.ts";
import type { Job } from "./job.ts";
import type { JobEvents } from "./lane_events.ts";
import type { Sender } from "./sender.ts";
import type { SlotWire } from "./slot_wire.ts";

/** Empties cells as their jobs end, and tells what these came to. */
export class Receiver {
  readonly #cells: Cells;
  readonly #sender: Sender;
  readonly #slots: SlotWire | undefined;
  readonly #events: JobEvents;

  constructor(
    events: JobEvents,
    { cells, sender, slots }: { cells: Cells; sender: Sender; slots: SlotWire | undefined },
  ) {
    this.#events = events;
    this.#cells = cells;
    this.#sender = sender;
    this.#slots = slots;
  }

  /** Replies came by message. */
  takeReplies({ replies, times }: FromWorker & { readonly type: "done" }): void {
    for (let i = 0; i < times.length; i += 3) {
      this.#events.measured(times[i]!, times[i + 1]!, times[i + 2]!);
    }
    readReplies(replies, (cell, outcome, payload) => {
      const sent = this.#cells.at(cell);
      // Before another job has the slot.
      const batch = sent instanceof Batch ? this.stopBatch(sent) : undefined;
      const job = this.#cells.pass(cell);
      if (!job) return;
      this.#sender.noteFound(job.fn);
      this.#events.done(batch?.last ?? job, outcome, payload);
      if (!batch) return;
      // A result that no slot takes ends a batch.
      job.fn.batches = false;
      this.#events.givenBack(batch.rest);
    });
  }

  /** Settles what is finished in slots, if anything: these results outlive their worker. */
  takeSlots(): boolean {
    let fn: KnownFunction | undefined;
    let taken = false, calls = 0, milliseconds = 0;
    const tell = (): void => {
      if (fn) this.#events.measured(fn.id, calls, milliseconds);
    };
    this.#slots?.take((cell: number, outcome: Outcome, elapsed: number, payload: unknown) => {
      const job = this.#cells.pass(cell);
      taken = true;
      if (!job) return;
      if (job.fn !== fn) {
        tell();
        fn = job.fn;
        calls = milliseconds = 0;
        this.#sender.noteFound(fn);
      }
      milliseconds += elapsed;
      if (outcome === Outcome.batch) {
        const results = payload as unknown[];
        calls += results.length;
        if (job instanceof Batch) this.#events.partlyDone(job, results);
        // All that is left of a batch that was divided.
        else this.#events.done(job, Outcome.value, results.at(-1));
      } else {
        calls += job.calls;
        this.#events.done(job, outcome, payload);
      }
    });
    tell();
    return taken;
  }

  /** Takes back the calls of a batch that were not begun, the last first, and settles those that are done. */
  cutBatch(batch: Batch): Job[] {
    const results = this.#slots!.stopBatch(batch.cell);
    const rest = batch.giveBack(results.length + 1);
    this.#events.partlyDone(batch, results);
    return rest;
  }

  /** The same; the one that was begun last becomes a job of its own. */
  stopBatch(batch: Batch): { readonly last: Job; readonly rest: Job[] } {
    const rest = this.cutBatch(batch);
    return { last: this.takeApart(batch)[0]!, rest };
  }

  /** Makes jobs of the calls of a batch that are left, the last first. */
  takeApart(batch: Batch): Job[] {
    const jobs = batch.giveBack(batch.settled);
    this.#events.partlyDone(batch, []);
    return jobs;
  }
}
