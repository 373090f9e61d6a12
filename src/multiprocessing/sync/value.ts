import { PARTS, type SharedParts } from "../../protocol/shareable.ts";
import {
  type CellAddend,
  type CellType,
  type CellValue,
  checkAddend,
  checkCell,
  checkCellType,
} from "./cell_types.ts";
import type { RLock } from "./rlock.ts";
import { type CellsKind, cellsKind, SharedCells } from "./shared_cells.ts";
import { refuseJson } from "../sharing/refuse_json.ts";

/** What it is to its links. */
export const VALUE: CellsKind = cellsKind("Value", (cells) => new Value(cells));

/**
 * One number or truth value that workers share. Pass it in arguments, results, initargs or messages:
 * every receiver has the same one. Mirrors `multiprocessing.Value`, with types in place of `ctypes`.
 *
 * Each method is atomic by itself; what takes several is kept together by `getLock()`. Values that the
 * type cannot hold are refused with a `RangeError`, as are sums: nothing wraps around.
 *
 * `value` works where memory is shared, on threads; the methods work in child processes too, where each
 * is a message to the process of its creator.
 *
 * @example
 * ```ts
 * import { Pool, task, Value } from "@pool/core";
 *
 * export const count = task(import.meta, (total: Value<"i32">, n: number) => total.add(n));
 *
 * if (import.meta.main) {
 *   const total = new Value("i32", 0);
 *   await using pool = new Pool(2);
 *   await pool.starmap(count, [[total, 1], [total, 2], [total, 3]]);
 *   console.log(total.value); // 6
 * }
 * ```
 */
export class Value<T extends CellType> {
  readonly #cells: SharedCells;

  /**
   * Makes one.
   *
   * @param type `"i8"`, `"u8"`, `"i16"`, `"u16"`, `"i32"`, `"u32"`; `"i64"` and `"u64"`, which are
   *   bigints; `"f32"`, `"f64"`; `"bool"`
   * @param initial default 0 or false
   * @throws `TypeError` for other types, and values of the wrong kind; `RangeError` for values that the
   *   type cannot hold
   */
  constructor(type: T, initial?: CellValue<T>);
  /** @ignore for one that came from another worker */
  constructor(cells: SharedCells);
  constructor(type: T | SharedCells, initial?: CellValue<T>) {
    if (type instanceof SharedCells) {
      this.#cells = type;
      return;
    }
    this.#cells = SharedCells.make(VALUE, checkCellType(type), 1);
    if (initial !== undefined) this.value = initial;
  }

  /** What it is of. */
  get type(): T {
    return this.#cells.type as T;
  }

  /**
   * The value. Throws `InvalidStateError` in child processes of the creator's: use `get` and `set` there.
   */
  get value(): CellValue<T> {
    return this.#cells.engine("read value").get(0) as CellValue<T>;
  }

  set value(value: CellValue<T>) {
    const checked = checkCell(this.type, value, "set value");
    this.#cells.engine("set value").set(0, checked);
  }

  /** Reads it. Rejects with `ProcessError` where the process that made it has ended, as all methods do. */
  async get(): Promise<CellValue<T>> {
    return await this.#cells.ops.get(0) as CellValue<T>;
  }

  /** Sets it. Rejects with `TypeError` or `RangeError` for a value that it cannot hold. */
  async set(value: CellValue<T>): Promise<void> {
    await this.#cells.ops.set(0, checkCell(this.type, value, "set value"));
  }

  /**
   * Adds to it in one step and resolves to the sum; not for `"bool"`. Rejects with `RangeError` where the
   * type cannot hold the sum; then the value is as it was.
   */
  async add(addend: CellAddend<T>): Promise<CellValue<T>> {
    const checked = checkAddend(this.type, addend, "add to value");
    return await this.#cells.ops.add(0, checked) as CellValue<T>;
  }

  /** As {@linkcode Value.add}, at once. Throws `InvalidStateError` in child processes of the creator's. */
  addSync(addend: CellAddend<T>): CellValue<T> {
    const checked = checkAddend(this.type, addend, "add to value");
    return this.#cells.engine("add to value").add(0, checked) as CellValue<T>;
  }

  /** The lock that goes with it; the same for all who have the value. */
  getLock(): RLock {
    return this.#cells.lock;
  }

  /** @ignore */
  [PARTS](shared: boolean): SharedParts {
    return this.#cells.parts(this, shared);
  }

  /** Throws: JSON cannot carry it. */
  toJSON(): never {
    return refuseJson("Value");
  }
}
