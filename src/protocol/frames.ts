/**
 * How messages stand in a stream of bytes between processes.
 *
 *     number of the frame u32 │ bytes of the body u32 │ count of buffers u32 │ bytes of each u32 …
 *     body
 *     buffers, one after the other
 *
 * Large buffers stand beside the body, so that their bytes are copied neither into it nor out of it. A part
 * may also stand elsewhere: then its size has the highest bit set, and in the stream there is its place (u32).
 */

/** One message as bytes. */
export interface Frame {
  /** Counts the frames of one sender from 1. */
  readonly number: number;
  /** The serialised message, without its buffers. */
  readonly body: Uint8Array;
  /** The buffers that it refers to by their places. */
  readonly buffers: readonly ArrayBuffer[];
}

/** No part of a frame may be larger (bytes): runtimes cannot hold more in one piece of a stream. */
export const LARGEST_PART: number = 2 ** 31 - 1;

/** Set in the size of a part that stands elsewhere. */
const ELSEWHERE = 2 ** 31;

/** Words of the header before the sizes of the buffers. */
const FIXED_WORDS = 3;

/** Throws a `RangeError` for a part that is too large. */
export function checkPart(bytes: number): void {
  if (bytes <= LARGEST_PART) return;
  throw new RangeError(
    `${bytes} bytes are more than the 2 GiB that can go to another process`,
  );
}

/**
 * A frame as it stands in the stream: its header, and its parts.
 *
 * @param store puts a part elsewhere and returns its place, or `undefined`: then it stands in the stream
 */
export function frameParts(
  { number, body, buffers }: Frame,
  store?: (part: Uint8Array) => number | undefined,
): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const add = (part: Uint8Array): number => {
    const place = store?.(part);
    if (place === undefined) {
      if (part.byteLength > 0) parts.push(part);
      return part.byteLength;
    }
    parts.push(bytesOfWords([place]));
    return part.byteLength + ELSEWHERE;
  };
  const bodySize = add(body);
  const sizes = buffers.map((buffer) => add(new Uint8Array(buffer)));
  return [bytesOfWords([number, bodySize, sizes.length, ...sizes]), ...parts];
}

/** Words as this machine has them: the other process runs on it too. */
function bytesOfWords(words: readonly number[]): Uint8Array {
  return new Uint8Array(new Uint32Array(words).buffer);
}

/** Wherever in a piece they stand. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(new Uint8Array(bytes).buffer);
}

/** Brings a part that stands elsewhere; one that is `lent` is read before the next part is fetched. */
export type Fetch = (place: number, size: number, lent: boolean) => Uint8Array;

/** Puts frames together from the pieces in which a stream brings them. */
export class FrameReader {
  readonly #each: (frame: Frame) => void;
  readonly #fetch: Fetch;
  /** The part that is being read, where it came in more than one piece. */
  #part: Uint8Array | undefined;
  #filled = 0;
  /** Bytes of the part that is being read. */
  #size = 4 * FIXED_WORDS;
  /** What to do with it. */
  #take: (part: Uint8Array) => void = this.#takeHead;
  #number = 0;
  #bodySize = 0;
  #body: Uint8Array = new Uint8Array();
  #sizes: ArrayLike<number> = [];
  #buffers: ArrayBuffer[] = [];

  /**
   * @param each takes a frame; its body is only lent to it
   * @param fetch for the parts that stand elsewhere
   */
  constructor(
    each: (frame: Frame) => void,
    fetch: Fetch = refuse,
  ) {
    this.#each = each;
    this.#fetch = fetch;
  }

  /** Takes the next piece of the stream. */
  push(piece: Uint8Array): void {
    let at = 0;
    // A part may have no bytes at all.
    while (at < piece.byteLength || this.#size === 0) {
      const rest = piece.byteLength - at;
      if (this.#filled === 0 && rest >= this.#size && !this.#mustOwn) {
        const part = piece.subarray(at, at += this.#size);
        this.#take(part);
        continue;
      }
      const part = this.#part ??= new Uint8Array(this.#size);
      const count = Math.min(rest, this.#size - this.#filled);
      part.set(piece.subarray(at, at + count), this.#filled);
      at += count;
      this.#filled += count;
      if (this.#filled < this.#size) return;
      this.#part = undefined;
      this.#filled = 0;
      this.#take(part);
    }
  }

  /** A buffer becomes part of the message, so that it cannot be lent. */
  get #mustOwn(): boolean {
    return this.#take === this.#takeBuffer;
  }

  #expect(size: number, take: (part: Uint8Array) => void): void {
    if (size < ELSEWHERE) {
      this.#size = size;
      this.#take = take;
      return;
    }
    this.#size = 4;
    this.#take = (place) => {
      const at = wordsOf(place)[0]!;
      take.call(this, this.#fetch(at, size - ELSEWHERE, take === this.#takeBody));
    };
  }

  #takeHead(part: Uint8Array): void {
    const head = wordsOf(part), number = head[0]!, count = head[2]!;
    // Or a size out of thin air would be waited for, or allocated.
    if (this.#number && number !== (this.#number + 1) >>> 0) refuse();
    this.#number = number;
    this.#bodySize = head[1]!;
    this.#sizes = [];
    this.#buffers = [];
    if (count > 0) this.#expect(4 * count, this.#takeSizes);
    else this.#expect(this.#bodySize, this.#takeBody);
  }

  #takeSizes(part: Uint8Array): void {
    this.#sizes = wordsOf(part);
    this.#expect(this.#bodySize, this.#takeBody);
  }

  #takeBody(part: Uint8Array): void {
    // The piece that holds it goes when the buffers come.
    this.#body = this.#sizes.length > 0 ? part.slice() : part;
    this.#next();
  }

  #takeBuffer(part: Uint8Array): void {
    this.#buffers.push(part.buffer as ArrayBuffer);
    this.#next();
  }

  #next(): void {
    const size = this.#sizes[this.#buffers.length];
    if (size !== undefined) return this.#expect(size, this.#takeBuffer);
    const frame = { number: this.#number, body: this.#body, buffers: this.#buffers };
    this.#expect(4 * FIXED_WORDS, this.#takeHead);
    this.#each(frame);
  }
}

function refuse(): never {
  throw new RangeError("Cannot read frame: it is none of the other side");
}
