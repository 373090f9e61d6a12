import type { Queue as QueueContract, QueueWait } from "../../core/queue.ts";
import { PARTS, type SharedParts } from "../../protocol/shareable.ts";
import { checkBlock } from "../sharing/check_block.ts";
import type { QueueHandle } from "./queue_handle.ts";
import { refuseJson } from "../sharing/refuse_json.ts";

/**
 * What {@linkcode Queue}, {@linkcode SimpleQueue} and {@linkcode JoinableQueue} have in common; functions that
 * take any of them take this.
 *
 * @example
 * ```ts
 * import { JoinableQueue, Queue, type SharedQueue } from "@pool/core";
 *
 * async function putAll(queue: SharedQueue<number>, items: number[]): Promise<number> {
 *   for (const item of items) await queue.put(item);
 *   return await queue.qsize();
 * }
 * console.log(await putAll(new Queue(), [1, 2]), await putAll(new JoinableQueue(), [3])); // 2 1
 * ```
 */
export abstract class SharedQueue<T = unknown> implements QueueContract<T> {
  readonly #handle: QueueHandle<T>;

  /** @ignore only for the classes of the library */
  constructor(handle: QueueHandle<T>) {
    this.#handle = handle;
  }

  /**
   * Adds an item; resolves when it is accepted.
   *
   * Rejects with `Full` where there is no room in time, with `MaybeEncodingError` for an item that cannot be
   * sent, and with `InvalidStateError` after `close()`.
   */
  async put(item: T, options?: QueueWait): Promise<void> {
    await this.#handle.put(item, checkBlock(options, "put item"));
  }

  /** Takes the next item. Rejects with `Empty` where there is none in time. */
  async get(options?: QueueWait): Promise<T> {
    return await this.#handle.get(checkBlock(options, "get item"));
  }

  /** As {@linkcode SharedQueue.put}, without waiting: rejects with `Full` where there is no room now. */
  async putNowait(item: T): Promise<void> {
    await this.#handle.put(item, 0);
  }

  /** As {@linkcode SharedQueue.get}, without waiting: rejects with `Empty` where there is no item now. */
  async getNowait(): Promise<T> {
    return await this.#handle.get(0);
  }

  /**
   * As {@linkcode SharedQueue.put}, but blocks this thread.
   *
   * @throws what `put` rejects with, and `InvalidStateError` in child processes of the creator's
   */
  putSync(item: T, options?: QueueWait): void {
    this.#handle.putSync(item, checkBlock(options, "put item"));
  }

  /**
   * As {@linkcode SharedQueue.get}, but blocks this thread.
   *
   * @throws what `get` rejects with, and `InvalidStateError` in child processes of the creator's
   */
  getSync(options?: QueueWait): T {
    return this.#handle.getSync(checkBlock(options, "get item"));
  }

  /** Number of items now, those included that wait in a worker; approximate while others work. */
  async qsize(): Promise<number> {
    return await (await this.#handle.ops()).count();
  }

  /** True when there is no item now; approximate while others work. */
  async empty(): Promise<boolean> {
    return await (await this.#handle.ops()).isEmpty();
  }

  /** True when there is no room now; approximate while others work. Without `maxsize` never. */
  async full(): Promise<boolean> {
    return await (await this.#handle.ops()).isFull();
  }

  /** This worker will put nothing more; it may still get, which Python's may not. */
  close(): void {
    this.#handle.close();
  }

  /**
   * Resolves when everything that this worker has put has left it, after `close()`. Mirrors `join_thread`.
   * Only for who wants to know: a worker waits by itself before it ends.
   *
   * Rejects with `InvalidStateError` before `close()`.
   */
  async joinThread(): Promise<void> {
    await this.#handle.joinThread();
  }

  /** This worker may end at once: what waits in it then is lost. Mirrors `cancel_join_thread`. */
  cancelJoinThread(): void {
    this.#handle.cancelJoinThread();
  }

  /** @ignore */
  [PARTS](shared: boolean): SharedParts {
    return this.#handle.link.parts(this, shared);
  }

  /** Throws: JSON cannot carry it. */
  toJSON(): never {
    return refuseJson(this.#handle.link.kind);
  }
}
