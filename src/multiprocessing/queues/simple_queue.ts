import { PARTS, type SharedParts } from "../../protocol/shareable.ts";
import { Link } from "../sharing/link.ts";
import { QueueEngine } from "./queue_engine.ts";
import { kindOf, QueueHandle } from "./queue_handle.ts";

const KIND = kindOf("SimpleQueue");

/**
 * The least queue: any number of items, no timeouts. Mirrors `multiprocessing.SimpleQueue`. For all else it
 * is as {@linkcode Queue}.
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
export class SimpleQueue<T = unknown> {
  readonly #handle: QueueHandle<T>;

  /** Makes an empty queue. */
  constructor();
  /** @ignore for one that came from another worker */
  constructor(handle: QueueHandle<T>);
  constructor(handle: QueueHandle<T> = createHandle()) {
    this.#handle = handle;
  }

  /**
   * Adds an item; resolves when it is accepted.
   *
   * Rejects with `MaybeEncodingError` for an item that cannot be sent, and with `InvalidStateError` after
   * `close()`.
   */
  async put(item: T): Promise<void> {
    await this.#handle.put(item, undefined);
  }

  /** Takes the next item; waits for one. */
  async get(): Promise<T> {
    return await this.#handle.get(undefined);
  }

  /** As {@linkcode SimpleQueue.put}; throws `InvalidStateError` in child processes of the creator's. */
  putSync(item: T): void {
    this.#handle.putSync(item, undefined);
  }

  /**
   * As {@linkcode SimpleQueue.get}, but blocks this thread.
   *
   * @throws `InvalidStateError` in child processes of the creator's
   */
  getSync(): T {
    return this.#handle.getSync(undefined);
  }

  /** True when there is no item now; approximate while others work. */
  async empty(): Promise<boolean> {
    return await (await this.#handle.ops()).isEmpty();
  }

  /** This worker will put nothing more. */
  close(): void {
    this.#handle.close();
  }

  /** @ignore */
  [PARTS](shared: boolean): SharedParts {
    return this.#handle.link.parts(this, shared);
  }

  /** Throws: JSON cannot carry it. */
  toJSON(): never {
    throw new TypeError("Cannot turn SimpleQueue into JSON: pass it as it is");
  }
}

function createHandle<T>(): QueueHandle<T> {
  return new QueueHandle<T>(Link.to(KIND, QueueEngine.make(0)), "SimpleQueue");
}

/** Makes the queue of this realm for one that came. */
export function reviveSimpleQueue(parts: SharedParts): SimpleQueue {
  return new SimpleQueue(new QueueHandle(Link.from(KIND, parts), "SimpleQueue"));
}
