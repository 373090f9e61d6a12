import { show } from "../../core/options.ts";

/** Kinds that have an order, in the order of the kinds. */
const KINDS: Readonly<Record<string, number>> = { number: 0, bigint: 0, string: 1, boolean: 2 };
const DATE = 3, NONE = 4;

/**
 * The order of values that have one by themselves: numbers and bigints, then strings, booleans and dates, each
 * among themselves. Arrays are compared by their first items, then by the next, as Python's tuples are;
 * what has no order comes last there, if it is not the first.
 */
export function naturalOrder(a: unknown, b: unknown): number {
  if (!Array.isArray(a) && !Array.isArray(b)) return compareSingle(a, b);
  const first = asArray(a), second = asArray(b);
  const length = Math.min(first.length, second.length);
  for (let i = 0; i < length; i++) {
    const order = compareSingle(first[i], second[i]);
    if (order !== 0) return order;
  }
  return first.length - second.length;
}

/** Throws a `TypeError` for what has no order. */
export function checkOrder(item: unknown): void {
  const decisive = Array.isArray(item) ? item[0] : item;
  if (kindOf(decisive) < NONE) return;
  throw new TypeError(
    `Cannot put item: ${show(decisive)} has no order; put [priority, item], or pass compare`,
  );
}

function compareSingle(a: unknown, b: unknown): number {
  const kind = kindOf(a), other = kindOf(b);
  if (kind !== other) return kind - other;
  if (kind === NONE) return 0;
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

/** Its place among the kinds; the last for what has no order. */
function kindOf(value: unknown): number {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? NONE : DATE;
  return Number.isNaN(value) ? NONE : KINDS[typeof value] ?? NONE;
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
