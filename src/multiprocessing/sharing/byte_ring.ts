/**
 * Messages in a ring of shared memory, for one writer and one reader at a time: those who hold the
 * writer's and the reader's word. They need not be the same all the time.
 *
 *     frame = bytes of this part u32 │ flags │ tag │ bytes of the head u32 │ bytes behind it u32 │ 0 │ part
 *
 * Frames, and what is behind a head, begin at multiples of 8: V8 copies shared memory four times faster
 * where both sides are aligned alike.
 *
 * Head and tail are published by one store each: the tail after the bytes are there, the head after they
 * were copied out. So a writer that dies half-way leaves nothing, and a reader that dies before its store
 * has taken nothing. Both count bytes from the beginning, modulo 2^32.
 *
 * A message that is larger than half of the ring travels in parts, each a frame, and its reader makes room
 * for the next. A part that follows no first one belongs to a message whose reader died, a first part
 * that follows an unfinished message says that the writer of that died: what is left of them is dropped.
 */
import type { Message } from "./packer.ts";

/** Words before the data: each counter has a cache line of its own. */
const TAIL = 0, HEAD = 16, DATA = 32;

/** Words of a frame before its part. */
const SIZE = 0, FLAGS = 1, TAG = 2, HEAD_SIZE = 3, REST_SIZE = 4, FRAME = 6;

const FIRST = 1, LAST = 2;

/** Fewer bytes than this are copied faster one by one. */
const FEW = 48;

