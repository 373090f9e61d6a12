/** An entry of a {@link LinkedList}; it belongs to one list at a time. */
export interface ListNode<T> {
  readonly value: T;
  list: LinkedList<T> | undefined;
  previous: ListNode<T> | undefined;
  next: ListNode<T> | undefined;
}

/** Makes an entry that is in no list yet. */
export function listNode<T>(value: T): ListNode<T> {
  return { value, list: undefined, previous: undefined, next: undefined };
}

/** A line from whose middle anything can leave in O(1). */
export class LinkedList<T> {
  #head: ListNode<T> | undefined;
  #tail: ListNode<T> | undefined;

  get head(): ListNode<T> | undefined {
    return this.#head;
  }

  /** Puts an entry behind all others. */
  push(node: ListNode<T>): void {
    node.list = this;
    node.previous = this.#tail;
    node.next = undefined;
    if (this.#tail) this.#tail.next = node;
    else this.#head = node;
    this.#tail = node;
  }

  /** Puts an entry before all others. */
  unshift(node: ListNode<T>): void {
    node.list = this;
    node.previous = undefined;
    node.next = this.#head;
    if (this.#head) this.#head.previous = node;
    else this.#tail = node;
    this.#head = node;
  }

  /** Takes an entry out; nothing happens where it is in no list or another. */
  remove(node: ListNode<T>): void {
    if (node.list !== this) return;
    const { previous, next } = node;
    if (previous) previous.next = next;
    else this.#head = next;
    if (next) next.previous = previous;
    else this.#tail = previous;
    node.list = node.previous = node.next = undefined;
  }
}
