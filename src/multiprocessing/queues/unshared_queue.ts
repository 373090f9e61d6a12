import { EOFError, InvalidStateError } from "../../core/errors.ts";
import { checkWait } from "../../core/options.ts";
import type { WaitOptions } from "../../core/pool.ts";
import type { Queue, QueueWait } from "../../core/queue.ts";
import { staysHere } from "../../protocol/stays_here.ts";
import { checkBlock } from "../sharing/check_block.ts";
import { Line } from "./line.ts";
import { empty, full, notTaken } from "./refusals.ts";

/** Where the items of a queue are. */
export interface Store<T> {
  readonly length: number;
  push(item: T): void;
  /** Takes the next one; there is one. */
  shift(): T;
}

/**
 * What {@linkcode LocalQueue}, {@linkcode LifoQueue} and {@linkcode PriorityQueue} have in common; functions
 * that take any of them take this.
 *
 * @example
 * ```ts
 * import { LifoQueue, LocalQueue, type UnsharedQueue } from "@pool/core";
 *
 * async function drain(queue: UnsharedQueue<number>): Promise<number[]> {
 *   const items: number[] = [];
 *   while (!await queue.empty()) items.push(await queue.get());
 *   return items;
 * }
 * const first = new LocalQueue<number>(), last = new LifoQueue<number>();
 * for (const queue of [first, last]) for (const item of [1, 2, 3]) await queue.put(item);
 * console.log(await drain(first)); // [1, 2, 3]
 * console.log(await drain(last)); // [3, 2, 1]
 * ```
 */
export abstract class UnsharedQueue<T = unknown> implements Queue<T> {
  static {
    staysHere(this, "this queue belongs to one worker; Queue is one that workers share");
  }

  readonly #store: Store<T>;
  readonly #maxsize: number;
  readonly #putters = new Line();
  readonly #getters = new Line();
  readonly #joiners = new Line();
  /** Items that were put and are not done. */
  #undone = 0;
  #closed = false;

  /** @ignore only for the classes of the library */
  constructor(store: Store<T>, maxsize: number) {
    this.#store = store;
    this.#maxsize = maxsize || Infinity;
  }

  /**
   * Adds an item, which is not copied; waits while there is no room.
   *
   * Rejects with `Full` where there is none in time, and with `InvalidStateError` after `close()`.
   */
  async put(item: T, options?: QueueWait): Promise<void> {
    const timeout = checkBlock(options, "put item");
    if (this.#closed) throw closed();
    if (this.#putters.isEmpty && this.#push(item)) return;
    if (timeout === 0 || !await this.#putters.wait(() => this.#push(item), timeout)) {
      throw full(this.#maxsize);
    }
  }

  /**
   * Takes the next item; waits for one.
   *
   * Rejects with `Empty` where none comes in time, and with `EOFError` where the queue is closed and
   * empty.
   */
  async get(options?: QueueWait): Promise<T> {
    const timeout = checkBlock(options, "get item");
    let item: T;
    const take = (): boolean => {
      if (this.#store.length === 0) return false;
      item = this.#store.shift();
      return true;
    };
    const taken = (this.#getters.isEmpty && take()) ||
      (timeout !== 0 && !this.#closed && await this.#getters.wait(take, timeout));
    if (!taken) throw this.#closed ? ended() : empty();
    this.#putters.serve();
    return item!;
  }

  /** As {@linkcode UnsharedQueue.put}, without waiting: rejects with `Full` where there is no room now. */
  async putNowait(item: T): Promise<void> {
    await this.put(item, { timeout: 0 });
  }

  /** As {@linkcode UnsharedQueue.get}, without waiting: rejects with `Empty` where there is no item now. */
  async getNowait(): Promise<T> {
    return await this.get({ timeout: 0 });
  }

  /** Number of items now. */
  qsize(): Promise<number> {
    return Promise.resolve(this.#store.length);
  }

  /** True when there is no item now. */
  empty(): Promise<boolean> {
    return Promise.resolve(this.#store.length === 0);
  }

  /** True when there is no room now. */
  full(): Promise<boolean> {
    return Promise.resolve(this.#store.length >= this.#maxsize);
  }

  /**
   * An item that was taken is done.
   *
   * Rejects with `RangeError` where it is called more often than items were put.
   */
  async taskDone(): Promise<void> {
    if (this.#undone === 0) throw notTaken("put");
    this.#undone--;
    await Promise.resolve();
    this.#joiners.serve();
  }

  /**
   * Waits until all items that were put are done; resolves to `true` when they are, and to `false` after
   * `timeout` milliseconds. Mirrors `join`, which tells nothing and has no timeout.
   */
  async join(options?: WaitOptions): Promise<boolean> {
    const timeout = checkWait(options, "join queue");
    const isDone = (): boolean => this.#undone === 0;
    return isDone() || (timeout !== 0 && await this.#joiners.wait(isDone, timeout));
  }

  /**
   * Nothing more will be put: those who wait to put reject with `InvalidStateError`, those who wait for an item
   * with `EOFError`. What is there can be taken. Mirrors `shutdown` of Python 3.13.
   */
  close(): void {
    this.#closed = true;
    this.#putters.fail(closed);
    this.#getters.fail(ended);
  }

  #push(item: T): boolean {
    if (this.#store.length >= this.#maxsize) return false;
    this.#store.push(item);
    this.#undone++;
    this.#getters.serve();
    return true;
  }
}

function closed(): InvalidStateError {
  return new InvalidStateError("Cannot put item: the queue was closed");
}

function ended(): EOFError {
  return new EOFError("Cannot get item: the queue is empty and was closed");
}
