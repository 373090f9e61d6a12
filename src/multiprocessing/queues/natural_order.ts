import { show } from "../../core/options.ts";

/** Kinds that have an order, in the order of the kinds. */
const KINDS = ["number", "string", "boolean", "date"] as const;

/**
 * The order of values that have one by themselves: numbers and bigints, then strings, booleans and dates, each
 * among themselves. Arrays are compared by their first items, then by the next, as Python's tuples are;
 * what has no order counts as equal there, if it is not the first.
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
  if (kindOf(decisive) >= 0) return;
  throw new TypeError(
    `Cannot put item: ${show(decisive)} has no order; put [priority, item], or pass compare`,
  );
}

function compareSingle(a: unknown, b: unknown): number {
  const kind = kindOf(a), other = kindOf(b);
  if (kind < 0 || other < 0) return 0;
  if (kind !== other) return kind - other;
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

/** Place in {@linkcode KINDS}; -1 for what has no order. */
function kindOf(value: unknown): number {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? -1 : KINDS.indexOf("date");
  if (typeof value === "bigint") return KINDS.indexOf("number");
  if (typeof value === "number" && Number.isNaN(value)) return -1;
  return KINDS.indexOf(typeof value as "number");
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
