/**
 * Values as bytes, for memory that threads share: any value that `encode` takes, exact as structured
 * clone would make it.
 *
 *     small values      by the codec of the slots        head
 *     plain objects     as their JSON text               head
 *     bytes             as they are                      head │ the bytes of the caller
 *     everything else   by the runtime's own format      head │ body, large buffers
 *
 * What is behind the head is read where it stands, so that large bytes are copied once, to where they go.
 */
import { runtimeCodec, wrapText } from "../../adapters/services.ts";
import { isDetached } from "../../protocol/buffers.ts";
import { encode } from "../../protocol/encode.ts";
import { exactJson } from "../../protocol/exact_json.ts";
import { realm } from "../../protocol/realm.ts";
import { revive } from "../../protocol/revive.ts";
import { type TextMemory, typedArrays, ValueBytes } from "../../protocol/slot_codec.ts";

/** A value as bytes. */
export interface Message {
  /** Its first {@linkcode Message.headLength} bytes are the message's. */
  readonly head: Uint8Array;
  /** At least 1. */
  readonly headLength: number;
  /** What follows. */
  readonly rest: readonly Uint8Array[];
  /** Bytes of all of it. */
  readonly length: number;
  /** What `encode` made of a value with marks, such as handles. */
  readonly copy?: unknown;
}

/** Bytes of a head; it holds most messages whole. */
export const LARGEST_HEAD = 64 * 1024;

/** Plain objects that need more bytes are copied faster as JSON. */
const SMALL = 256;

/** First byte of a head. */
const VALUE = 0, ASCII = 1, UTF8 = 2, BARE = 3, RUNTIME = 4, MARKED = 5;

const NOTHING: readonly Uint8Array[] = [];

/** The first is no typed array. */
const bareTypes = ["ArrayBuffer", ...typedArrays.map(({ name }) => name)];

/** Packs and unpacks, one value at a time; each has 64 KiB of memory. */
export class Packer implements Message {
  readonly head: Uint8Array = new Uint8Array(LARGEST_HEAD);
  headLength = 0;
  rest: readonly Uint8Array[] = NOTHING;
  copy: unknown;
  #restLength = 0;
  readonly #view = new DataView(this.head.buffer);
  readonly #text: TextMemory;
  readonly #values: ValueBytes;
  /** Packs what is sent while a value is read: by a getter, or by `encode` of a class. */
  #inner: Packer | undefined;
  #busy = false;
  #lastWasJson = false;

  constructor() {
    // It does not ask what kind of memory it has.
    const memory = this.head.buffer as unknown as SharedArrayBuffer;
    this.#text = wrapText(memory);
    this.#values = new ValueBytes(memory, this.#text);
  }

  get length(): number {
    return this.headLength + this.#restLength;
  }

