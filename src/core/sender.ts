/**
 * The way of jobs to one worker: by slot where they are small and its function is known there, else by
 * message. What leaves in one turn of the host goes as one message, with one wake-up.
 */
import {
  type FunctionDefinition,
  readJobs,
  type ToWorker,
  writeJob,
} from "../protocol/messages.ts";
import { performance } from "../protocol/timers.ts";
import type { Transferable } from "../protocol/transferable.ts";
import type { Transport } from "./backend.ts";
import type { Cells } from "./cells.ts";
import type { KnownFunction } from "./functions.ts";
import type { Job } from "./job.ts";
import { Outgoing } from "./outgoing.ts";
import type { SlotWire } from "./slot_wire.ts";

/** So many calls, or items of maps, are sent without waiting for the end of the turn. */
const FLUSH_AT = 256;

/** What is sent in less time (ms) costs nothing to read, as far as it is worth knowing. */
const HEAVY = 0.1;

/** A job that the runtime would not send. */
export interface Refusal {
  readonly cell: number;
  /** What the runtime threw. */
  readonly cause: unknown;
}

/** Sends jobs, and what else the host has to say. */
export class Sender {
  readonly #transport: Transport;
  readonly #slots: SlotWire | undefined;
  readonly #cells: Cells;
  readonly #refused: (refusals: readonly Refusal[]) => void;
  /** By id: functions that the worker has met. Once it has found one, calls of that may go through slots. */
  readonly #functions: ("defined" | "found" | undefined)[] = [];
  #outgoing: Outgoing | undefined;
  /** The end of this turn is waited for. */
  #flushes = false;
  /** Calls that were added since the last sending. */
  #added = 0;
  #closed = false;

  constructor(
    transport: Transport,
    { slots, cells, refused }: {
      slots: SlotWire | undefined;
      cells: Cells;
      refused: (refusals: readonly Refusal[]) => void;
    },
  ) {
    this.#transport = transport;
    this.#slots = slots;
    this.#cells = cells;
    this.#refused = refused;
  }

  /** Calls of the function that are small enough go by slot now. */
  usesSlots(fn: KnownFunction): boolean {
    // Slots are faster: no job may overtake those that went by message.
    return this.#slots !== undefined && this.#cells.messages === 0 &&
      this.#functions[fn.id] === "found";
  }

  /** The worker has run the function, and so knows it by its number. */
  noteFound(fn: KnownFunction): void {
    this.#functions[fn.id] = "found";
  }

  /** Adds a job, which has its cell; true for the first of a turn, at whose end `flush` must follow. */
  add(job: Job): boolean {
    const { fn } = job;
    if (!this.usesSlots(fn) || !this.#slots!.send(job)) this.#addOutgoing(job);
    else fn.carriage = 0;
    const first = !this.#flushes;
    this.#flushes = true;
    this.#added += job.isChunk ? job.calls : 1;
    // In a long turn of the host, workers can begin meanwhile.
    if (this.#added >= FLUSH_AT) this.#send();
    return first;
  }

  /** Sends what was added in this turn. */
  flush(): void {
    this.#flushes = false;
    this.#send();
  }

  /** Sends a message of another kind, at once. */
  post(message: ToWorker): void {
    if (!this.#closed) this.#post(message);
  }

  /** The slots tell of each message, and count them. */
  #post(message: ToWorker, transfer?: Transferable[]): void {
    this.#transport.post(message, transfer);
    this.#slots?.announceMail();
  }

  /** Jobs that have not left yet; what is in a slot has. */
  get unsent(): readonly Job[] {
    return this.#outgoing?.jobs ?? [];
  }

  /** The worker is gone: nothing is sent any more. */
  close(): void {
    this.#closed = true;
  }

  #addOutgoing(job: Job): void {
    this.#cells.noteMessage(job.cell);
    const outgoing = this.#outgoing ??= new Outgoing();
    const { fn } = job;
    if (this.#functions[fn.id] === undefined) {
      this.#functions[fn.id] = "defined";
      outgoing.define.push({ id: fn.id, reference: fn.reference });
    }
    outgoing.add(job);
  }

  #send(): void {
    this.#added = 0;
    if (this.#closed) return;
    this.#slots?.wake();
    if (this.#outgoing) this.#postJobs(this.#outgoing);
    // The worker is on its way: what this takes nobody waits for.
    this.#slots?.listen();
  }

  #postJobs({ define, records, transfer, jobs }: Outgoing): void {
    this.#outgoing = undefined;
    const began = performance.now();
    try {
      this.#post({ type: "run", define, jobs: records }, transfer);
      const each = (performance.now() - began) / jobs.length;
      for (const { fn, calls } of jobs) fn.carriage = each > HEAVY ? each / calls : 0;
    } catch (error) {
      this.#sendSingly(records, define, error);
    }
  }

  /** The runtime refused a value that looked sound: only that one job fails. */
  #sendSingly(
    records: readonly unknown[],
    define: FunctionDefinition[],
    cause: unknown,
  ): void {
    const refusals: Refusal[] = [];
    this.#post({ type: "run", define, jobs: [] });
    readJobs(records, (record) => {
      const { cell } = record;
      // One that moves its buffers has a message of its own, and they may be detached already.
      if (this.#cells.at(cell)?.movesOnce) return void refusals.push({ cell, cause });
      const jobs: unknown[] = [];
      writeJob(jobs, record);
      try {
        this.#post({ type: "run", define: [], jobs });
      } catch (error) {
        refusals.push({ cell, cause: error });
      }
    });
    this.#refused(refusals);
  }
}
