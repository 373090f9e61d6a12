/** What can stand in a {@link LinkedList}, in one at a time. The fields belong to the list. */
export interface Linked {
  list: object | undefined;
  previous: this | undefined;
  next: this | undefined;
}

/** A line from whose middle anything can leave in O(1); its links stand in the entries themselves. */
export class LinkedList<T extends Linked> {
  #head: T | undefined;
  #tail: T | undefined;

  get head(): T | undefined {
    return this.#head;
  }

  /** Puts an entry behind all others. */
  push(entry: T): void {
    entry.list = this;
    entry.previous = this.#tail;
    entry.next = undefined;
    if (this.#tail) this.#tail.next = entry;
    else this.#head = entry;
    this.#tail = entry;
  }

  /** Puts an entry before all others. */
  unshift(entry: T): void {
    entry.list = this;
    entry.previous = undefined;
    entry.next = this.#head;
    if (this.#head) this.#head.previous = entry;
    else this.#tail = entry;
    this.#head = entry;
  }

  /** Takes an entry out; nothing happens where it is in no list or another. */
  remove(entry: T): void {
    if (entry.list !== this) return;
    const { previous, next } = entry;
    if (previous) previous.next = next;
    else this.#head = next;
    if (next) next.previous = previous;
    else this.#tail = previous;
    entry.list = entry.previous = entry.next = undefined;
  }
}
