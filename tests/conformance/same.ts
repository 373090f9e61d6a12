import { fail } from "@std/assert";

/**
 * Fails unless two values are the same to every observer: prototypes, order of keys, holes, -0, named
 * properties, bytes, and which parts are one object. `assertEquals` overlooks most of these.
 */
export function assertSame(actual: unknown, expected: unknown, what = "value"): void {
  const difference = new Comparison().differ(actual, expected, what);
  if (difference !== undefined) fail(difference);
}

class Comparison {
  /** Objects that stand at the same place on both sides. */
  readonly #twins = new Map<object, object>();
  readonly #taken = new Set<object>();

  differ(actual: unknown, expected: unknown, path: string): string | undefined {
    if (!isObject(actual) || !isObject(expected)) {
      return Object.is(actual, expected) ? undefined : told(path, show(actual), show(expected));
    }
    const twin = this.#twins.get(expected);
    if (twin || this.#taken.has(actual)) {
      return twin === actual ? undefined : `${path}: parts are one object on one side only`;
    }
    this.#twins.set(expected, actual);
    this.#taken.add(actual);
    return this.#differInKind(actual, expected, path) ??
      this.#differInContent(actual, expected, path) ??
      this.#differInProperties(actual, expected, path);
  }

  #differInKind(actual: object, expected: object, path: string): string | undefined {
    const tags = [actual, expected].map((value) => Object.prototype.toString.call(value));
    if (tags[0] !== tags[1]) return told(path, tags[0], tags[1]);
    const [mine, theirs] = [actual, expected].map((value) => Object.getPrototypeOf(value));
    return mine === theirs ? undefined : `${path}: prototypes differ`;
  }

  #differInContent(actual: object, expected: object, path: string): string | undefined {
    if (expected instanceof Map && actual instanceof Map) {
      return this.#differInItems([...actual].flat(), [...expected].flat(), `${path} entries`);
    }
    if (expected instanceof Set && actual instanceof Set) {
      return this.#differInItems([...actual], [...expected], `${path} items`);
    }
    if (ArrayBuffer.isView(expected) && ArrayBuffer.isView(actual)) {
      return this.differ(bytesOf(actual).join(), bytesOf(expected).join(), `${path} bytes`);
    }
    if (expected instanceof ArrayBuffer && actual instanceof ArrayBuffer) {
      return this.differ(
        new Uint8Array(actual).join(),
        new Uint8Array(expected).join(),
        `${path} bytes`,
      );
    }
    if (expected instanceof RegExp) return this.differ(`${actual}`, `${expected}`, path);
    const inner = hasPrimitive(expected) && hasPrimitive(actual);
    return inner ? this.differ(actual.valueOf(), expected.valueOf(), path) : undefined;
  }

  #differInItems(actual: unknown[], expected: unknown[], path: string): string | undefined {
    if (actual.length !== expected.length) return told(path, actual.length, expected.length);
    for (const [i, item] of expected.entries()) {
      const difference = this.differ(actual[i], item, `${path}[${i}]`);
      if (difference !== undefined) return difference;
    }
  }

  #differInProperties(actual: object, expected: object, path: string): string | undefined {
    // The elements of a view were compared as bytes.
    if (ArrayBuffer.isView(expected)) return undefined;
    const keys = Object.keys(expected);
    const [mine, theirs] = [Object.keys(actual), keys].map((list) => JSON.stringify(list));
    if (mine !== theirs) return told(`${path} keys`, mine, theirs);
    if (Array.isArray(expected) && (actual as unknown[]).length !== expected.length) {
      return told(`${path}.length`, (actual as unknown[]).length, expected.length);
    }
    for (const key of keys) {
      const difference = this.differ(
        Object.getOwnPropertyDescriptor(actual, key)!.value,
        Object.getOwnPropertyDescriptor(expected, key)!.value,
        `${path}[${JSON.stringify(key)}]`,
      );
      if (difference !== undefined) return difference;
    }
  }
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const hasPrimitive = (value: object): boolean =>
  value instanceof Date || value instanceof Number || value instanceof String ||
  value instanceof Boolean || value instanceof BigInt;

function told(path: string, actual: unknown, expected: unknown): string {
  return `${path}: ${String(actual).slice(0, 200)} instead of ${String(expected).slice(0, 200)}`;
}

const show = (value: unknown): string =>
  Object.is(value, -0) ? "-0" : typeof value === "string" ? JSON.stringify(value) : String(value);
