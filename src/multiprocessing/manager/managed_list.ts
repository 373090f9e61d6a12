import { isEqual } from "./is_equal.ts";

/** What a list is in its manager: each call is atomic, as nothing else runs there in the meantime. */
export class ManagedList {
  #items: unknown[];

  constructor(items: readonly unknown[]) {
    this.#items = [...items];
  }

  append(value: unknown): void {
    this.#items.push(value);
  }

  extend(values: readonly unknown[]): void {
    // Not as arguments of one `push`: there may be too many.
    for (const value of values) this.#items.push(value);
  }

  /** Beyond the ends it goes to the ends, as in Python. */
  insert(index: number, value: unknown): void {
    this.#items.splice(index, 0, value);
  }

  get(index: number): unknown {
    return this.#items[this.#place(index, "get")];
  }

  set(index: number, value: unknown): void {
    this.#items[this.#place(index, "set")] = value;
  }

  pop(index: number): unknown {
    return this.#items.splice(this.#place(index, "pop"), 1)[0];
  }

  remove(value: unknown): void {
    this.#items.splice(this.#find(value, "remove value"), 1);
  }

  index(value: unknown): number {
    return this.#find(value, "find value");
  }

  length(): number {
    return this.#items.length;
  }

  slice(from: number | undefined, to: number | undefined): unknown[] {
    return this.#items.slice(from, to);
  }

  sort(reverse: boolean): void {
    this.#items = sorted(this.#items);
    if (reverse) this.#items.reverse();
  }

  reverse(): void {
    this.#items.reverse();
  }

  toArray(): unknown[] {
    return this.#items;
  }

  #place(index: number, verb: string): number {
    const { length } = this.#items;
    const place = index < 0 ? length + index : index;
    if (place >= 0 && place < length) return place;
    const state = length === 0 ? "is empty" : `has ${length}`;
    throw new RangeError(`Cannot ${verb} item ${index} of list: it ${state}`);
  }

  #find(value: unknown, what: string): number {
    const index = this.#items.findIndex((item) => isEqual(item, value));
    if (index < 0) throw new RangeError(`Cannot ${what} in list: it is not there`);
    return index;
  }
}

type Ordered = number | bigint | string;

/** Throws where there is no natural order, and then changes nothing. */
function sorted(items: readonly unknown[]): unknown[] {
  const kinds = new Set(items.map((item) => typeof item === "bigint" ? "number" : typeof item));
  const [kind = "number"] = kinds;
  if (kinds.size > 1 || (kind !== "number" && kind !== "string")) {
    throw new TypeError(
      "Cannot sort list: all items must be numbers or all must be strings",
    );
  }
  return [...items as readonly Ordered[]].sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
}
