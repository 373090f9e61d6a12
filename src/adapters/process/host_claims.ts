import { CELLS, type HostClaims } from "../../protocol/claims.ts";
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

/** Fields of a record, in numbers. */
const JOB = 0, ORDER = 1, STARTED = 2, ITEM = 3, FIELDS = RECORD_BYTES / 8;

/** The host's view of a child's cells; see `cell_file.ts`. */
export class HostFileClaims implements HostClaims {
  readonly buffer = null;
  readonly #file: CellFile;
  /** Milliseconds by which the host's clock is ahead of the child's. */
  #ahead = 0;
  #closed = false;
  readonly #records = new Float64Array(CELLS * FIELDS);
  readonly #mark = new Uint8Array(1);
  /** By cell: the job that was offered last, and whether the host's byte says that it was taken. */
  readonly #jobs = new Float64Array(CELLS);
  readonly #taken = new Uint8Array(CELLS);

  constructor(file: CellFile) {
    this.#file = file;
  }

  /** What the child's clock showed at a moment between two others of ours. */
  compareClocks(child: number, earliest: number, latest: number): void {
    // The same clock, as nearly always: nobody has set it between the starts of the two processes.
    if (child >= earliest && child <= latest) return;
    this.#ahead = child < earliest ? earliest - child : latest - child;
  }

  offer(cell: number, jobId: number): void {
    if (this.#jobs[cell] === jobId) {
      // It was here before, and its record must not be taken for a new one.
      this.#file.write(new Uint8Array(RECORD_BYTES), RECORDS + cell * RECORD_BYTES);
    }
    this.#jobs[cell] = jobId;
  }

  takeBack(cell: number): boolean {
    if (this.#closed) return !this.#hasBegun(cell);
    this.#writeMark(cell, WANTED);
    const begun = this.#hasBegun(cell);
    this.#writeMark(cell, begun ? NONE : TAKEN);
    this.#taken[cell] = begun ? 0 : 1;
    return !begun;
  }

  release(cell: number): void {
    if (this.#taken[cell] === 0) return;
    this.#taken[cell] = 0;
    if (!this.#closed) this.#writeMark(cell, NONE);
  }

  state(cell: number): "waiting" | "running" | "done" {
    if (!this.#hasBegun(cell)) return "waiting";
    if (this.#field(cell, STARTED) === DONE) return "done";
    this.#readRecords();
    // Jobs run one after the other: a later one that has begun tells that this one is through.
    const order = this.#field(cell, ORDER);
    for (let other = 0; other < CELLS; other++) {
      if (this.#field(other, ORDER) > order) return "done";
    }
    return "running";
  }

  startedAt(cell: number): number {
    this.#readRecord(cell);
    return this.#field(cell, STARTED) + this.#ahead;
  }

  currentItem(cell: number): number {
    return this.#hasBegun(cell) ? this.#field(cell, ITEM) : 0;
  }

  /** After the child's end: frames that it could not send any more. */
  lastWords(): Uint8Array {
    const size = new Uint32Array(1);
    this.#file.read(new Uint8Array(size.buffer), WORDS);
    const words = new Uint8Array(size[0]!);
    this.#file.read(words, WORDS + 4);
    return words;
  }

  /** The child is gone: what it wrote last stays known. */
  close(): void {
    if (this.#closed) return;
    this.#readRecords();
    this.#closed = true;
    this.#file.close();
  }

  #hasBegun(cell: number): boolean {
    this.#readRecord(cell);
    return this.#field(cell, JOB) === this.#jobs[cell];
  }

  #field(cell: number, field: number): number {
    return this.#records[cell * FIELDS + field]!;
  }

  #readRecord(cell: number): void {
    if (this.#closed) return;
    const record = new Uint8Array(this.#records.buffer, cell * RECORD_BYTES, RECORD_BYTES);
    this.#file.read(record, RECORDS + cell * RECORD_BYTES);
  }

  #readRecords(): void {
    if (!this.#closed) this.#file.read(new Uint8Array(this.#records.buffer), RECORDS);
  }

  #writeMark(cell: number, mark: number): void {
    this.#mark[0] = mark;
    this.#file.write(this.#mark, MARKS + cell);
  }
}
