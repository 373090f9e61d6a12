/** Fewer leaves than this are copied and written faster one by one. */
const FEWEST_LEAVES = 16;
/** Values of more leaves are cloned natively: nobody shall walk a large value twice. */
const MOST_LEAVES = 1024;
/** Values of more objects too: whether one stands twice is looked up in a list. */
const MOST_OBJECTS = 48;

/**
 * The JSON text of a medium-sized value, if that is an exact copy of it, as structured clone would make
 * one: strings, finite numbers, booleans and null in arrays and plain objects, of which none stands
 * twice. Else `undefined`. For such values the text is the fastest way to copy, keep, send and rebuild
 * them: one native pass each, and one string for the collector instead of a tree.
 */
export function exactJson(value: object): string | undefined {
  try {
    const look = new Look();
    if (!look.isExact(value) || look.leaves < FEWEST_LEAVES || look.suitsClone) {
      return undefined;
    }
    return JSON.stringify(value);
  } catch {
    // A getter threw: the usual way says so, with its path.
    return undefined;
  }
}

/**
 * The JSON text of many values that are independent of each other, such as the items of a map: an object may
 * stand in two of them, and arrives as two.
 */
export function exactJsonOfEach(values: readonly unknown[]): string | undefined {
  try {
    const look = new Look();
    for (let i = 0; i < values.length; i++) {
      look.begin();
      if (!look.isExact(values[i])) return undefined;
    }
    return look.suitsClone ? undefined : JSON.stringify(values);
  } catch {
    return undefined;
  }
}

/** True where a library has given all arrays or objects a JSON of its own. */
export function hasOtherJson(): boolean {
  return "toJSON" in [];
}

/** One look at a value, or at several one after the other. */
class Look {
  /** Of this value. */
  leaves = 0;
  #total = 0;
  /** Numbers that are no integers, of all values: JSON is slow with these. */
  #fractions = 0;
  /** Objects of this value: a second place for one would make two of it. */
  #seen: object[] = [];

  /** Whether a clone is faster, or alone exact. */
  get suitsClone(): boolean {
    return hasOtherJson() || this.#fractions * 2 > this.#total + this.leaves;
  }

  /** The next value. */
  begin(): void {
    this.#total += this.leaves;
    this.leaves = 0;
    if (this.#seen.length > 0) this.#seen = [];
  }

  isExact(value: unknown): boolean {
    switch (typeof value) {
      case "string":
      case "boolean":
        return ++this.leaves <= MOST_LEAVES;
      case "number":
        if ((value | 0) !== value) this.#fractions++;
        return ++this.leaves <= MOST_LEAVES && Number.isFinite(value) && !Object.is(value, -0);
      case "object":
        return value === null ? ++this.leaves <= MOST_LEAVES : this.#isExactObject(value);
      default:
        return false;
    }
  }

  #isExactObject(value: object): boolean {
    if (this.#seen.includes(value) || this.#seen.push(value) > MOST_OBJECTS) return false;
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Array.prototype) return this.#isExactArray(value as unknown[]);
    if (prototype !== Object.prototype) return false;
    const keys = Object.keys(value);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      if (key === "__proto__" || !this.isExact(value[key as never])) return false;
    }
    return true;
  }

  #isExactArray(items: unknown[]): boolean {
    const { length } = items;
    // Named properties would be lost. Holes read as undefined.
    if (length > MOST_LEAVES || Object.keys(items).length !== length) return false;
    for (let i = 0; i < length; i++) if (!this.isExact(items[i])) return false;
    return true;
  }
}
