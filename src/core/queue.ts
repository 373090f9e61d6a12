/** How a queue's `put` and `get` wait. */
export interface QueueWait {
  /** False: do not wait, as with a timeout of 0; default true. */
  readonly block?: boolean;
  /** Longest wait in milliseconds; default: for ever. */
  readonly timeout?: number;
}

/** How many items a queue takes. */
export interface QueueOptions {
  /** Items that find room; 0, the default, for as many as come. */
  readonly maxsize?: number;
}

/**
 * What every queue of the library can do, whether it lives in one realm or is shared between workers.
 * Mirrors Python's `queue.Queue`.
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
