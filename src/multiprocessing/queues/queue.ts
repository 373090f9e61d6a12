import type { QueueOptions } from "../../core/queue.ts";
import { QueueHandle, type QueueKind, queueKind } from "./queue_handle.ts";
import { SharedQueue } from "./shared_queue.ts";

/** What it is to its links. */
export const QUEUE: QueueKind = queueKind("Queue", (handle) => new Queue(handle));

/**
 * A queue for any number of producers and consumers in any workers, first in, first out for each producer. Make it
 * anywhere and pass it in arguments, results, initargs or messages: every receiver has the same queue.
 * Mirrors `multiprocessing.Queue`.
 *
 * Items are copied as arguments are, when they are put: locks, queues and the like may stand in them. An
 * item that cannot be sent rejects its own `put` with `MaybeEncodingError` and takes no place.
 *
 * `put` resolves when the item is accepted. What does not fit into shared memory (1 MiB) then waits in the
 * worker that has put it, as in Python, and is lost when that worker is killed; one that ends by itself
 * leaves it to the main thread. So workers can be joined before their items are read.
 *
 * A worker may die at any moment and harms nobody else. In a child process of the creator, an item counts as
 * taken when the child has it, just before `get` resolves: one that was on its way to a child that died
 * goes to the next getter, before all others. It may come after items that were taken meanwhile, and does not
 * count towards `maxsize`. A thread has taken an item when it has copied it out of shared memory: of one that
 * is killed between that and the code behind `get`, that item is lost.
 *
 * Workers in another process than the creator's reach it by calls, some 100 µs each, of which several can
 * be on the way at a time; when the process of the creator ends, they reject with `ProcessError`.
 *
 * @example
 * ```ts
 * import { Pool, Queue, task } from "@pool/core";
 *
 * export const produce = task(import.meta, async (queue: Queue<number>, from: number) => {
 *   for (let i = from; i < from + 5; i++) await queue.put(i);
 * });
 *
 * if (import.meta.main) {
 *   const queue = new Queue<number>({ maxsize: 4 });
 *   await using pool = new Pool(2);
 *   const producers = pool.starmapAsync(produce, [[queue, 0], [queue, 100]]);
 *   let sum = 0;
 *   for (let i = 0; i < 10; i++) sum += await queue.get();
 *   await producers;
 *   console.log(sum); // 520
 * }
 * ```
 */
export class Queue<T = unknown> extends SharedQueue<T> {
  /**
   * Makes an empty queue.
   *
   * @param options `maxsize`, alone or as an option: items that it takes; 0, the default, for any number
   */
  constructor(options?: QueueOptions | number);
  /** @ignore for one that came from another worker */
  constructor(handle: QueueHandle<T>);
  constructor(options?: QueueOptions | number | QueueHandle<T>) {
    super(options instanceof QueueHandle ? options : QueueHandle.make<T>(QUEUE, options));
  }
}
