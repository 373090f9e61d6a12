/**
 * The states of jobs in a file, as processes share no memory. Both sides read and write it by system
 * calls at a place (0.5 to 1.4 µs each, on all three runtimes), which the system's page cache makes
 * seen by the other side at once. The file is removed as soon as both have it open.
 *
 *     token │ what is captured │ a record for each cell, the child's │ a byte for each cell, the host's │
 *     two rings for large parts of messages, see parcels.ts │ last words
 *
 * There is no compare-and-swap in files. Who has a job is settled as in Dekker's algorithm: each side
 * writes what it wants before it looks at what the other one wants, so that at least one of the two
 * sees the other. When both do, the host gives way:
 *
 *     child: writes the record, reads the host's byte:
 *            NONE → runs it, TAKEN → passes it, WANTED → looks again in a moment
 *     host:  writes WANTED, reads the record:
 *            of this job → writes NONE, it has begun; else → writes TAKEN, it is ours
 */
import { CELLS } from "../../protocol/claims.ts";
import { fs } from "../builtins.ts";

/** Bytes by which the child shows that it is the one that was started. */
export const TOKEN_BYTES = 32;
/** `jobId, order, startedAt, item` as numbers of 8 bytes. */
export const RECORD_BYTES = 32;
/** Two bytes: whether the child's stdout is captured by job, and its stderr. */
export const CAPTURED: number = TOKEN_BYTES;
/** Where the records begin. */
export const RECORDS: number = CAPTURED + 8;
/** Where the host's bytes begin. */
export const MARKS: number = RECORDS + CELLS * RECORD_BYTES;
/** Bytes of a ring; the file takes up as much of it as was ever used. */
export const RING: number = 8 * 1024 * 1024;
/** Bytes before a ring: a page of its own. */
export const RING_HEAD = 4096;
/** Where the rings begin, at a page of their own. */
export const PARCELS: number = Math.ceil((MARKS + CELLS) / RING_HEAD) * RING_HEAD;
/** Where the last words begin, if there are any: their size in 4 bytes, then frames. */
export const WORDS: number = PARCELS + 2 * (RING_HEAD + RING);

/** As `startedAt`: the job is through. */
export const DONE: number = -Infinity;

/** The host's bytes. */
export const NONE = 0, WANTED = 1, TAKEN = 2;

/** A file that two processes have open. */
export class CellFile {
  readonly #fs = fs();
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Makes the file; nobody else may read it. */
  static create(path: string, token: Uint8Array): CellFile {
    const file = new CellFile(fs().openSync(path, "wx+", 0o600));
    file.write(token, 0);
    file.write(new Uint8Array(PARCELS - TOKEN_BYTES), TOKEN_BYTES);
    return file;
  }

  /** Opens the file that the other process has made. */
  static open(path: string): CellFile {
    return new CellFile(fs().openSync(path, "r+"));
  }

  read(into: Uint8Array, position: number): void {
    for (let at = 0; at < into.byteLength;) {
      const count = this.#fs.readSync(
        this.#descriptor,
        into,
        at,
        into.byteLength - at,
        position + at,
      );
      if (count === 0) return;
      at += count;
    }
  }

  write(bytes: Uint8Array, position: number): void {
    for (let at = 0; at < bytes.byteLength;) {
      at += this.#fs.writeSync(this.#descriptor, bytes, at, bytes.byteLength - at, position + at);
    }
  }

  close(): void {
    this.#fs.closeSync(this.#descriptor);
  }
}
