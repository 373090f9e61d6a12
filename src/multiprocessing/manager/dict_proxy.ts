import { PARTS, type SharedParts } from "../../protocol/shareable.ts";
import { checkedEntries, type DictEntries } from "./dict_entries.ts";
import { checkKey, type DictKey } from "./dict_key.ts";
import { ManagedDict } from "./managed_dict.ts";
import type { ManagedKind } from "./managed_object.ts";
import type { ObjectLink } from "./object_link.ts";
import { refuseJson } from "../sharing/refuse_json.ts";

/**
 * A dict that lives in a {@linkcode Manager}: all workers that have this proxy see the same one. Pass it in
 * arguments, results, initargs or messages. Mirrors `multiprocessing.managers.DictProxy`.
 *
 * Each method is atomic. What takes several calls, such as adding to a number, needs a lock. Values are
 * copied: a change of what `get` gave is seen by nobody until it is `set` again. Shared things among
 * them stay what they are: a proxy of another dict, a lock, a queue.
 *
 * All methods reject with `ProcessError` or `InvalidStateError` after the end of the manager, and with
 * `MaybeEncodingError` for values that cannot be sent. What a call costs stands at {@linkcode Manager}.
 *
 * @example
 * ```ts
 * import { type DictProxy, type Lock, Manager, Pool, task } from "@pool/core";
 *
 * export const count = task(import.meta, async (totals: DictProxy<string, number>, lock: Lock) => {
 *   using _held = await lock.acquire();
 *   await totals.set("calls", (await totals.get("calls", 0)) + 1);
 * });
 *
 * if (import.meta.main) {
 *   await using manager = await Manager.start();
 *   const totals = await manager.dict<string, number>();
 *   const lock = await manager.lock();
 *   await using pool = new Pool(2);
 *   await pool.starmap(count, Array.from({ length: 100 }, () => [totals, lock] as const));
 *   console.log(await totals.get("calls")); // 100
 * }
 * ```
 */
export class DictProxy<K extends DictKey = string, V = unknown> {
  readonly #link: ObjectLink;

  /** @ignore made by `manager.dict()` */
  constructor(link: ObjectLink) {
    this.#link = link;
  }

  /** A copy of what stands under a key, or `undefined`. */
  get(key: K): Promise<V | undefined>;
  /** A copy of what stands under a key; `fallback` where nothing does. */
  get<F>(key: K, fallback: F): Promise<V | F>;
  get(key: K, fallback?: unknown): Promise<unknown> {
    return this.#call("get", key, fallback);
  }

  /** Puts a copy of a value under a key. Rejects with `TypeError` for a key that is no {@linkcode DictKey}. */
  set(key: K, value: V): Promise<void> {
    return this.#call("set", key, value);
  }

  /** Whether something stands under a key. Mirrors `in`. */
  has(key: K): Promise<boolean> {
    return this.#call("has", key);
  }

  /** Removes a key; whether it was there. Python's `del` raises where it was not. */
  delete(key: K): Promise<boolean> {
    return this.#call("delete", key);
  }

  /** Removes a key, and gives what stood there. Rejects with `RangeError` where nothing did. */
  pop(key: K): Promise<V>;
  /** Removes a key, and gives what stood there, or `fallback`. */
  pop<F>(key: K, fallback: F): Promise<V | F>;
  pop(key: K, ...fallback: unknown[]): Promise<unknown> {
    return this.#call("pop", key, fallback);
  }

  /** What stands under a key; where nothing does, `value`, which stands there from then on. */
  setDefault(key: K, value: V): Promise<V> {
    return this.#call("setDefault", key, value);
  }

  /**
   * Sets many keys in one call. Rejects with `TypeError` for what is no {@linkcode DictEntries}, and then
   * changes nothing.
   */
  async update(entries: DictEntries<K, V>): Promise<void> {
    await this.#link.call("update", checkedEntries(entries, "update dict"));
  }

  /** The keys, in the order in which they came. */
  keys(): Promise<K[]> {
    return this.#link.call("keys");
  }

  /** Copies of the values, in the order of their keys. */
  values(): Promise<V[]> {
    return this.#link.call("values");
  }

  /** Keys and copies of their values. Mirrors `items`. */
  entries(): Promise<[K, V][]> {
    return this.#link.call("entries");
  }

  /** The number of keys. Mirrors `len`. */
  size(): Promise<number> {
    return this.#link.call("size");
  }

  /** Removes everything. */
  clear(): Promise<void> {
    return this.#link.call("clear");
  }

  /** Iterates over {@linkcode DictProxy.entries} as they are at the beginning. */
  async *[Symbol.asyncIterator](): AsyncGenerator<[K, V], undefined, undefined> {
    yield* await this.entries();
  }

  /** @ignore */
  [PARTS](): SharedParts {
    return this.#link.parts();
  }

  /** @ignore */
  came(): void {
    this.#link.came();
  }

  /** Throws: JSON cannot carry it. */
  toJSON(): never {
    return refuseJson("DictProxy", ", or take its entries()");
  }

  async #call<R>(method: string, key: K, ...rest: unknown[]): Promise<R> {
    checkKey(key, `${method} in dict`);
    return await this.#link.call(method, key, ...rest);
  }
}

/** What dicts are to their manager. */
export const DICT: ManagedKind = {
  name: "DictProxy",
  make: (entries: readonly [DictKey, unknown][]) => new ManagedDict(entries),
  proxy: (link) => new DictProxy(link),
};
