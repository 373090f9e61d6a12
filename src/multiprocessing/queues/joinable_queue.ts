import { checkWait } from "../../core/options.ts";
import type { WaitOptions } from "../../core/pool.ts";
import type { QueueOptions } from "../../core/queue.ts";
import { QueueHandle, type QueueKind, queueKind } from "./queue_handle.ts";
import { SharedQueue } from "./shared_queue.ts";

/** What it is to its links. */
export const JOINABLE_QUEUE: QueueKind = queueKind(
  "JoinableQueue",
  (handle) => new JoinableQueue(handle),
);

/**
 * A {@linkcode Queue} that knows which of its items are done: whoever gets one calls `taskDone()` after
 * the work on it, and `join()` waits until none is left. Mirrors `multiprocessing.JoinableQueue`.
 *
 * An item that a worker had taken and did not finish before it died is never done, as in Python: give
 * `join` a timeout where workers may die. Items that were never taken because they died with their
 * producer do not count.
 *
 * @example
 * ```ts
 * import { JoinableQueue, task, Thread } from "@pool/core";
 *
 * export const consume = task(import.meta, async (queue: JoinableQueue<number>) => {
 *   for (;;) {
 *     await queue.get();
 *     await queue.taskDone();
 *   }
 * });
 *
 * if (import.meta.main) {
 *   const queue = new JoinableQueue<number>();
 *   await using consumer = new Thread({ target: consume, args: [queue], daemon: true });
 *   consumer.start();
 *   for (let i = 0; i < 10; i++) await queue.put(i);
 *   console.log(await queue.join()); // true
 * }
 * ```
 */
export class JoinableQueue<T = unknown> extends SharedQueue<T> {
  readonly #handle: QueueHandle<T>;

  /**
   * Makes an empty queue.
   *
   * @param options `maxsize`, alone or as an option: items that it takes; 0, the default, for any number
   */
  constructor(options?: QueueOptions | number);
  /** @ignore for one that came from another worker */
  constructor(handle: QueueHandle<T>);
  constructor(options?: QueueOptions | number | QueueHandle<T>) {
    const handle = options instanceof QueueHandle
      ? options
      : QueueHandle.make<T>(JOINABLE_QUEUE, options, true);
    super(handle);
    this.#handle = handle;
  }

  /**
   * An item that was taken here or elsewhere is done.
   *
   * Rejects with `RangeError` where it is called more often than `get()`.
   */
  async taskDone(): Promise<void> {
    await (await this.#handle.ops()).taskDone();
  }

  /**
   * Waits until all items that were put are done; resolves to `true` when they are, and to `false` after
   * `timeout` milliseconds. Mirrors `join`, which tells nothing and has no timeout.
   */
  async join(options?: WaitOptions): Promise<boolean> {
    const timeout = checkWait(options, "join JoinableQueue");
    return await (await this.#handle.ops()).join(timeout);
  }
}
