/**
 * Cells of one type in shared memory. Each change is one atomic operation, of floating-point numbers on
 * their bits; so no realm sees half a value, and none is left by one that dies.
 */
import type { Engine } from "../sharing/link.ts";
import {
  type AnyCell,
  bytesOf,
  type CellType,
  type CellView,
  checkCell,
  viewOf,
} from "./cell_types.ts";

/** What can be done with cells; the same by calls from other processes. */
export interface CellsOps {
  get(at: number): AnyCell | Promise<AnyCell>;
  set(at: number, value: AnyCell): void | Promise<void>;
  /** Returns the sum; throws a `RangeError` where the cell cannot hold it. */
  add(at: number, addend: number | bigint): AnyCell | Promise<AnyCell>;
  slice(from: number, to: number): AnyCell[] | Promise<AnyCell[]>;
}

/** What another thread needs. */
export interface CellsMemory {
  readonly type: CellType;
  readonly buffer: SharedArrayBuffer;
}

/** One per realm and memory. */
export class CellsEngine implements Engine<CellsOps> {
  readonly memory: CellsMemory;
  readonly view: CellView<CellType>;
  readonly #atoms: Atoms;

  constructor(memory: CellsMemory) {
    this.memory = memory;
    this.view = viewOf(memory.type, memory.buffer);
    this.#atoms = openAtoms(memory);
  }

  /** So many of them, all 0. */
  static make(type: CellType, length: number): CellsEngine {
    const bytes = length * bytesOf(type);
    return new CellsEngine({ type, buffer: new SharedArrayBuffer(bytes) });
  }

  /** Whoever it is: nobody holds a cell. */
  as(): CellsOps {
    return {
      get: (at) => this.get(at),
      set: (at, value) => this.set(at, value),
      add: (at, addend) => this.add(at, addend),
      slice: (from, to) => this.slice(from, to),
    };
  }

  get(at: number): AnyCell {
    return this.#atoms.load(at);
  }

  set(at: number, value: AnyCell): void {
    this.#atoms.store(at, value);
  }

  add(at: number, addend: number | bigint): AnyCell {
    const { type } = this.memory;
    return this.#atoms.update(at, (before) => {
      return checkCell(type, (before as number) + (addend as number), "add");
    });
  }

  slice(from: number, to: number): AnyCell[] {
    return Array.from({ length: Math.max(0, to - from) }, (_, i) => this.get(from + i));
  }
}

/** The cells as values. */
interface Atoms {
  load(at: number): AnyCell;
  store(at: number, value: AnyCell): void;
  /** Returns what it became. */
  update(at: number, change: (before: AnyCell) => AnyCell): AnyCell;
}

function openAtoms({ type, buffer }: CellsMemory): Atoms {
  switch (type) {
    case "f32":
      return atomsOfFloats(new Int32Array(buffer), new Float32Array(1));
    case "f64":
      return atomsOfFloats(new BigInt64Array(buffer), new Float64Array(1));
    case "bool":
      return atomsOf<number, boolean>(new Uint8Array(buffer), Number, Boolean);
    default:
      return atomsOf<Bits, Bits>(viewOf(type, buffer), itself, itself);
  }
}

type Bits = number | bigint;

/** `Atomics` for arrays of both kinds; its own types know one at a time. */
interface AtomicOperations<B extends Bits> {
  load(words: ArrayBufferView, at: number): B;
  store(words: ArrayBufferView, at: number, bits: B): void;
  compareExchange(words: ArrayBufferView, at: number, before: B, after: B): B;
}

function atomsOf<B extends Bits, V extends AnyCell>(
  words: ArrayBufferView,
  toBits: (value: V) => B,
  toValue: (bits: B) => V,
): Atoms {
  const { load, store, compareExchange } = Atomics as unknown as AtomicOperations<B>;
  return {
    load: (at) => toValue(load(words, at)),
    store: (at, value) => store(words, at, toBits(value as V)),
    update: (at, change) => {
      for (;;) {
        const before = load(words, at);
        const after = toBits(change(toValue(before)) as V);
        if (compareExchange(words, at, before, after) === before) return toValue(after);
      }
    },
  };
}

/** `one` converts: it shares its only element with an array of bits. */
function atomsOfFloats(
  words: Int32Array | BigInt64Array,
  one: Float32Array | Float64Array,
): Atoms {
  const bits = words instanceof Int32Array
    ? new Int32Array(one.buffer)
    : new BigInt64Array(one.buffer);
  const toBits = (value: number): Bits => {
    one[0] = value;
    return bits[0]!;
  };
  const toValue = (now: Bits): number => {
    bits[0] = now;
    return one[0]!;
  };
  return atomsOf<Bits, number>(words, toBits, toValue);
}

function itself(bits: Bits): Bits {
  return bits;
}
