import { describeKey } from "../../protocol/describe.ts";
import type { DictKey } from "./dict_key.ts";

/** What a dict is in its manager: each call is atomic, as nothing else runs there in the meantime. */
export class ManagedDict {
  readonly #items: Map<DictKey, unknown>;

  constructor(entries: Iterable<readonly [DictKey, unknown]>) {
    this.#items = new Map(entries);
  }

  get(key: DictKey, fallback?: unknown): unknown {
    return this.#items.has(key) ? this.#items.get(key) : fallback;
  }

  set(key: DictKey, value: unknown): void {
    this.#items.set(key, value);
  }

  has(key: DictKey): boolean {
    return this.#items.has(key);
  }

  delete(key: DictKey): boolean {
    return this.#items.delete(key);
  }

  keys(): DictKey[] {
    return [...this.#items.keys()];
  }

  values(): unknown[] {
    return [...this.#items.values()];
  }

  entries(): [DictKey, unknown][] {
    return [...this.#items];
  }

  size(): number {
    return this.#items.size;
  }

  clear(): void {
    this.#items.clear();
  }

  update(entries: readonly (readonly [DictKey, unknown])[]): void {
    for (const [key, value] of entries) this.#items.set(key, value);
  }

  /** The fallback is a list, as it may be `undefined`. */
  pop(key: DictKey, fallback: readonly unknown[]): unknown {
    if (!this.#items.has(key)) {
      if (fallback.length > 0) return fallback[0];
      throw new RangeError(`Cannot pop ${describeKey(key)} of dict: there is no such key`);
    }
    const value = this.#items.get(key);
    this.#items.delete(key);
    return value;
  }

  setDefault(key: DictKey, value: unknown): unknown {
    if (!this.#items.has(key)) this.#items.set(key, value);
    return this.#items.get(key);
  }
}
