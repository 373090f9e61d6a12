import type { Key } from "./key.ts";

/** What a dict is in its manager: each call is atomic, as nothing else runs there in the meantime. */
export class ManagedDict {
  readonly #items: Map<Key, unknown>;

  constructor(entries: Iterable<readonly [Key, unknown]>) {
    this.#items = new Map(entries);
  }

  get(key: Key, fallback?: unknown): unknown {
    return this.#items.has(key) ? this.#items.get(key) : fallback;
  }

  set(key: Key, value: unknown): void {
    this.#items.set(key, value);
  }

  has(key: Key): boolean {
    return this.#items.has(key);
  }

  delete(key: Key): boolean {
    return this.#items.delete(key);
  }

  keys(): Key[] {
    return [...this.#items.keys()];
  }

  values(): unknown[] {
    return [...this.#items.values()];
  }

  entries(): [Key, unknown][] {
    return [...this.#items];
  }

  size(): number {
    return this.#items.size;
  }

  clear(): void {
    this.#items.clear();
  }

  update(entries: readonly (readonly [Key, unknown])[]): void {
    for (const [key, value] of entries) this.#items.set(key, value);
  }

  /** The fallback is a list, as it may be `undefined`. */
  pop(key: Key, fallback: readonly unknown[]): unknown {
    if (!this.#items.has(key)) {
      if (fallback.length > 0) return fallback[0];
      throw new RangeError(`Cannot pop ${showKey(key)} of dict: there is no such key`);
    }
    const value = this.#items.get(key);
    this.#items.delete(key);
    return value;
  }

  setDefault(key: Key, value: unknown): unknown {
    if (!this.#items.has(key)) this.#items.set(key, value);
    return this.#items.get(key);
  }
}

function showKey(key: Key): string {
  return typeof key === "string" ? JSON.stringify(key) : String(key);
}
