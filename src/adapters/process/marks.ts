/**
 * Marks in the output of a child: the child writes one where a job begins and where it ends, and the
 * host cuts the stream there. So output belongs to its job however it was written: by the console, by
 * a library, or by a process that the task started.
 *
 *     START, token (32 bytes), number of the job or 0 (8 bytes)
 */
import { concat } from "./bytes.ts";
import { TOKEN_BYTES } from "./cell_file.ts";

/** Rare in output, so that a mark is found at the speed of `indexOf`. */
const START = 0;
const NUMBER = 1 + TOKEN_BYTES;
const MARK_BYTES = NUMBER + 8;

/** The mark before the output of a job, or before what belongs to none. */
export function markOf(token: Uint8Array, jobId: number | undefined): Uint8Array {
  const mark = new Uint8Array(MARK_BYTES);
  mark[0] = START;
  mark.set(token, 1);
  new DataView(mark.buffer).setFloat64(NUMBER, jobId ?? 0);
  return mark;
}

/** Cuts one stream at its marks, which may come in pieces. */
export class MarkCutter {
  readonly #token: Uint8Array;
  readonly #take: (data: Uint8Array<ArrayBuffer>, jobId: number | undefined) => void;
  /** What may be the beginning of a mark. */
  #rest: Uint8Array = new Uint8Array();
  #jobId: number | undefined;
  /** Jobs whose output is complete. */
  ended = 0;

  /** @param take gets what is not marks, as copies, with the job to which it belongs */
  constructor(
    token: Uint8Array,
    take: (data: Uint8Array<ArrayBuffer>, jobId: number | undefined) => void,
  ) {
    this.#token = token;
    this.#take = take;
  }

  push(piece: Uint8Array): void {
    const bytes = this.#rest.byteLength > 0 ? concat([this.#rest, piece]) : piece;
    let from = 0;
    let at = bytes.indexOf(START);
    while (at >= 0) {
      if (!this.#isMark(bytes, at)) {
        at = bytes.indexOf(START, at + 1);
        continue;
      }
      if (at + MARK_BYTES > bytes.byteLength) break;
      this.#give(bytes, from, at);
      this.#pass(new DataView(bytes.buffer, bytes.byteOffset + at).getFloat64(NUMBER));
      from = at + MARK_BYTES;
      at = bytes.indexOf(START, from);
    }
    const end = at < 0 ? bytes.byteLength : at;
    this.#give(bytes, from, end);
    this.#rest = new Uint8Array(bytes.subarray(end));
  }

  /** The stream is through: what looked like the beginning of a mark was none. */
  end(): void {
    this.#give(this.#rest, 0, this.#rest.byteLength);
    this.#rest = new Uint8Array();
  }

  #pass(number: number): void {
    if (number === 0) this.ended++;
    this.#jobId = number === 0 ? undefined : number;
  }

  /** True for the beginning of a mark, too, where the bytes end. */
  #isMark(bytes: Uint8Array, at: number): boolean {
    const size = Math.min(TOKEN_BYTES, bytes.byteLength - at - 1);
    for (let i = 0; i < size; i++) if (bytes[at + 1 + i] !== this.#token[i]) return false;
    return true;
  }

  #give(bytes: Uint8Array, from: number, to: number): void {
    if (to > from) this.#take(new Uint8Array(bytes.subarray(from, to)), this.#jobId);
  }
}
