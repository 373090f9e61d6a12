/** Says which of two comes first: negative for the first, positive for the second, 0 for neither. */
export type Compare<T> = (a: T, b: T) => number;

interface Entry<T> {
  readonly item: T;
  /** Of two that are equal the older one comes first. */
  readonly number: number;
}

/** Gives the least item first. A comparison that throws leaves it as it was. */
export class Heap<T> {
  readonly #compare: Compare<T>;
  readonly #entries: Entry<T>[] = [];
  #last = 0;

  constructor(compare: Compare<T>) {
    this.#compare = compare;
  }

  get length(): number {
    return this.#entries.length;
  }

  push(item: T): void {
    const entry = { item, number: ++this.#last };
    const path: number[] = [];
    let hole = this.#entries.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#isBefore(entry, this.#entries[parent]!)) break;
      path.push(parent);
      hole = parent;
    }
    this.#move(entry, this.#entries.length, path);
  }

  /** Takes the least; there must be one. */
  shift(): T {
    const entries = this.#entries;
    const last = entries.at(-1)!, length = entries.length - 1;
    const path: number[] = [];
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#isBefore(entries[child + 1]!, entries[child]!)) child++;
      if (!this.#isBefore(entries[child]!, last)) break;
      path.push(child);
      hole = child;
    }
    const { item } = entries[0]!;
    entries.pop();
    if (length > 0) this.#move(last, 0, path);
    return item;
  }

  #isBefore(a: Entry<T>, b: Entry<T>): boolean {
    const order = this.#compare(a.item, b.item);
    return order < 0 || (order === 0 && a.number < b.number);
  }

  /** Moves the entries of a path one step towards its beginning, and puts an entry at its end. */
  #move(entry: Entry<T>, hole: number, path: readonly number[]): void {
    for (const next of path) {
      this.#entries[hole] = this.#entries[next]!;
      hole = next;
    }
    this.#entries[hole] = entry;
  }
}
