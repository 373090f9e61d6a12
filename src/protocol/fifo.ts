/** First in, first out; to add and to take cost the same however many there are. */
export class Fifo<T> {
  #items: T[] = [];
  /** Those before are gone. */
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  /** The first, which stays. */
  get head(): T | undefined {
    return this.#items[this.#first];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes the first; there must be one. */
  shift(): T {
    const item = this.#items[this.#first]!;
    this.#items[this.#first++] = undefined!;
    // At times: to move all that follow costs more the more there are.
    if (this.#first * 2 > this.#items.length) {
      this.#items.splice(0, this.#first);
      this.#first = 0;
    }
    return item;
  }

  toArray(): T[] {
    return this.#items.slice(this.#first);
  }

  clear(): void {
    this.#items = [];
    this.#first = 0;
  }
}