  /**
   * The bytes of a value, lent until the next call of this packer. `root` names it in the
   * `MaybeEncodingError` of what cannot be sent.
   */
  pack(value: unknown, root: string): Message {
    if (this.#busy) return (this.#inner ??= new Packer()).pack(value, root);
    this.#busy = true;
    try {
      this.#pack(value, root);
    } finally {
      this.#busy = false;
    }
    return this;
  }

  /** The message that was packed last, for later, and for messages: what is the caller's is copied. */
  keep(): Message {
    const { headLength, length } = this;
    const isCallers = this.head[0] === BARE;
    // Bun 1.4 serialises into shared memory.
    const rest = this.rest.map((part) =>
      isCallers || !(part.buffer instanceof ArrayBuffer) ? new Uint8Array(part) : part
    );
    return { head: this.head.slice(0, headLength), headLength, rest, length };
  }

  /** Keeps nothing of the last message alive. */
  forget(): void {
    this.rest = NOTHING;
    this.copy = undefined;
  }

  /**
   * The value of a message whose head is in {@linkcode Packer.head} again.
   * @param rest what was behind the head; becomes part of the value
   */
  unpack(headLength: number, rest: Uint8Array<ArrayBuffer> | undefined): unknown {
    const { head } = this;
    switch (head[0]) {
      case VALUE:
        return this.#values.read(1);
      case ASCII:
        return JSON.parse(this.#text.latin1Slice(1, headLength));
      case UTF8:
        return JSON.parse(decoder.decode(head.subarray(1, headLength)));
      case BARE: {
        const buffer = rest?.buffer ?? new ArrayBuffer(0);
        const type = typedArrays[head[1]! - 1];
        return type ? new type(buffer) : buffer;
      }
      default:
        return this.#unpackRuntimes(headLength, rest!);
    }
  }

  #pack(value: unknown, root: string): void {
    this.rest = NOTHING;
    this.copy = undefined;
    this.#restLength = 0;
    if (typeof value === "object" && value !== null) {
      // What comes next is mostly like what came last.
      if (!this.#lastWasJson && this.#packValue(value, SMALL)) return;
      this.#lastWasJson = this.#packJson(value);
      if (this.#lastWasJson || this.#packBare(value)) return;
    }
    if (!this.#packValue(value, LARGEST_HEAD)) this.#packRuntimes(value, root);
  }

  #packValue(value: unknown, end: number): boolean {
    try {
      if (!this.#values.write(value, 1, end)) return false;
    } catch {
      // A getter threw: `encode` says so, with its path.
      return false;
    }
    this.head[0] = VALUE;
    this.headLength = this.#values.end;
    return true;
  }

  #packJson(value: object): boolean {
    const text = exactJson(value);
    if (text === undefined || text.length >= LARGEST_HEAD) return false;
    const { read, written } = encoder.encodeInto(text, this.head.subarray(1));
    this.head[0] = written === text.length ? ASCII : UTF8;
    this.headLength = 1 + written;
    return read === text.length;
  }

  #packBare(value: object): boolean {
    const type = bareTypeOf(value);
    if (type < 0) return false;
    const { buffer, byteOffset, byteLength } = viewOf(value);
    if (isDetached(buffer)) return false;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    this.head[0] = BARE;
    this.head[1] = type;
    this.headLength = 2;
    this.#append([bytes]);
    return true;
  }

  #packRuntimes(value: unknown, root: string): void {
    const encoded = encode(value, root, { shared: false });
    let { body, buffers } = codec.pack(encoded.value, encoded.transfer);
    if (6 + 4 * buffers.length > LARGEST_HEAD) {
      ({ body, buffers } = codec.pack(encoded.value, undefined));
    }
    this.copy = encoded.marked ? encoded.value : undefined;
    this.head[0] = encoded.marked ? MARKED : RUNTIME;
    this.headLength = 5 + 4 * buffers.length;
    this.#view.setUint32(1, body.byteLength, true);
    buffers.forEach((buffer, i) => this.#view.setUint32(5 + 4 * i, buffer.byteLength, true));
    this.#append([body, ...buffers.map((buffer) => new Uint8Array(buffer))]);
  }

  #append(rest: readonly Uint8Array[]): void {
    this.rest = rest;
    for (const part of rest) this.#restLength += part.byteLength;
  }

  #unpackRuntimes(headLength: number, rest: Uint8Array<ArrayBuffer>): unknown {
    const marked = this.head[0] === MARKED;
    let at = this.#view.getUint32(1, true);
    const body = rest.subarray(0, at);
    const buffers: ArrayBuffer[] = [];
    for (let i = 5; i < headLength; i += 4) {
      buffers.push(rest.slice(at, at += this.#view.getUint32(i, true)).buffer);
    }
    const value = codec.unpack({ body, buffers });
    return marked ? revive(value) : value;
  }
}

/** A message of two parts. */
export function messageOf(head: Uint8Array, rest: Uint8Array | undefined): Message {
  const headLength = head.length;
  return { head, headLength, rest: rest ? [rest] : [], length: headLength + (rest?.length ?? 0) };
}

/** A message that lasts: a copy of what is only lent. */
export function keptOf(message: Message): Message {
  return message instanceof Packer ? message.keep() : message;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const codec = runtimeCodec();

/** Place in the list of a buffer, or of a view that no other part of a message can share; else -1. */
function bareTypeOf(value: object): number {
  const isView = ArrayBuffer.isView(value);
  if (!isView && !(value instanceof ArrayBuffer)) return -1;
  const buffer = isView ? value.buffer : value;
  const { resizable } = buffer as { readonly resizable?: boolean };
  if (!(buffer instanceof ArrayBuffer) || resizable) return -1;
  if (realm.classesByPrototype.has(Object.getPrototypeOf(value))) return -1;
  // The tag of a typed array names its element type also for subclasses such as Buffer.
  const name = isView ? (value as Uint8Array)[Symbol.toStringTag] : "ArrayBuffer";
  return bareTypes.indexOf(name);
}

function viewOf(value: object): ArrayBufferView<ArrayBuffer> {
  if (!(value instanceof ArrayBuffer)) return value as ArrayBufferView<ArrayBuffer>;
  return { buffer: value, byteOffset: 0, byteLength: value.byteLength };
}
