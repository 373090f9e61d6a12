import { Fifo } from "../../protocol/fifo.ts";
import type { QueueOptions } from "../../core/queue.ts";
import { checkMaxsize } from "./check_maxsize.ts";
import { UnsharedQueue } from "./unshared_queue.ts";

/**
 * A queue for the code of one worker, first in, first out. Mirrors Python's `queue.Queue`; the queue that
 * workers share is {@linkcode Queue}.
 *
 * Items are not copied, and waits cost nothing while they last.
 *
 * @example
 * ```ts
 * import { LocalQueue } from "@pool/core";
 *
 * const queue = new LocalQueue<number>(2);
 * const consumer = (async () => {
 *   let sum = 0;
 *   for (let i = 0; i < 5; i++) sum += await queue.get();
 *   return sum;
 * })();
 * for (let i = 0; i < 5; i++) await queue.put(i); // waits while two are there
 * console.log(await consumer); // 10
 * ```
 */
export class LocalQueue<T = unknown> extends UnsharedQueue<T> {
  /**
   * Makes an empty queue.
   *
   * @param options `maxsize`, alone or as an option: items that it takes; 0, the default, for any number
   */
  constructor(options?: QueueOptions | number) {
    super(new Fifo<T>(), checkMaxsize(options, "create LocalQueue"));
  }
}
