/**
 * Takes a snapshot of a value at the call: a fresh copy that structured clone can carry as it is.
 *
 * Why a copy of our own, when `postMessage` clones anyway:
 * - calls of one turn travel in one message, and structured clone would merge an object that stands
 *   in two of them;
 * - a waiting call must not see what its caller does to the arguments afterwards;
 * - what cannot be sent is refused here, with its path, also where a runtime would silently send `{}`;
 * - the copy of a large buffer belongs to us and can be transferred, so its bytes are copied once.
 */
import { define } from "./define.ts";
import { detach, isDetached, viewLike } from "./buffers.ts";
import {
  describeFunction,
  describeKey,
  describeObject,
  describePart,
  describeStep,
  readText,
  type Step,
} from "./describe.ts";
import { MaybeEncodingError } from "./errors.ts";
import { cloneOf, isData, isPlain, isPlatform } from "./platform.ts";
import { KeptMark } from "./kept_mark.ts";
import { isPrimitive } from "./primitive.ts";
import { describeError } from "./error_record.ts";
import { realm } from "./realm.ts";
import {
  departs,
  isShared,
  noteDeparture,
  PARTS,
  type SharedHandle,
  type SharedParts,
} from "./shareable.ts";
import { isTransfer } from "./transfer.ts";
import type { Transferable } from "./transferable.ts";

/** A copied value, ready to be sent. */
export interface Encoded<T = unknown> {
  readonly value: T;
  /** The copy holds marks that `revive` must replace on the other side. */
  readonly marked: boolean;
  /** What moves with it; `undefined` when nothing does. */
  readonly transfer: Transferable[] | undefined;
}

/** What the place where a value goes can take. */
export interface EncodeOptions {
  /** Objects to move instead of copy. */
  readonly transfer?: readonly unknown[];
  /**
   * False where the value goes to another process: shared memory, ports and what is more than data
   * are refused. Default: what this realm's own host takes.
   */
  readonly shared?: boolean;
}

/** Property that marks a stand-in within a copy. A user's own property of this name is escaped. */
export const MARK = "@pool/core";

/** A stand-in for something that structured clone loses. */
export type Mark =
  | { readonly [MARK]: "error"; readonly record: unknown }
  | { readonly [MARK]: "class"; readonly name: string; readonly data: unknown }
  | { readonly [MARK]: "shared"; readonly parts: SharedParts }
  | { readonly [MARK]: "escaped"; readonly entries: [string, unknown][] };

/** From this size on (bytes) moving a copied buffer is cheaper than having it cloned once more. */
const TRANSFER_FROM = 16 * 1024;

/**
 * So many levels every realm can read. Each has a stack of its own size: what a worker of Node sends from 4,000
 * levels on its host cannot read, and would lose with all else in that message.
 */
const DEEPEST = 1000;
/** What stands for an error, or for something else that clone loses, has levels of its own. */
const LEVELS_OF_MARK = 5;

/**
 * Copies `value`; `root` names it in the error of a part that cannot be sent.
 * Throws `MaybeEncodingError`. Costs about as much as a hand-written deep copy.
 */
export function encode<T>(value: T, root: string, options: EncodeOptions = {}): Encoded<T> {
  if (isPrimitive(value)) return { value, marked: false, transfer: undefined };
  const copier = new Copier(root, options);
  const copy = copier.run(value) as T;
  for (const [handle, parts] of copier.leaving) noteDeparture(handle, parts);
  return { value: copy, marked: copier.marked, transfer: copier.transfer };
}

type Extent = { readonly byteOffset: number; readonly byteLength: number };

class Copier {
  marked = false;
  transfer: Transferable[] | undefined;
  readonly #root: string;
  readonly #shared: boolean;
  #value: unknown;
  #moved: Set<unknown> | undefined;
  #seen: Map<object, unknown> | undefined;
  /** Handles that leave this realm with the message; not before all of it was copied. */
  readonly leaving: [SharedHandle, SharedParts][] = [];
  /** Registered instances whose data is being copied. */
  #open: Set<object> | undefined;
  /** What views of moved buffers show; they forget it when the buffer is detached. */
  #extents: Map<ArrayBufferView, Extent> | undefined;
  /** Looks whether everything can be sent, and leaves the bytes alone. */
  #surveys = false;
  /** Where the walk is; an entry past the current depth is stale. */
  readonly #trail: Step[] = [];
  #depth = 0;

