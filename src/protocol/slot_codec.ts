/**
 * Small values as bytes in shared memory. Exact on round trip for what it takes; what it does not take
 * (see {@link ValueBytes.write}) goes by messages.
 *
 *     value = tag, then: int32 4 | float64 8 | date 8 | bigint64 8 | length 2 + text
 *                       | count 2 + values | count 2 + (key text, value)…  | length 2 + type 1 + bytes
 */

/**
 * Bytes as text, natively: what Node's `Buffer` does on all three runtimes.
 *
 * @example
 * ```ts
 * import { Buffer } from "node:buffer";
 * import type { TextMemory } from "@pool/core";
 *
 * const text = Buffer.from(new SharedArrayBuffer(16)) as unknown as TextMemory;
 * const bytes = text.latin1Write("hello", 0, 5);
 * console.log(text.latin1Slice(0, bytes)); // hello
 * ```
 */
export interface TextMemory {
  /** Reads bytes as Latin-1. */
  latin1Slice(start: number, end: number): string;
  /** Writes text as Latin-1; returns the number of bytes. */
  latin1Write(text: string, offset: number, length: number): number;
}

const UNDEFINED = 0, NULL = 1, TRUE = 2, FALSE = 3, INT32 = 4, FLOAT64 = 5, LATIN1 = 6, UTF16 = 7;
const BIGINT = 8, DATE = 9, ARRAY = 10, OBJECT = 11, TYPED = 12;

/** From this length on the native way to read and write text is faster than a loop. */
const NATIVE_TEXT = 12;
/** Deeper values go by messages. */
const DEEPEST = 16;
/** Values of more objects go by messages: whether one stands twice is looked up in a list. */
const MOST_OBJECTS = 48;

/** Their order is known to both sides. */
export const typedArrays = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

