/**
 * Random values for round trips. The seed makes a run repeatable: a failing test names it. A generator
 * of our own, because a library for this would have to come from the npm registry at every run on Deno.
 */

/** `count` values; the same seed gives the same ones. */
export function* randomValues(seed: number, count: number): Generator<unknown> {
  const generator = new ValueGenerator(seed);
  for (let i = 0; i < count; i++) yield generator.next();
}

const STRINGS = [
  "",
  "a",
  "__proto__",
  "@pool/core",
  "length",
  "\ud800",
  "é😀",
  "0",
  "-1",
  "toString",
];
const NUMBERS = [0, -0, 1, -1, NaN, Infinity, 2 ** 31, 2 ** 53, 0.1, -1e300];
const DEEPEST = 5;

class ValueGenerator {
  #state: number;
  /** Parts of the current value that may stand in it again. */
  #parts: unknown[] = [];

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): unknown {
    this.#parts = [];
    return this.#value(0);
  }

  /** A whole number below `limit` (mulberry32). */
  #below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!;
  }

  #value(depth: number): unknown {
    if (depth >= DEEPEST || this.#below(3) === 0) return this.#primitive();
    if (this.#parts.length > 0 && this.#below(8) === 0) return this.#pick(this.#parts);
    const make = this.#pick([
      this.#plain,
      this.#plain,
      this.#array,
      this.#array,
      this.#map,
      this.#set,
      this.#leaf,
    ]);
    return make.call(this, depth + 1);
  }

  #primitive(): unknown {
    switch (this.#below(7)) {
      case 0:
        return this.#pick(NUMBERS);
      case 1:
        return this.#below(1000) - 500;
      case 2:
        return this.#pick(STRINGS) + this.#pick(STRINGS);
      case 3:
        return BigInt(this.#below(2 ** 30)) ** BigInt(this.#below(6));
      default:
        return this.#pick([true, false, null, undefined]);
    }
  }

  #remember<T>(part: T): T {
    this.#parts.push(part);
    return part;
  }

  #plain(depth: number): unknown {
    const bare = this.#below(6) === 0;
    const value = this.#remember(bare ? Object.create(null) : {}) as object;
    for (let i = this.#below(5); i > 0; i--) this.#define(value, this.#key(), depth);
    return value;
  }

  #key(): string {
    return this.#below(2) === 0 ? this.#pick(STRINGS) : `k${this.#below(100)}`;
  }

  #define(holder: object, key: string, depth: number): void {
    if (key === "length" && Array.isArray(holder)) return;
    Object.defineProperty(holder, key, {
      value: this.#value(depth),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }

  #array(depth: number): unknown {
    const list: unknown[] = this.#remember([]);
    for (let i = this.#below(5); i > 0; i--) {
      if (this.#below(8) === 0) list.length++;
      else list.push(this.#value(depth));
    }
    if (this.#below(8) === 0) this.#define(list, this.#key(), depth);
    return list;
  }

  #map(depth: number): unknown {
    const map: Map<unknown, unknown> = this.#remember(new Map());
    for (let i = this.#below(4); i > 0; i--) map.set(this.#value(depth), this.#value(depth));
    return map;
  }

  #set(depth: number): unknown {
    const set: Set<unknown> = this.#remember(new Set());
    for (let i = this.#below(4); i > 0; i--) set.add(this.#value(depth));
    return set;
  }

  #leaf(): unknown {
    const bytes = new Uint8Array(this.#below(20)).map(() => this.#below(256));
    return this.#remember(
      this.#pick([
        () => new Date(this.#pick(NUMBERS)),
        () => new RegExp(this.#pick(["a", "[/]", "(?:)"]), this.#pick(["", "g", "iu"])),
        () => bytes,
        () => bytes.buffer,
        () => new DataView(bytes.buffer),
        () => new Float64Array(bytes.length),
        () => Object(this.#pick(["x", 1, true, 5n])),
      ])(),
    );
  }
}
