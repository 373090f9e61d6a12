import { checkFunction, checkOptions } from "../../core/options.ts";
import type { QueueOptions } from "../../core/queue.ts";
import { checkMaxsize } from "./check_maxsize.ts";
import { Heap } from "./heap.ts";
import { checkOrder, naturalOrder } from "./natural_order.ts";
import { type Store, UnsharedQueue } from "./unshared_queue.ts";

/**
 * Options of {@linkcode PriorityQueue}.
 *
 * @example
 * ```ts
 * import { PriorityQueue, type PriorityQueueOptions } from "@pool/core";
 *
 * type Job = { name: string; cost: number };
 * const cheapestFirst: PriorityQueueOptions<Job> = { compare: (a, b) => a.cost - b.cost };
 * const queue = new PriorityQueue(cheapestFirst);
 * await queue.put({ name: "render", cost: 9 });
 * await queue.put({ name: "greet", cost: 1 });
 * console.log((await queue.get()).name); // greet
 * ```
 */
export interface PriorityQueueOptions<T = unknown> extends QueueOptions {
  /** Negative where the first comes before the second, as for `sort`. Default: the least first. */
  readonly compare?: ((a: T, b: T) => number) | undefined;
}

/**
 * A queue for the code of one worker that gives the least item first, of equal ones the oldest. Mirrors
 * Python's `queue.PriorityQueue`.
 *
 * Numbers, strings and dates have an order by themselves, and so have arrays that begin with one, such as
 * `[priority, item]`. Others need `compare`; a `put` without it rejects with `TypeError`. Unlike Python's
 * it does not look at what has no order when priorities are equal.
 *
 * @example
 * ```ts
 * import { PriorityQueue } from "@pool/core";
 *
 * const queue = new PriorityQueue<[number, { text: string }]>();
 * await queue.put([2, { text: "later" }]);
 * await queue.put([1, { text: "now" }]);
 * const [, { text }] = await queue.get();
 * console.log(text); // now
 *
 * const longest = new PriorityQueue<string>({ compare: (a, b) => b.length - a.length });
 * for (const word of ["a", "ccc", "bb"]) await longest.put(word);
 * console.log(await longest.get()); // ccc
 * ```
 */
export class PriorityQueue<T = unknown> extends UnsharedQueue<T> {
  /**
   * Makes an empty queue.
   *
   * @param options `maxsize` alone, or options
   */
  constructor(options?: PriorityQueueOptions<T> | number) {
    const call = "create PriorityQueue";
    const { maxsize, compare } = typeof options === "number"
      ? { maxsize: options }
      : checkOptions(options, call, ["maxsize", "compare"]) as PriorityQueueOptions<T>;
    checkFunction(compare, "compare");
    super(compare ? new Heap<T>(compare) : new Ordered<T>(), checkMaxsize({ maxsize }, call));
  }
}

class Ordered<T> implements Store<T> {
  readonly #heap = new Heap<T>(naturalOrder);

  get length(): number {
    return this.#heap.length;
  }

  push(item: T): void {
    checkOrder(item);
    this.#heap.push(item);
  }

  shift(): T {
    return this.#heap.shift();
  }
}
