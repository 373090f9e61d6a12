import { bytesOf } from "../../protocol/buffers.ts";
import { KeptMark } from "../../protocol/kept_mark.ts";
import { realm } from "../../protocol/realm.ts";

/** Whether two values that came as copies are the same to Python's `==`: by what they hold. */
export function isEqual(a: unknown, b: unknown): boolean {
  return compare(a, b, []);
}

type Pair = readonly [object, object];

/** @param open pairs whose comparison has begun: in a cycle they are equal as far as is known */
function compare(a: unknown, b: unknown, open: readonly Pair[]): boolean {
  if (a === b || (a !== a && b !== b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (open.some(([x, y]) => x === a && y === b)) return true;
  const pairs = [...open, [a, b] as const];
  if (Array.isArray(a)) return isEqualByKeys(a, b, pairs);
  if (a instanceof Date) return a.getTime() === (b as Date).getTime();
  if (a instanceof Map) return isEqualMap(a, b as Map<unknown, unknown>, pairs);
  if (a instanceof Set) return isEqualMap(mapOf(a), mapOf(b as Set<unknown>), pairs);
  if (a instanceof KeptMark) return compare(a.mark, (b as KeptMark).mark, pairs);
  if (ArrayBuffer.isView(a) || a instanceof ArrayBuffer) {
    return isEqualBytes(bytesOf(a), bytesOf(b as ArrayBuffer));
  }
  const prototype = Object.getPrototypeOf(a);
  const encodeOne = realm.classesByPrototype.get(prototype)?.encode;
  if (encodeOne) return compare(encodeOne(a as never), encodeOne(b as never), pairs);
  // What else is no plain object is equal to itself alone: a proxy, a lock.
  return (prototype === Object.prototype || prototype === null) && isEqualByKeys(a, b, pairs);
}

function isEqualByKeys(a: object, b: object, open: readonly Pair[]): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    (!Array.isArray(a) || a.length === (b as unknown[]).length) &&
    keys.every((key) => Object.hasOwn(b, key) && compare(a[key as never], b[key as never], open));
}

function isEqualMap(
  a: ReadonlyMap<unknown, unknown>,
  b: ReadonlyMap<unknown, unknown>,
  open: readonly Pair[],
): boolean {
  if (a.size !== b.size) return false;
  // Most keys are the same; an object may be equal to another one.
  return [...a].every(([key, value]) =>
    b.has(key)
      ? compare(value, b.get(key), open)
      : [...b].some((entry) => compare([key, value], entry, open))
  );
}

function mapOf(values: ReadonlySet<unknown>): Map<unknown, undefined> {
  return new Map([...values].map((value) => [value, undefined]));
}

function isEqualBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
