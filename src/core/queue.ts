/**
 * How a queue's `put` and `get` wait.
 *
 * @example
 * ```ts
 * import { Empty, LocalQueue, type QueueWait } from "@pool/core";
 *
 * const soon: QueueWait = { timeout: 10 };
 * const queue = new LocalQueue<string>();
 * const error = await queue.get(soon).catch((error) => error);
 * console.log(error instanceof Empty); // true
 * ```
 */
export interface QueueWait {
  /** False: do not wait, as with a timeout of 0; default true. */
  readonly block?: boolean | undefined;
  /** Longest wait in milliseconds; default: for ever. */
  readonly timeout?: number | undefined;
}

/**
 * How many items a queue takes.
 *
 * @example
 * ```ts
 * import { LocalQueue, type QueueOptions } from "@pool/core";
 *
 * const options: QueueOptions = { maxsize: 1 };
 * const queue = new LocalQueue<string>(options);
 * await queue.put("only one");
 * console.log(await queue.full()); // true
 * ```
 */
export interface QueueOptions {
  /** Items that find room; 0, the default, for as many as come. */
  readonly maxsize?: number | undefined;
}

/**
 * What every queue of the library can do, whether it lives in one realm or is shared between workers.
 * Mirrors Python's `queue.Queue`.
 *
 * @example
 * ```ts
 * import { LifoQueue, LocalQueue, type QueueContract } from "@pool/core";
 *
 * // Takes what is there, whichever queue it is.
 * async function drain<T>(queue: QueueContract<T>): Promise<T[]> {
 *   const items: T[] = [];
 *   while (!await queue.empty()) items.push(await queue.get());
 *   return items;
 * }
 * for (const queue of [new LocalQueue<number>(), new LifoQueue<number>()]) {
 *   for (const n of [1, 2, 3]) await queue.put(n);
 *   console.log(await drain(queue)); // [1, 2, 3] [3, 2, 1]
 * }
 * ```
 */
export interface Queue<T> {
  /** Adds an item; rejects with `Full` when there is no room in time. */
  put(item: T, options?: QueueWait): Promise<void>;
  /** Takes the next item; rejects with `Empty` when there is none in time. */
  get(options?: QueueWait): Promise<T>;
  /** `put` without waiting. */
  putNowait(item: T): Promise<void>;
  /** `get` without waiting. */
  getNowait(): Promise<T>;
  /** Number of items now. */
  qsize(): Promise<number>;
  /** True when there is no item now. */
  empty(): Promise<boolean>;
  /** True when there is no room now. */
  full(): Promise<boolean>;
  /** Nothing more will be put here. */
  close(): void;
}
