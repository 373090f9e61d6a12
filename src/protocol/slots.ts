/**
 * The slot lane: small calls and results in shared memory, without a message. README.md beside this file
 * has the state machine and says why no wake-up is lost.
 */
import { CELLS } from "./claims.ts";
import { type JobArgs, Outcome, type ReadArgs, unpackArgs } from "./messages.ts";
import { type TextMemory, ValueBytes } from "./slot_codec.ts";

/**
 * Bytes of a slot; a call or result that does not fit goes by message. An odd number of cache lines: with a
 * power of two the heads of all slots would share a few sets of the cache.
 */
const SLOT_BYTES = 17 * 64;
/** What stands in a slot before the values: see `#numbers` and `#elapsed` below. */
const HEADER_BYTES = 32;
/** In place of the number of arguments: they are a text. */
const TEXT = -1;
/** In the progress of a batch: the host has taken back what was not begun. */
const STOPPED = 1 << 30;
/** Cells and one mark for mail. */
const INBOX_SIZE = 2 * CELLS;
/** In the inbox: a message has been posted; in place of a cell. */
const MAIL = -1;

// Control words, each in a cache line of its own, as each has one writer at a time.
const INBOX_TAIL = 0,
  WORKER = 16,
  OUTBOX_TAIL = 32,
  HOST = 48,
  HOST_BELL = 64,
  MAIL_PENDING = 80,
  MAILS = 96;
const CONTROL_WORDS = 112;

/** A worker that looks sees calls in groups of so many: each look at a fresh word costs both sides. */
const SHOWN_AT = 16;

/** Added to the mode of a call that may be killed while it runs. */
export const RISKY_CALL = 8;

/** Where the worker looks for work. */
const ATTENTIVE = 0, SLEEPING = 1, PARKED = 2;
const HOST_AWAKE = 0, HOST_ASLEEP = 1;

const CONTROL_BYTES = CONTROL_WORDS * 4;
const INBOX_BYTES = INBOX_SIZE * 4;
const OUTBOX_BYTES = CELLS * 4;
const SLOTS_AT = CONTROL_BYTES + INBOX_BYTES + OUTBOX_BYTES;

/**
 * Makes text views of shared memory; see {@link TextMemory}.
 *
 * @example
 * ```ts
 * import { Buffer } from "node:buffer";
 * import type { TextMemory, WrapText } from "@pool/core";
 *
 * // For an adapter of threads: its property of this name turns slots on.
 * const wrapText: WrapText = (memory) => Buffer.from(memory) as unknown as TextMemory;
 * console.log(wrapText(new SharedArrayBuffer(8)).latin1Write("abc", 0, 3)); // 3
 * ```
 */
export type WrapText = (memory: SharedArrayBuffer) => TextMemory;

/** A call to be written into a slot. */
export interface WritableCall {
  readonly id: number;
  readonly fn: { readonly id: number };
  /** From the number of one call of a batch to that of the next. */
  readonly step: number;
  readonly args: JobArgs;
}

/** A call as it stands in a slot. */
export interface SlotCall {
  readonly functionId: number;
  readonly jobId: number;
  readonly mode: number;
  readonly step: number;
  readonly args: ReadArgs;
}

/** Both sides' view of the slots of one lane. A slot belongs to the cell of the same number. */
export class Slots {
  readonly memory: SharedArrayBuffer;
  readonly #control: Int32Array;
  readonly #inbox: Int32Array;
  readonly #outbox: Int32Array;
  /**
   * By slot: function, nothing, mode and number of arguments; later the outcome in place of the mode, and the
   * number of results. Behind `#elapsed`: the call of a batch that was begun last, and from the number of one
   * call to that of the next.
   */
  readonly #numbers: Int32Array;
  /** By slot: the number of the job, which grows beyond 32 bits; later the milliseconds that it took. */
  readonly #elapsed: Float64Array;
  readonly #values: ValueBytes;
  /** How far this side has read. */
  #read = 0;
  /** How far this side has written. */
  #written = 0;
  /** How many of the host's messages have come. */
  #mails = 0;
  /** Where the next result of a batch goes. */
  #resultsEnd = 0;

  constructor(wrapText: WrapText, memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#control = new Int32Array(memory, 0, CONTROL_WORDS);
    this.#inbox = new Int32Array(memory, CONTROL_BYTES, INBOX_SIZE);
    this.#outbox = new Int32Array(memory, CONTROL_BYTES + INBOX_BYTES, CELLS);
    this.#numbers = new Int32Array(memory, SLOTS_AT);
    this.#elapsed = new Float64Array(memory, SLOTS_AT);
    this.#values = new ValueBytes(memory, wrapText(memory));
  }

