import { show } from "../../core/options.ts";
import { PARTS, type SharedParts } from "../../protocol/shareable.ts";
import {
  type AnyCell,
  type CellAddend,
  type CellType,
  type CellValue,
  type CellView,
  checkAddend,
  checkCell,
  checkCellType,
} from "./cell_types.ts";
import type { RLock } from "./rlock.ts";
import { type CellsKind, cellsKind, SharedCells } from "./shared_cells.ts";
import { refuseJson } from "../sharing/refuse_json.ts";

/** What it is to its links. */
export const SHARED_ARRAY: CellsKind = cellsKind("SharedArray", (cells) => new SharedArray(cells));

/**
 * An array of numbers or truth values that workers share. Pass it in arguments, results, initargs or
 * messages: every receiver has the same one. Mirrors `multiprocessing.Array`, with types in place of
 * `ctypes`.
 *
 * Each call for one element is atomic by itself; what takes several is kept together by `getLock()`.
 * Values that the type cannot hold are refused with a `RangeError`, as are sums: nothing wraps around.
 *
 * `view` works where memory is shared, on threads; the methods work in child processes too, where each
 * is a message to the process of its creator.
 *
 * @example
 * ```ts
 * import { Pool, SharedArray, task } from "@pool/core";
 *
 * export const double = task(import.meta, async (all: SharedArray<"f64">, i: number) => {
 *   await all.set(i, 2 * await all.get(i));
 * });
 *
 * if (import.meta.main) {
 *   const all = new SharedArray("f64", [1, 2, 3]);
 *   await using pool = new Pool(2);
 *   await pool.starmap(double, [[all, 0], [all, 1], [all, 2]]);
 *   console.log(await all.toArray()); // [2, 4, 6]
 * }
 * ```
 */
export class SharedArray<T extends CellType> {
  readonly #cells: SharedCells;

  /**
   * Makes one.
   *
   * @param type as of {@linkcode Value}
   * @param lengthOrValues how many elements, all 0 or false; or what they are
   * @throws `TypeError` for other types, and values of the wrong kind; `RangeError` for a length that is
   *   no whole number, or too large, and for values that the type cannot hold
   */
  constructor(type: T, lengthOrValues: number | Iterable<CellValue<T>>);
  /** @ignore for one that came from another worker */
  constructor(cells: SharedCells);
  constructor(type: T | SharedCells, lengthOrValues?: number | Iterable<CellValue<T>>) {
    if (type instanceof SharedCells) {
      this.#cells = type;
      return;
    }
    const known = checkCellType(type);
    const values = typeof lengthOrValues === "number" ? [] : valuesOf(known, lengthOrValues!);
    const length = typeof lengthOrValues === "number" ? lengthOrValues : values.length;
    if (!Number.isInteger(length) || length < 0) {
      throw new RangeError(`Cannot make SharedArray: its length cannot be ${length}`);
    }
    this.#cells = SharedCells.make(SHARED_ARRAY, known, length);
    const engine = this.#cells.engine("make SharedArray");
    values.forEach((value, i) => engine.set(i, value));
  }

  /** What its elements are. */
  get type(): T {
    return this.#cells.type as T;
  }

  /** How many elements it has. */
  get length(): number {
    return this.#cells.length;
  }

  /**
   * The memory itself, of `"bool"` as 0 and 1. Throws `InvalidStateError` in child processes of the
   * creator's. What others write at the same time is seen sooner or later; `Atomics` and `getLock()`
   * make it certain.
   */
  get view(): CellView<T> {
    return this.#cells.engine("get view").view as CellView<T>;
  }

  /**
   * Reads one element. Rejects with `RangeError` for an index out of range, and, as all methods do, with
   * `ProcessError` where the process that made the array has ended.
   */
  async get(index: number): Promise<CellValue<T>> {
    return await this.#cells.ops.get(this.#check(index, "get element")) as CellValue<T>;
  }

  /** Sets one element. Rejects with `TypeError` or `RangeError` for what it cannot hold. */
  async set(index: number, value: CellValue<T>): Promise<void> {
    const at = this.#check(index, "set element");
    await this.#cells.ops.set(at, checkCell(this.type, value, "set element", index));
  }

  /**
   * Adds to one element in one step and resolves to the sum; not for `"bool"`. Rejects with `RangeError`
   * where the type cannot hold the sum; then the element is as it was.
   */
  async add(index: number, addend: CellAddend<T>): Promise<CellValue<T>> {
    const at = this.#check(index, "add to element");
    const checked = checkAddend(this.type, addend, "add to element", index);
    return await this.#cells.ops.add(at, checked) as CellValue<T>;
  }

  /**
   * As {@linkcode SharedArray.add}, at once. Throws `InvalidStateError` in child processes of the
   * creator's.
   */
  addSync(index: number, addend: CellAddend<T>): CellValue<T> {
    const at = this.#check(index, "add to element");
    const checked = checkAddend(this.type, addend, "add to element", index);
    return this.#cells.engine("add to element").add(at, checked) as CellValue<T>;
  }

  /** All elements, each as it was at some moment of the call. */
  toArray(): Promise<CellValue<T>[]> {
    return this.slice();
  }

  /** The elements from one index to before another, which count as in `Array.prototype.slice`. */
  async slice(from: number = 0, to: number = this.length): Promise<CellValue<T>[]> {
    const start = this.#place(from), end = this.#place(to);
    return await this.#cells.ops.slice(start, end) as CellValue<T>[];
  }

  /** The lock that goes with it; the same for all who have the array. */
  getLock(): RLock {
    return this.#cells.lock;
  }

  /** @ignore */
  [PARTS](shared: boolean): SharedParts {
    return this.#cells.parts(this, shared);
  }

  /** Throws: JSON cannot carry it. */
  toJSON(): never {
    return refuseJson("SharedArray", ", or its toArray()");
  }

  #check(index: number, call: string): number {
    checkIndex(index, call);
    if (Number.isInteger(index) && index >= 0 && index < this.length) return index;
    throw new RangeError(`Cannot ${call} ${index}: there are ${this.length}`);
  }

  /** Negative ones count from the end. */
  #place(index: number): number {
    checkIndex(index, "slice SharedArray");
    const whole = Math.trunc(index) || 0;
    return Math.min(this.length, Math.max(0, whole < 0 ? whole + this.length : whole));
  }
}

function checkIndex(index: unknown, call: string): void {
  if (typeof index !== "number") {
    throw new TypeError(`Cannot ${call}: an index must be a number, not ${show(index)}`);
  }
}

function valuesOf<T extends CellType>(type: T, values: Iterable<CellValue<T>>): AnyCell[] {
  if (typeof values !== "object" || values === null || !(Symbol.iterator in values)) {
    throw new TypeError(
      `Cannot make SharedArray: it needs a length or values, not ${show(values)}`,
    );
  }
  return Array.from(values, (value, i) => checkCell(type, value, "set element", i));
}