/** One per realm and memory. */
export class ByteRing {
  readonly memory: SharedArrayBuffer;
  /** Bytes of frames that fit; a power of two. */
  readonly capacity: number;
  readonly #words: Int32Array;
  readonly #frames: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.capacity = memory.byteLength - 4 * DATA;
    this.#words = new Int32Array(memory, 0, DATA);
    this.#frames = new Int32Array(memory, 4 * DATA);
    this.#bytes = new Uint8Array(memory, 4 * DATA);
  }

  /** A new ring; the system gives it memory as it is used. */
  static make(capacity: number = 1024 * 1024): ByteRing {
    return new ByteRing(new SharedArrayBuffer(4 * DATA + capacity));
  }

  /** Where the next frame begins; the same number comes again after 4 GiB. */
  get tail(): number {
    return Atomics.load(this.#words, TAIL);
  }

  /** Where the next frame to be read begins. */
  get head(): number {
    return Atomics.load(this.#words, HEAD);
  }

  /** Bytes of frames that wait. */
  get used(): number {
    // The head first: it never passes the tail.
    const head = this.head;
    return (this.tail - head) >>> 0;
  }

  get isEmpty(): boolean {
    return this.used === 0;
  }

  /** The tag of the next message; of no meaning where there is none. */
  get nextTag(): number {
    return this.#frames[this.#wordAt(this.head) + TAG & this.#frames.length - 1]!;
  }

  /** Bytes of a message that would be written now: all that are left, those of a part, or 0. */
  sizeNow({ length, headLength }: Message, sent: number): number {
    const left = length - sent;
    const room = this.capacity - this.used - 4 * FRAME - (sent === 0 ? -headLength & 7 : 0);
    if (left <= room) return left;
    if (length + 4 * FRAME + 14 <= this.capacity / 2 || room < this.capacity / 4) return 0;
    const head = sent === 0 && headLength <= room ? headLength : 0;
    return head + (room - head & ~7);
  }

  /**
   * Writes a message, or its next part where it is larger than half of the ring.
   * @param tag a number for the reader, with all parts
   * @param sent bytes that were written before
   * @returns bytes that are written now; the same as `sent` where there is no room
   */
  write(message: Message, tag: number, sent: number): number {
    const size = this.sizeNow(message, sent);
    if (size === 0) return sent;
    const frames = this.#frames, mask = frames.length - 1;
    const { length, headLength } = message;
    const end = sent + size;
    const gap = gapOf(sent === 0, headLength, size);
    const tail = this.tail;
    const at = this.#wordAt(tail);
    frames[at + SIZE & mask] = size;
    frames[at + FLAGS & mask] = (sent === 0 ? FIRST : 0) | (end === length ? LAST : 0);
    frames[at + TAG & mask] = tag;
    frames[at + HEAD_SIZE & mask] = headLength;
    frames[at + REST_SIZE & mask] = length - headLength;
    this.#copyIn(message, sent, end, tail + 4 * FRAME, gap);
    Atomics.store(this.#words, TAIL, tail + frameSize(size + gap) | 0);
    return end;
  }

  /** Whether the message at this position waits, and its last part is not there; its last frame is lent. */
  isUnfinished(position: number, frame: Frame): boolean {
    const used = this.used;
    let at = position - this.head >>> 0;
    let next = position;
    if (at >= used) return false;
    while (at < used && this.peek(frame, next)) {
      if (frame.last) return false;
      if (frame.first && next !== position) return false;
      next = this.#behind(frame);
      at += frameSize(frame.size + frame.gap);
    }
    return true;
  }

  /** Takes back what was written from this position on, as the only one who writes and reads. */
  rewind(position: number): void {
    Atomics.store(this.#words, TAIL, position);
  }

  /** @ignore for {@linkcode RingReader} */
  peek(frame: Frame, position: number = this.head): boolean {
    if (position === this.tail) return false;
    const frames = this.#frames, mask = frames.length - 1;
    const at = this.#wordAt(position);
    const flags = frames[at + FLAGS & mask]!;
    frame.position = position;
    frame.size = frames[at + SIZE & mask]!;
    frame.first = (flags & FIRST) !== 0;
    frame.last = (flags & LAST) !== 0;
    frame.tag = frames[at + TAG & mask]!;
    frame.headLength = frames[at + HEAD_SIZE & mask]!;
    frame.restLength = frames[at + REST_SIZE & mask]! >>> 0;
    frame.gap = gapOf(frame.first, frame.headLength, frame.size);
    return true;
  }

  /** @ignore Copies bytes of a frame's part to where they go. */
  copyOut(frame: Frame, from: number, to: Uint8Array, at: number, count: number): void {
    const bytes = this.#bytes, mask = bytes.length - 1;
    const start = placeOf(frame, from) & mask;
    if (count <= FEW) {
      for (let i = 0; i < count; i++) to[at + i] = bytes[start + i & mask]!;
      return;
    }
    const untilEnd = Math.min(count, bytes.length - start);
    to.set(bytes.subarray(start, start + untilEnd), at);
    if (untilEnd < count) to.set(bytes.subarray(0, count - untilEnd), at + untilEnd);
  }

  /** @ignore A copy of bytes of a frame's part. */
  sliceOut(frame: Frame, from: number, count: number): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes;
    const start = placeOf(frame, from) & bytes.length - 1;
    // Memory that is copied into is not cleared first.
    if (start + count <= bytes.length) return new Uint8Array(bytes.subarray(start, start + count));
    const copy = new Uint8Array(count);
    this.copyOut(frame, from, copy, 0, count);
    return copy;
  }

  /** @ignore The bytes of a frame are not needed any more; false where somebody else has taken it. */
  pass(frame: Frame): boolean {
    const { position } = frame;
    return Atomics.compareExchange(this.#words, HEAD, position, this.#behind(frame)) === position;
  }

  #behind({ position, size, gap }: Frame): number {
    return position + frameSize(size + gap) | 0;
  }

  #wordAt(position: number): number {
    return position >>> 2 & this.#frames.length - 1;
  }

  #copyIn(message: Message, from: number, end: number, position: number, gap: number): void {
    const { head, headLength, rest } = message;
    let at = position - from;
    this.#copyPart(head, headLength, from, end, at);
    at += headLength + gap;
    from -= headLength;
    end -= headLength;
    for (let i = 0; i < rest.length && end > 0; i++) {
      const part = rest[i]!;
      this.#copyPart(part, part.length, from, end, at);
      at += part.length;
      from -= part.length;
      end -= part.length;
    }
  }

  /** Copies what of a part of `length` bytes lies in a range, where byte 0 belongs at a position. */
  #copyPart(part: Uint8Array, length: number, from: number, end: number, position: number): void {
    const first = Math.max(from, 0), last = Math.min(end, length);
    const count = last - first;
    if (count <= 0) return;
    const bytes = this.#bytes, mask = bytes.length - 1;
    const start = position + first & mask;
    if (count <= FEW) {
      for (let i = 0; i < count; i++) bytes[start + i & mask] = part[first + i]!;
      return;
    }
    const untilEnd = Math.min(count, bytes.length - start);
    bytes.set(part.subarray(first, first + untilEnd), start);
    if (untilEnd < count) bytes.set(part.subarray(first + untilEnd, last), 0);
  }
}

/** A frame as it stands in the ring. */
export class Frame {
  position = 0;
  size = 0;
  first = false;
  last = false;
  tag = 0;
  headLength = 0;
  restLength = 0;
  /** Bytes between the head and what is behind it. */
  gap = 0;
}

/** Bytes of a frame with a part of so many. */
function frameSize(size: number): number {
  return 4 * FRAME + (size + 7 & ~7);
}

/** What is behind a head begins at a multiple of 8, where both are in one frame. */
function gapOf(first: boolean, headLength: number, size: number): number {
  return first && headLength <= size ? -headLength & 7 : 0;
}

/** Where a byte of a frame's part stands. */
function placeOf({ position, first, headLength, gap }: Frame, from: number): number {
  return position + 4 * FRAME + from + (first && from >= headLength ? gap : 0);
}
