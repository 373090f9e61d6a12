import { checkBoolean, checkOptions, refuse, show } from "../../core/options.ts";
import { PARTS, type SharedParts } from "../../protocol/shareable.ts";
import { ManagedList } from "./managed_list.ts";
import type { ManagedKind } from "./managed_object.ts";
import type { ObjectLink } from "./object_link.ts";
import { refuseJson } from "../sharing/refuse_json.ts";

/**
 * How {@linkcode ListProxy.sort} sorts.
 *
 * @example
 * ```ts
 * import { Manager, type SortOptions } from "@pool/core";
 *
 * const greatestFirst: SortOptions = { reverse: true };
 * await using manager = new Manager({ backend: "inline" });
 * const list = await manager.list([1, 3, 2]);
 * await list.sort(greatestFirst);
 * console.log(await list.toArray()); // [3, 2, 1]
 * ```
 */
export interface SortOptions {
  /** The greatest first; default false. */
  readonly reverse?: boolean | undefined;
}

/**
 * A list that lives in a {@linkcode Manager}: all workers that have this proxy see the same one. Pass it in
 * arguments, results, initargs or messages. Mirrors `multiprocessing.managers.ListProxy`.
 *
 * A negative index counts from the end, as in Python. Each method is atomic; values are copied, and
 * shared things among them stay what they are, as in a {@linkcode DictProxy}.
 *
 * All methods reject with `ProcessError` or `InvalidStateError` after the end of the manager, with
 * `MaybeEncodingError` for values that cannot be sent, and with `TypeError` for an index that is no whole
 * number. What a call costs stands at {@linkcode Manager}.
 *
 * @example
 * ```ts
 * import { Manager } from "@pool/core";
 *
 * await using manager = await Manager.start();
 * const list = await manager.list([3, 1, 2]);
 * await list.append(5);
 * await list.sort({ reverse: true });
 * console.log(await list.toArray()); // [5, 3, 2, 1]
 * console.log(await list.get(-1), await list.pop(), await list.length()); // 1 1 3
 * ```
 */
export class ListProxy<T = unknown> {
  readonly #link: ObjectLink;

  /** @ignore made by `manager.list()` */
  constructor(link: ObjectLink) {
    this.#link = link;
  }

  /** Adds a copy of a value at the end. */
  append(value: T): Promise<void> {
    return this.#link.call("append", value);
  }

  /** Adds many in one call. Rejects with `TypeError` for what is not iterable. */
  async extend(values: Iterable<T>): Promise<void> {
    await this.#link.call("extend", valuesOf(values, "extend list"));
  }

  /** Adds one before the item of an index; beyond an end, at that end. */
  insert(index: number, value: T): Promise<void> {
    return this.#at("insert", index, value);
  }

  /** A copy of an item. Rejects with `RangeError` where there is none. */
  get(index: number): Promise<T> {
    return this.#at("get", index);
  }

  /** Replaces an item. Rejects with `RangeError` where there is none. */
  set(index: number, value: T): Promise<void> {
    return this.#at("set", index, value);
  }

  /** Removes an item, by default the last one, and gives it. Rejects with `RangeError` where there is none. */
  pop(index = -1): Promise<T> {
    return this.#at("pop", index);
  }

  /**
   * Removes the first item that equals a value. Rejects with `RangeError` where there is none.
   *
   * Equal is what holds the same, also in arrays, plain objects, maps, sets and bytes; shared things equal
   * themselves.
   */
  remove(value: T): Promise<void> {
    return this.#link.call("remove", value);
  }

  /** Where the first item is that equals a value. Rejects with `RangeError` where there is none. */
  index(value: T): Promise<number> {
    return this.#link.call("index", value);
  }

  /** The number of items. Mirrors `len`. */
  length(): Promise<number> {
    return this.#link.call("length");
  }

  /** Copies of the items of a part, as `Array.slice` gives them. */
  async slice(from?: number, to?: number): Promise<T[]> {
    const [first, behind] = [from, to].map((index) =>
      index === undefined ? index : checkIndex(index)
    );
    return await this.#link.call("slice", first, behind) as T[];
  }

  /**
   * Sorts numbers, or strings by their code units. Python's sorts by a `key` too, which is code: take
   * {@linkcode ListProxy.toArray} for that.
   *
   * Rejects with `TypeError` for other items, and then changes nothing.
   */
  async sort(options?: SortOptions): Promise<void> {
    const { reverse } = checkOptions(options, "sort list", ["reverse"]);
    await this.#link.call("sort", checkBoolean(reverse, "reverse") ?? false);
  }

  /** Turns the order round. */
  reverse(): Promise<void> {
    return this.#link.call("reverse");
  }

  /** Copies of all items. */
  toArray(): Promise<T[]> {
    return this.#link.call("toArray");
  }

  /** Iterates over the items as they are at the beginning. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, undefined, undefined> {
    yield* await this.toArray();
  }

  /** @ignore */
  [PARTS](): SharedParts {
    return this.#link.parts();
  }

  /** @ignore */
  came(): void {
    this.#link.came();
  }

  /** Throws: JSON cannot carry it. */
  toJSON(): never {
    return refuseJson("ListProxy", ", or take its toArray()");
  }

  async #at<R>(method: string, index: number, ...rest: unknown[]): Promise<R> {
    return await this.#link.call(method, checkIndex(index), ...rest);
  }
}

/** What lists are to their manager. */
export const LIST: ManagedKind = {
  name: "ListProxy",
  make: (items: readonly unknown[]) => new ManagedList(items),
  proxy: (link) => new ListProxy(link),
};

/** The items of an iterable that is no text. */
export function valuesOf(given: unknown, call: string): unknown[] {
  if (typeof given === "object" && given !== null && Symbol.iterator in given) {
    return [...given as Iterable<unknown>];
  }
  throw new TypeError(`Cannot ${call}: expected an array or another iterable, not ${show(given)}`);
}

function checkIndex(index: unknown): number {
  if (Number.isSafeInteger(index)) return index as number;
  return refuse("index", "a whole number", index);
}
