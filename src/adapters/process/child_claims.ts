import type { WorkerClaims } from "../../protocol/claims.ts";
import { performance } from "../../protocol/timers.ts";
import {
  type CellFile,
  DONE,
  MARKS,
  NONE,
  RECORD_BYTES,
  RECORDS,
  TAKEN,
  WANTED,
  WORDS,
} from "./cell_file.ts";

/** Items that take less (ms) are announced several at a time: a system call each would cost more. */
const SHORT = 0.02;
/** Most items that are announced at a time. */
const LARGEST_WINDOW = 4096;
/** A host that has wanted a job for so long (ms) without taking it is stopped, or gone. */
const LONGEST_WISH = 10_000;

/** The child's view of its cells; see `cell_file.ts`. */
export class ChildFileClaims implements WorkerClaims {
  readonly #file: CellFile;
  readonly #giveUp: () => void;
  readonly #record = new Float64Array(RECORD_BYTES / 8);
  readonly #recordBytes = new Uint8Array(this.#record.buffer);
  readonly #mark = new Uint8Array(1);
  readonly #sleep = new Int32Array(new SharedArrayBuffer(4));
  #order = 0;
  #cell = 0;
  #item = 0;
  /** Items below this one are announced as begun. */
  #announced = 1;
  #window = 1;
  #announcedAt = 0;

  /** @param giveUp ends this process: its host does not answer */
  constructor(file: CellFile, giveUp: () => void) {
    this.#file = file;
    this.#giveUp = giveUp;
  }

  claim(cell: number, now: number, jobId: number): boolean {
    this.#cell = cell;
    this.#item = 0;
    this.#announced = this.#window = 1;
    this.#record[0] = jobId;
    this.#record[1] = ++this.#order;
    this.#record[2] = now;
    this.#record[3] = 0;
    this.#writeRecord();
    return this.#awaitMark() === NONE;
  }

  startAt(_cell: number, time: number): void {
    this.#record[2] = time;
    this.#writeRecord();
  }

  /**
   * When the child is killed, no item that was announced runs again, and all others do: with items of
   * microseconds that costs some that were not begun, but none runs twice.
   */
  beginItem(_cell: number, item: number): void {
    this.#item = item;
    if (item < this.#announced) return;
    const now = performance.now();
    const short = item > 1 && now - this.#announcedAt < SHORT;
    this.#window = short ? Math.min(this.#window * 2, LARGEST_WINDOW) : 1;
    this.#announcedAt = now;
    this.#announced = item + this.#window;
    this.#record[3] = this.#announced - 1;
    this.#writeRecord();
  }

  /** A later job, or the reply, tells that it is through; the record where the host may ask before. */
  finish(cell: number, limited: boolean): void {
    if (limited) this.startAt(cell, DONE);
  }

  /**
   * The process ends by itself: says exactly how far it came, and what it could not send; false where the disk
   * has no room for that.
   */
  leave(frames: readonly Uint8Array[]): boolean {
    if (this.#record[3] !== this.#item) {
      this.#record[3] = this.#item;
      this.#writeRecord();
    }
    if (frames.length === 0) return true;
    let at = WORDS + 4;
    try {
      for (const bytes of frames) {
        this.#file.write(bytes, at);
        at += bytes.byteLength;
      }
      const size = new Uint32Array([at - WORDS - 4]);
      this.#file.write(new Uint8Array(size.buffer), WORDS);
      return true;
    } catch {
      return false;
    }
  }

  #writeRecord(): void {
    this.#file.write(this.#recordBytes, RECORDS + this.#cell * RECORD_BYTES);
  }

  /** The host decides within microseconds, unless it is stopped. */
  #awaitMark(): number {
    for (let tries = 0;; tries++) {
      this.#file.read(this.#mark, MARKS + this.#cell);
      const mark = this.#mark[0]!;
      if (mark !== WANTED) return mark;
      if (tries > 10) Atomics.wait(this.#sleep, 0, 0, 1);
      if (tries > LONGEST_WISH) {
        this.#giveUp();
        return TAKEN;
      }
    }
  }
}