  /** The host's side of a new lane, whose worker has not come to its slots yet. */
  static create(wrapText: WrapText): Slots {
    const slots = new Slots(wrapText, new SharedArrayBuffer(SLOTS_AT + CELLS * SLOT_BYTES));
    slots.#control[WORKER] = PARKED;
    return slots;
  }

  // The host's side.

  /** Writes a call into its slot; false where it does not fit. It is not sent yet. */
  writeCall(cell: number, { id, fn, step, args }: WritableCall, mode: number): boolean {
    const start = SLOTS_AT + cell * SLOT_BYTES;
    const isText = typeof args === "string";
    const fits = isText
      ? this.#values.write(args, start + HEADER_BYTES, start + SLOT_BYTES)
      : this.#values.writeAll(args, start + HEADER_BYTES, start + SLOT_BYTES);
    if (!fits) return false;
    const at = cell * (SLOT_BYTES / 4);
    this.#numbers[at] = fn.id;
    this.#elapsed[cell * (SLOT_BYTES / 8) + 2] = id;
    this.#numbers[at + 2] = mode;
    this.#numbers[at + 3] = isText ? TEXT : args.length;
    this.#numbers[at + 6] = 0;
    this.#numbers[at + 7] = step;
    return true;
  }

  /** Sends a written call; {@link Slots.wakeWorker} must follow, and may be what shows it. */
  send(cell: number): void {
    this.#inbox[this.#written & (INBOX_SIZE - 1)] = cell;
    this.#written = (this.#written + 1) | 0;
    if (this.#written % SHOWN_AT === 0) this.#show();
  }

  #show(): void {
    Atomics.store(this.#control, INBOX_TAIL, this.#written);
  }

  /** A message was posted: a worker that is at its slots shall look. True as for `wakeWorker`. */
  announceMail(): boolean {
    Atomics.add(this.#control, MAILS, 1);
    if (Atomics.load(this.#control, WORKER) === PARKED) return false;
    if (Atomics.compareExchange(this.#control, MAIL_PENDING, 0, 1) !== 0) return false;
    this.send(MAIL);
    return this.wakeWorker();
  }

  /** Sees to it that the worker comes to what was sent. True where it must be called by a message. */
  wakeWorker(): boolean {
    this.#show();
    const state = Atomics.load(this.#control, WORKER);
    if (state === ATTENTIVE) return false;
    if (state === SLEEPING) {
      Atomics.notify(this.#control, INBOX_TAIL);
      return false;
    }
    return Atomics.compareExchange(this.#control, WORKER, PARKED, ATTENTIVE) === PARKED;
  }

  /** True when something is finished that was not read. */
  get hasDone(): boolean {
    return Atomics.load(this.#control, OUTBOX_TAIL) !== this.#read;
  }

  /** The next finished cell, or `undefined`. */
  nextDone(): number | undefined {
    if (!this.hasDone) return undefined;
    const cell = this.#outbox[this.#read & (CELLS - 1)]!;
    this.#read = (this.#read + 1) | 0;
    return cell;
  }

  /** How a finished cell ended. */
  outcome(cell: number): number {
    return this.#numbers[cell * (SLOT_BYTES / 4) + 2]!;
  }

  /** Milliseconds that it took. */
  elapsed(cell: number): number {
    return this.#elapsed[cell * (SLOT_BYTES / 8) + 2]!;
  }

  /** The result of a finished cell. */
  readResult(cell: number): unknown {
    return this.#values.read(SLOTS_AT + cell * SLOT_BYTES + HEADER_BYTES);
  }

  /** The results of the first calls of a batch; see {@link Slots.stopBatch} for how many there are. */
  readResults(cell: number, count = this.#numbers[cell * (SLOT_BYTES / 4) + 3]!): unknown[] {
    return this.#values.readAll(count, SLOTS_AT + cell * SLOT_BYTES + HEADER_BYTES);
  }

  /** Takes back the calls of a batch that were not begun; returns which one was begun last. */
  stopBatch(cell: number): number {
    return Atomics.or(this.#numbers, cell * (SLOT_BYTES / 4) + 6, STOPPED) & ~STOPPED;
  }

  /** Waits for the worker's bell; resolves at the next one after {@link Slots.sleep}. */
  hearBell(): Promise<unknown> {
    // The word never changes, so that the wait always begins before the flag is set.
    return Promise.resolve(Atomics.waitAsync(this.#control, HOST_BELL, 0).value);
  }

  /** Asks to be woken; false where there is something to read already. `hearBell` must come first. */
  sleep(): boolean {
    Atomics.store(this.#control, HOST, HOST_ASLEEP);
    if (!this.hasDone) return true;
    this.stayAwake();
    return false;
  }

  /** Asks not to be woken: this side looks by itself. */
  stayAwake(): void {
    Atomics.store(this.#control, HOST, HOST_AWAKE);
  }

  /** Lets go of a `hearBell` that nobody will ring. */
  silence(): void {
    Atomics.notify(this.#control, HOST_BELL);
  }

  // The worker's side.

  /** True when something was sent that was not taken. */
  get hasMore(): boolean {
    return Atomics.load(this.#control, INBOX_TAIL) !== this.#read;
  }

  /** The next cell that was sent, `"mail"`, or `undefined`. */
  take(): number | "mail" | undefined {
    if (!this.hasMore) return undefined;
    const cell = this.#inbox[this.#read & (INBOX_SIZE - 1)]!;
    this.#read = (this.#read + 1) | 0;
    if (cell !== MAIL) return cell;
    Atomics.store(this.#control, MAIL_PENDING, 0);
    return "mail";
  }

  /** The call in a slot. */
  readCall(cell: number): SlotCall {
    const at = cell * (SLOT_BYTES / 4);
    const count = this.#numbers[at + 3]!;
    const start = SLOTS_AT + cell * SLOT_BYTES + HEADER_BYTES;
    return {
      functionId: this.#numbers[at]!,
      jobId: this.elapsed(cell),
      mode: this.#numbers[at + 2]!,
      step: this.#numbers[at + 7]!,
      args: count === TEXT
        ? unpackArgs(this.#values.read(start) as string)
        : this.#values.readAll(count, start),
    };
  }

  /** Writes a result in place of the call; false where it does not fit. It is not sent yet. */
  writeResult(cell: number, result: unknown): boolean {
    const start = SLOTS_AT + cell * SLOT_BYTES;
    try {
      return this.#values.write(result, start + HEADER_BYTES, start + SLOT_BYTES);
    } catch {
      // A getter threw; the way by message says so, with its path.
      return false;
    }
  }

  /** Begins another call of a batch; false when the host has taken it back. */
  beginNext(cell: number, index: number): boolean {
    const at = cell * (SLOT_BYTES / 4) + 6;
    // Publishes the result of the call before.
    return Atomics.compareExchange(this.#numbers, at, index - 1, index) === index - 1;
  }

  /** Adds the result of a call of a batch, of which the first is 0; false where it does not fit. */
  addResult(cell: number, index: number, result: unknown): boolean {
    const start = SLOTS_AT + cell * SLOT_BYTES;
    if (index === 0) this.#resultsEnd = start + HEADER_BYTES;
    if (!this.#values.write(result, this.#resultsEnd, start + SLOT_BYTES)) return false;
    this.#resultsEnd = this.#values.end;
    return true;
  }

  /** Sends a batch of which so many calls are finished. */
  finishBatch(cell: number, count: number, elapsed: number): void {
    this.#numbers[cell * (SLOT_BYTES / 4) + 3] = count;
    this.finish(cell, Outcome.batch, elapsed);
  }

  /** Sends a finished cell. */
  finish(cell: number, outcome: number, elapsed: number): void {
    this.#numbers[cell * (SLOT_BYTES / 4) + 2] = outcome;
    this.#elapsed[cell * (SLOT_BYTES / 8) + 2] = elapsed;
    this.#outbox[this.#written & (CELLS - 1)] = cell;
    this.#written = (this.#written + 1) | 0;
    Atomics.store(this.#control, OUTBOX_TAIL, this.#written);
  }

  /** Wakes the host where it asked for that. */
  ringBell(): void {
    if (Atomics.load(this.#control, HOST) === HOST_AWAKE) return;
    if (Atomics.compareExchange(this.#control, HOST, HOST_ASLEEP, HOST_AWAKE) !== HOST_ASLEEP) {
      return;
    }
    Atomics.notify(this.#control, HOST_BELL);
  }

  /** A message came that the host had announced. */
  mailCame(): void {
    this.#mails = (this.#mails + 1) | 0;
  }

  /** An announced message has not come: only the event loop can bring it. */
  get expectsMail(): boolean {
    return Atomics.load(this.#control, MAILS) !== this.#mails;
  }

  /** Sleeps until something is sent, for at most so many milliseconds. Blocks the thread. */
  doze(milliseconds: number): void {
    Atomics.store(this.#control, WORKER, SLEEPING);
    // Mail that was announced while this side counted as parked has no mark in the inbox.
    if (!this.expectsMail) {
      // Not entered when something was sent meanwhile: the tail is the word that is compared.
      Atomics.wait(this.#control, INBOX_TAIL, this.#read, milliseconds);
    }
    Atomics.store(this.#control, WORKER, ATTENTIVE);
  }

  /** Goes away from the slots; false where something was sent meanwhile, and there is no need to. */
  park(): boolean {
    Atomics.store(this.#control, WORKER, PARKED);
    if (!this.hasMore) return true;
    // Where the host was faster, its message comes to a worker that is at work already: harmless.
    Atomics.compareExchange(this.#control, WORKER, PARKED, ATTENTIVE);
    return false;
  }
}
