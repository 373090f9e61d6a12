import { type ByteRing, Frame } from "./byte_ring.ts";

/** What a step of a reader has found. */
export type Found =
  /** There is no frame. */
  | "nothing"
  /** The first parts of a message; the others are to come. */
  | "part"
  /** A message. */
  | "message";

/** Reads the messages of a ring, as one realm that holds the reader's word. */
export class RingReader {
  /** The tag of the message that was found, also while its parts come. */
  tag = 0;
  /** Where its first frame stood. */
  position = 0;
  /** Bytes of its head, which is in the memory given to the reader. */
  headLength = 0;
  /** What is behind the head. */
  rest: Uint8Array<ArrayBuffer> | undefined;
  readonly #ring: ByteRing;
  readonly #head: Uint8Array;
  readonly #frame = new Frame();
  /** Head of a message that comes in parts: others use the memory in between. */
  #kept: Uint8Array | undefined;
  #filled = 0;

  /** @param head where heads go: at least as long as the longest */
  constructor(ring: ByteRing, head: Uint8Array) {
    this.#ring = ring;
    this.#head = head;
  }

  /** Whether parts of a message were read and others are to come. */
  get isMidway(): boolean {
    return this.#kept !== undefined;
  }

  /** Forgets the parts of a message whose others will not come. */
  drop(): void {
    this.#kept = undefined;
    this.rest = undefined;
  }

  /** Reads as far as there are frames, and not more than one message. */
  read(): Found {
    const ring = this.#ring, frame = this.#frame;
    while (ring.peek(frame)) {
      if (frame.first) {
        if (frame.last) return this.#readWhole(frame);
        this.#begin(frame);
      } else if (!this.isMidway) {
        ring.pass(frame);
        continue;
      }
      this.#readPart(frame);
      if (!ring.pass(frame)) this.drop();
      else if (frame.last) return this.#finish();
    }
    return this.isMidway ? "part" : "nothing";
  }

  #readWhole(frame: Frame): Found {
    const { headLength, restLength } = frame;
    this.#kept = undefined;
    this.#ring.copyOut(frame, 0, this.#head, 0, headLength);
    this.rest = restLength > 0 ? this.#ring.sliceOut(frame, headLength, restLength) : undefined;
    this.#note(frame);
    return this.#ring.pass(frame) ? "message" : "nothing";
  }

  #note({ tag, position, headLength }: Frame): void {
    this.tag = tag;
    this.position = position;
    this.headLength = headLength;
  }

  #begin(frame: Frame): void {
    this.#note(frame);
    this.#kept = new Uint8Array(frame.headLength);
    this.rest = new Uint8Array(frame.restLength);
    this.#filled = 0;
  }

  #readPart(frame: Frame): void {
    const { size } = frame;
    const head = Math.max(0, Math.min(size, this.headLength - this.#filled));
    if (head > 0) this.#ring.copyOut(frame, 0, this.#kept!, this.#filled, head);
    const at = this.#filled + head - this.headLength;
    if (size > head) this.#ring.copyOut(frame, head, this.rest!, at, size - head);
    this.#filled += size;
  }

  #finish(): Found {
    this.#head.set(this.#kept!);
    this.#kept = undefined;
    return "message";
  }
}