  constructor(root: string, { transfer, shared = realm.sharesMemory }: EncodeOptions) {
    this.#root = root;
    this.#shared = shared;
    if (transfer?.length) this.#moved = new Set(transfer);
  }

  run(value: unknown): unknown {
    this.#value = value;
    try {
      return this.#copy(value);
    } catch (error) {
      if (error instanceof MaybeEncodingError) throw error;
      throw this.#refusal(`reading it failed: ${readText(() => error)}`, error);
    }
  }

  #copy(value: unknown): unknown {
    if (typeof value === "object" && value !== null) return this.#copyObject(value);
    if (typeof value === "function") {
      throw this.#refusal(`${describeFunction(value)} cannot be sent`);
    }
    if (typeof value === "symbol") throw this.#refusal("a symbol cannot be sent");
    return value;
  }

  #copyObject(value: object): unknown {
    if (this.#depth > DEEPEST) throw this.#refusal("it is nested too deeply");
    const known = this.#seen?.get(value);
    if (known !== undefined) {
      if (!this.#open?.has(value)) return known;
      throw this.#refusal(`${describeObject(value)} cannot be sent inside its own encoded data`);
    }
    const prototype = Object.getPrototypeOf(value);
    if (isPlain(prototype)) {
      return this.#copyPlain(value as Record<string, unknown>);
    }
    if (Array.isArray(value)) return this.#copyArray(value);
    return this.#copyExotic(value, prototype);
  }

  /** Puts a mark in the place of a value; what it stands for is filled in, and is no step of the path. */
  #mark<T>(value: object, mark: T, fill: (mark: T, depth: number) => void): T {
    this.#remember(value, mark);
    const depth = this.#depth;
    this.#trail.length = depth;
    this.#depth += LEVELS_OF_MARK;
    fill(mark, depth);
    this.#depth = depth;
    this.marked = true;
    return mark;
  }

  #remember<T>(value: object, copy: T): T {
    (this.#seen ??= new Map()).set(value, copy);
    return copy;
  }

  #copyPlain(value: Record<string, unknown>): unknown {
    if (MARK in value) return this.#escape(value);
    const copy: Record<string, unknown> = this.#remember(value, {});
    const depth = this.#depth++;
    for (const key of Object.keys(value)) {
      // Before the read: a getter may throw.
      this.#trail[depth] = key;
      const item = value[key];
      if (key === "__proto__") define(copy, key, this.#copy(item));
      else copy[key] = isPrimitive(item) ? item : this.#copy(item);
    }
    this.#depth = depth;
    return copy;
  }

  #escape(value: Record<string, unknown>): unknown {
    const empty = { [MARK]: "escaped", entries: [] as [string, unknown][] };
    return this.#mark(value, empty, ({ entries }, depth) => {
      for (const key of Object.keys(value)) {
        this.#trail[depth] = key;
        entries.push([key, this.#copy(value[key])]);
      }
    });
  }

  #copyArray(value: unknown[]): unknown[] {
    const length = value.length;
    const copy: unknown[] = this.#remember(value, []);
    const depth = this.#depth++;
    let holes = false;
    for (let i = 0; i < length; i++) {
      const item = value[i];
      if (item === undefined && !(i in value)) {
        holes = true;
        break;
      }
      if (isPrimitive(item)) {
        copy.push(item);
      } else {
        this.#trail[depth] = i;
        copy.push(this.#copy(item));
      }
    }
    if (holes || hasNamedProperties(value)) this.#copyKeys(value, copy, depth);
    this.#depth = depth;
    return copy;
  }

  /** The slow way for sparse arrays and those with named properties, such as a RegExp match. */
  #copyKeys(value: unknown[], copy: unknown[], depth: number): void {
    copy.length = value.length;
    for (const key of Object.keys(value)) {
      if (Object.hasOwn(copy, key)) continue;
      this.#trail[depth] = /^\d+$/.test(key) ? Number(key) : key;
      define(copy, key, this.#copy(value[key as never]));
    }
  }

  #copyExotic(value: object, prototype: object): unknown {
    if (isTransfer(value)) {
      this.#moved ??= new Set();
      for (const item of value.list) this.#moved.add(item);
      return this.#copy(value.value);
    }
    if (isShared(value)) return this.#copyShared(value);
    if (value instanceof KeptMark) return this.#copyKept(value);
    const codec = realm.classesByPrototype.get(prototype);
    if (codec?.encode) return this.#copyRegistered(value, codec.name, codec.encode);
    if (value instanceof Error) return this.#copyError(value);
    if (value instanceof Date) return this.#remember(value, new Date(value.getTime()));
    if (value instanceof Map) return this.#copyMap(value);
    if (value instanceof Set) return this.#copySet(value);
    if (ArrayBuffer.isView(value)) return this.#copyView(value);
    if (value instanceof ArrayBuffer) return this.#copyBuffer(value);
    if (value instanceof SharedArrayBuffer) return this.#share(value);
    if (value instanceof RegExp) {
      return this.#remember(value, new RegExp(value.source, value.flags));
    }
    if (this.#moved?.has(value)) {
      if (!this.#shared) {
        throw this.#refusal(`${describeObject(value)} cannot be moved to another process`);
      }
      (this.transfer ??= []).push(value as Transferable);
      return this.#remember(value, value);
    }
    if (isPlatform(prototype)) {
      const clone = this.#shared || isData(value) ? cloneOf(value) : undefined;
      if (clone) return this.#remember(value, clone);
      const where = this.#shared ? "" : " for another process";
      throw this.#refusal(`${describeObject(value)} cannot be cloned${where}`);
    }
    return this.#copyPlain(value as Record<string, unknown>);
  }

  #copyRegistered(value: object, name: string, encodeOne: (v: never) => unknown): unknown {
    const empty = { [MARK]: "class", name, data: undefined as unknown };
    return this.#mark(value, empty, (mark) => {
      let data: unknown;
      try {
        data = encodeOne(value as never);
      } catch (error) {
        throw this.#refusal(`encode() of class ${name} failed: ${readText(() => error)}`, error);
      }
      const open = this.#open ??= new Set();
      open.add(value);
      try {
        mark.data = this.#copy(data);
      } finally {
        open.delete(value);
      }
    });
  }

  #copyShared(handle: SharedHandle): unknown {
    if (this.#surveys) return handle;
    let parts: SharedParts;
    try {
      parts = handle[PARTS](this.#shared);
    } catch (error) {
      throw this.#refusal(String((error as { message?: unknown } | null)?.message ?? error), error);
    }
    if (departs(handle, parts)) this.leaving.push([handle, parts]);
    this.marked = true;
    return this.#remember(handle, { [MARK]: "shared", parts });
  }

  #copyKept(value: KeptMark): unknown {
    const { mark } = value;
    return this.#mark(value, {} as Record<string, unknown>, (copy) => {
      for (const key of Object.keys(mark)) copy[key] = this.#copy(mark[key]);
    });
  }

  #copyError(error: Error): unknown {
    const empty = { [MARK]: "error", record: undefined as unknown };
    return this.#mark(error, empty, (mark, depth) => {
      mark.record = describeError(error, (read, name) => {
        this.#trail[depth] = name;
        return this.#copyLenient(read);
      });
    });
  }

  /** A part of an error: what cannot be sent is told in words, so that the error itself arrives. */
  #copyLenient(read: () => unknown): unknown {
    const depth = this.#depth, known = this.#seen?.size;
    const { length } = this.leaving, transfer = this.transfer?.slice();
    let part: unknown;
    try {
      part = read();
      return this.#copy(part);
    } catch (fault) {
      this.#depth = depth;
      this.#forget(known);
      this.leaving.length = length;
      this.transfer = transfer;
      return part === undefined ? `(cannot be read: ${readText(() => fault)})` : describePart(part);
    }
  }

  /** Drops what was remembered of a part that cannot be sent: its copies are not whole. */
  #forget(known = 0): void {
    let place = 0;
    for (const value of this.#seen?.keys() ?? []) {
      if (place++ >= known) this.#seen!.delete(value);
    }
  }

  #copyMap(value: Map<unknown, unknown>): unknown {
    const copy: Map<unknown, unknown> = this.#remember(value, new Map());
    const depth = this.#depth++;
    for (const [key, item] of value) {
      this.#trail[depth] = { text: `.keys(${describeKey(key)})` };
      const copiedKey = this.#copy(key);
      this.#trail[depth] = { text: `.get(${describeKey(key)})` };
      copy.set(copiedKey, this.#copy(item));
    }
    this.#depth = depth;
    return copy;
  }

  #copySet(value: Set<unknown>): unknown {
    const copy: Set<unknown> = this.#remember(value, new Set());
    const depth = this.#depth++;
    let place = 0;
    for (const item of value) {
      this.#trail[depth] = { text: `.values()[${place++}]` };
      copy.add(this.#copy(item));
    }
    this.#depth = depth;
    return copy;
  }

  /**
   * A view takes only its own part of the buffer along (a Node Buffer would drag its pool), unless
   * the whole buffer travels anyway.
   */
  #copyView(view: ArrayBufferView): unknown {
    const { buffer } = view;
    const { byteOffset, byteLength } = this.#extents?.get(view) ?? view;
    if (!isUnshared(buffer)) this.#share(buffer);
    if (this.#surveys) {
      if (isUnshared(buffer)) this.#copyBuffer(buffer);
      if (this.#moved?.has(buffer)) this.#extents!.set(view, { byteOffset, byteLength });
      return view;
    }
    const whole = byteLength === buffer.byteLength || this.#moved?.has(buffer) ||
      this.#seen?.has(buffer) || !isUnshared(buffer);
    if (!whole) {
      const part = buffer.slice(byteOffset, byteOffset + byteLength);
      this.#move(part);
      return this.#remember(view, viewLike(view, part, 0, byteLength));
    }
    const copy = isUnshared(buffer)
      ? (this.#seen?.get(buffer) ?? this.#copyBuffer(buffer)) as ArrayBuffer
      : buffer;
    return this.#remember(view, viewLike(view, copy, byteOffset, byteLength));
  }

  #copyBuffer(buffer: ArrayBuffer): ArrayBuffer {
    if (isDetached(buffer)) {
      throw this.#refusal("the buffer is detached (it was transferred before)");
    }
    if (this.#surveys) return buffer;
    let copy: ArrayBuffer;
    if (this.#moved?.has(buffer)) {
      this.#survey();
      copy = detach(buffer);
    } else {
      const { resizable } = buffer as { resizable?: boolean };
      copy = resizable ? structuredClone(buffer) : buffer.slice(0);
    }
    this.#move(copy);
    return this.#remember(buffer, copy);
  }

  /**
   * Before the first buffer is detached: a call that is refused must leave its caller everything, and
   * the other views of the buffer must be known. A second walk, but only over values that move some.
   */
  #survey(): void {
    if (this.#extents) return;
    this.#extents = new Map();
    const survey = new Copier(this.#root, { shared: this.#shared });
    survey.#surveys = true;
    survey.#moved = this.#moved;
    survey.#extents = this.#extents;
    survey.run(this.#value);
  }

  /** Has our own copy moved with the message where that is cheaper than a second copy. */
  #move(buffer: ArrayBuffer): void {
    if (buffer.byteLength >= TRANSFER_FROM) (this.transfer ??= []).push(buffer);
  }

  #share(buffer: SharedArrayBuffer): SharedArrayBuffer {
    if (this.#shared) return buffer;
    throw this.#refusal("a SharedArrayBuffer cannot be shared with another process");
  }

  #refusal(reason: string, cause?: unknown): MaybeEncodingError {
    let path = this.#root;
    for (let i = 0; i < this.#depth; i++) {
      const step = this.#trail[i];
      if (step !== undefined) path += describeStep(step);
    }
    return new MaybeEncodingError(`Cannot send ${path}: ${reason}`, { path, cause });
  }
}

/** Also for a buffer of another realm. */
function isUnshared(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  return "resizable" in buffer;
}

/**
 * A long array is not asked: listing its keys costs more than copying it. Only the result of a match
 * and a template's strings, which have named properties by themselves, are known at any length.
 */
function hasNamedProperties(value: unknown[]): boolean {
  if (value.length > 64 && !("index" in value) && !("raw" in value)) return false;
  return Object.keys(value).length > value.length;
}
