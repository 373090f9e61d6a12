import type { QueueOptions } from "../../core/queue.ts";
import { checkMaxsize } from "./check_maxsize.ts";
import { type Store, UnsharedQueue } from "./unshared_queue.ts";

/**
 * A queue for the code of one worker that gives the latest item first. Mirrors Python's `queue.LifoQueue`.
 *
 * @example
 * ```ts
 * import { LifoQueue } from "@pool/core";
 *
 * const stack = new LifoQueue<string>();
 * await stack.put("first");
 * await stack.put("second");
 * console.log(await stack.get()); // second
 * ```
 */
export class LifoQueue<T = unknown> extends UnsharedQueue<T> {
  /**
   * Makes an empty queue.
   *
   * @param options `maxsize`, alone or as an option: items that it takes; 0, the default, for any number
   */
  constructor(options?: QueueOptions | number) {
    super(new LastInFirstOut<T>(), checkMaxsize(options, "create LifoQueue"));
  }
}

class LastInFirstOut<T> implements Store<T> {
  readonly #items: T[] = [];

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T {
    return this.#items.pop()!;
  }
}
