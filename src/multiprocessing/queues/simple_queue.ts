import { QueueHandle, type QueueKind, queueKind } from "./queue_handle.ts";
import { SharedQueue } from "./shared_queue.ts";

/** What it is to its links. */
export const SIMPLE_QUEUE: QueueKind = queueKind(
  "SimpleQueue",
  (handle) => new SimpleQueue(handle),
);

/**
 * A {@linkcode Queue} without a bound. Mirrors `multiprocessing.SimpleQueue`, and has the methods of all queues
 * besides.
 *
 * @example
 * ```ts
 * import { SimpleQueue, Thread } from "@pool/core";
 *
 * const queue = new SimpleQueue<string>();
 * await using thread = new Thread({
 *   target: (queue: SimpleQueue<string>) => queue.put("hello"),
 *   args: [queue],
 * });
 * thread.start();
 * console.log(await queue.get()); // hello
 * ```
 */
export class SimpleQueue<T = unknown> extends SharedQueue<T> {
  /** Makes an empty queue. */
  constructor();
  /** @ignore for one that came from another worker */
  constructor(handle: QueueHandle<T>);
  constructor(handle: QueueHandle<T> = QueueHandle.make(SIMPLE_QUEUE)) {
    super(handle);
  }
}
