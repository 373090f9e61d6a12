import type { SharedParts } from "../../protocol/shareable.ts";
import { Link } from "../sharing/link.ts";
import { QueueEngine } from "./queue_engine.ts";
import { kindOf, QueueHandle } from "./queue_handle.ts";
import { SharedQueue } from "./shared_queue.ts";

const KIND = kindOf("SimpleQueue");

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
  constructor(handle: QueueHandle<T> = createHandle()) {
    super(handle);
  }
}

function createHandle<T>(): QueueHandle<T> {
  return new QueueHandle<T>(Link.to(KIND, QueueEngine.make(0)));
}

/** Makes the queue of this realm for one that came. */
export function reviveSimpleQueue(parts: SharedParts): SimpleQueue {
  return new SimpleQueue(new QueueHandle(Link.from(KIND, parts)));
}
