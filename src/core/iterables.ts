/** What calls can take their items from. */
import { show } from "./options.ts";

/** True for what gives its items at once. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof (value as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] ===
    "function";
}

/** True for what must be awaited item by item. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof (value as Partial<AsyncIterable<unknown>> | null | undefined)
    ?.[Symbol.asyncIterator] ===
    "function";
}

/** Throws a `TypeError` for what cannot be iterated. */
export function checkIterable(items: unknown, call: string, what = "items"): void {
  if (isIterable(items) || isAsyncIterable(items)) return;
  throw new TypeError(`Cannot ${call}: the ${what} must be iterable, not ${show(items)}`);
}