/** Reads and writes values in one memory. */
export class ValueBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #text: TextMemory;
  #at = 0;
  #end = 0;
  /** Objects and buffers that were written: a second place for one would make two of it. */
  readonly #seen: object[] = [];

  constructor(memory: SharedArrayBuffer, text: TextMemory) {
    this.#bytes = new Uint8Array(memory);
    this.#view = new DataView(memory);
    this.#text = text;
  }

  /**
   * Writes a value from byte `start` on. False where it does not fit before `end`, or is of another kind
   * than: undefined, null, booleans, numbers, bigints of 64 bits, strings, dates, typed arrays, and arrays
   * without holes and plain objects of these, in which no object stands twice.
   */
  write(value: unknown, start: number, end: number): boolean {
    this.#begin(start, end);
    const written = this.#write(value, 0);
    this.#forget();
    return written;
  }

  /** Writes several values as {@link write} does one. */
  writeAll(values: ArrayLike<unknown>, start: number, end: number): boolean {
    this.#begin(start, end);
    let i = 0;
    while (i < values.length && this.#write(values[i], 0)) i++;
    this.#forget();
    return i === values.length;
  }

  /** Behind the last byte that was written. */
  get end(): number {
    return this.#at;
  }

  /** Reads what `write` wrote. */
  read(start: number): unknown {
    this.#at = start;
    return this.#read();
  }

  /** Reads what `writeAll` wrote. */
  readAll(count: number, start: number): unknown[] {
    this.#at = start;
    const values: unknown[] = [];
    for (let i = 0; i < count; i++) values.push(this.#read());
    return values;
  }

  #begin(start: number, end: number): void {
    this.#at = start;
    this.#end = end;
    // A getter threw the last time.
    this.#forget();
  }

  /** Nothing of a value is kept alive here. */
  #forget(): void {
    if (this.#seen.length > 0) this.#seen.length = 0;
  }

  /** False where it stands twice, or there are too many to tell. */
  #isNew(object: object): boolean {
    return !this.#seen.includes(object) && this.#seen.push(object) <= MOST_OBJECTS;
  }

  #write(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case "number":
        return this.#writeNumber(value);
      case "string":
        return this.#writeString(value);
      case "boolean":
        return this.#writeTag(value ? TRUE : FALSE, 0);
      case "undefined":
        return this.#writeTag(UNDEFINED, 0);
      case "bigint":
        return this.#writeBigInt(value);
      case "object":
        return value === null ? this.#writeTag(NULL, 0) : this.#writeObject(value, depth);
      default:
        return false;
    }
  }

  /** Writes a tag where `more` bytes fit behind it too. */
  #writeTag(tag: number, more: number): boolean {
    if (this.#at + 1 + more > this.#end) return false;
    this.#bytes[this.#at++] = tag;
    return true;
  }

  /** Writes a tag and a count where `more` bytes fit behind them too. */
  #writeCount(tag: number, count: number, more: number): boolean {
    if (count > 65535 || !this.#writeTag(tag, 2 + more)) return false;
    this.#view.setUint16(this.#at, count, true);
    this.#at += 2;
    return true;
  }

  #writeNumber(value: number): boolean {
    if ((value | 0) === value && !Object.is(value, -0)) {
      if (!this.#writeTag(INT32, 4)) return false;
      this.#view.setInt32(this.#at, value, true);
      this.#at += 4;
      return true;
    }
    if (!this.#writeTag(FLOAT64, 8)) return false;
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
    return true;
  }

  #writeBigInt(value: bigint): boolean {
    if (BigInt.asIntN(64, value) !== value || !this.#writeTag(BIGINT, 8)) return false;
    this.#view.setBigInt64(this.#at, value, true);
    this.#at += 8;
    return true;
  }

  #writeString(text: string): boolean {
    const { length } = text;
    if (!this.#writeCount(LATIN1, length, length)) return false;
    const start = this.#at;
    if (length >= NATIVE_TEXT) {
      if (!isLatin1(text)) return this.#writeUtf16(text);
      this.#text.latin1Write(text, start, length);
    } else {
      for (let i = 0; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 255) return this.#writeUtf16(text);
        this.#bytes[start + i] = code;
      }
    }
    this.#at = start + length;
    return true;
  }

  /** Code units as they are: lone surrogates survive. Stands in the place of a begun Latin-1 text. */
  #writeUtf16(text: string): boolean {
    const { length } = text;
    const start = this.#at;
    if (start + 2 * length > this.#end) return false;
    this.#bytes[start - 3] = UTF16;
    for (let i = 0; i < length; i++) this.#view.setUint16(start + 2 * i, text.charCodeAt(i), true);
    this.#at = start + 2 * length;
    return true;
  }

  #writeObject(value: object, depth: number): boolean {
    if (depth === DEEPEST || !this.#isNew(value)) return false;
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.#writePlain(value, depth);
    if (prototype === Array.prototype) return this.#writeArray(value as unknown[], depth);
    if (prototype === Date.prototype) {
      return this.#writeTag(DATE, 0) && this.#writeNumber((value as Date).getTime());
    }
    return ArrayBuffer.isView(value) && this.#writeTyped(value, prototype);
  }

  #writeArray(items: unknown[], depth: number): boolean {
    const { length } = items;
    if (!this.#writeCount(ARRAY, length, length)) return false;
    for (let i = 0; i < length; i++) {
      const item = items[i];
      if (item === undefined && !(i in items)) return false;
      if (!this.#write(item, depth + 1)) return false;
    }
    // A name among the indices, such as `index` of a RegExp match.
    return Object.keys(items).length === length;
  }

  #writePlain(value: object, depth: number): boolean {
    const keys = Object.keys(value);
    if (!this.#writeCount(OBJECT, keys.length, 0)) return false;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      if (key === "__proto__") return false;
      if (!this.#writeString(key)) return false;
      if (!this.#write(value[key as never], depth + 1)) return false;
    }
    return true;
  }

  #writeTyped(value: ArrayBufferView, prototype: object): boolean {
    const type = typedArrays.findIndex((candidate) => candidate.prototype === prototype);
    const { buffer, byteOffset, byteLength } = value;
    if (type < 0 || !(buffer instanceof ArrayBuffer)) return false;
    if ((buffer as { resizable?: boolean }).resizable || !this.#isNew(buffer)) return false;
    if (!this.#writeCount(TYPED, byteLength, 1 + byteLength)) return false;
    this.#bytes[this.#at] = type;
    this.#bytes.set(new Uint8Array(buffer, byteOffset, byteLength), this.#at + 1);
    this.#at += 1 + byteLength;
    return true;
  }

  #read(): unknown {
    const tag = this.#bytes[this.#at++];
    const at = this.#at;
    switch (tag) {
      case INT32:
        this.#at += 4;
        return this.#view.getInt32(at, true);
      case FLOAT64:
        this.#at += 8;
        return this.#view.getFloat64(at, true);
      case LATIN1:
      case UTF16:
        return this.#readString(tag);
      case TRUE:
        return true;
      case FALSE:
        return false;
      case NULL:
        return null;
      case BIGINT:
        this.#at += 8;
        return this.#view.getBigInt64(at, true);
      case DATE:
        return new Date(this.#read() as number);
      case ARRAY:
        return this.readAll(this.#readCount(), at + 2);
      case OBJECT:
        return this.#readPlain();
      case TYPED:
        return this.#readTyped();
      default:
        return undefined;
    }
  }

  #readCount(): number {
    const count = this.#view.getUint16(this.#at, true);
    this.#at += 2;
    return count;
  }

  #readString(tag: number): string {
    const length = this.#readCount();
    const start = this.#at;
    if (tag === UTF16) {
      this.#at += 2 * length;
      let text = "";
      for (let i = 0; i < length; i++) {
        text += String.fromCharCode(this.#view.getUint16(start + 2 * i, true));
      }
      return text;
    }
    this.#at += length;
    if (length >= NATIVE_TEXT) return this.#text.latin1Slice(start, start + length);
    let text = "";
    for (let i = start; i < this.#at; i++) text += String.fromCharCode(this.#bytes[i]!);
    return text;
  }

  #readPlain(): object {
    const count = this.#readCount();
    const value: Record<string, unknown> = {};
    for (let i = 0; i < count; i++) {
      const tag = this.#bytes[this.#at++]!;
      const key = this.#readString(tag);
      value[key] = this.#read();
    }
    return value;
  }

  #readTyped(): ArrayBufferView {
    const byteLength = this.#readCount();
    const type = typedArrays[this.#bytes[this.#at++]!]!;
    const start = this.#at;
    this.#at += byteLength;
    return new type(this.#bytes.slice(start, this.#at).buffer as ArrayBuffer);
  }
}

function isLatin1(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return !/[^\x00-\xff]/.test(text);
}
