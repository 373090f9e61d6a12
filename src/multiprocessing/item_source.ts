import type { AnyIterable } from "../core/pool.ts";
import { show } from "../core/options.ts";

/** An iterator of either kind. */
export type AnyIterator<T> = Iterator<T> | AsyncIterator<T>;

/** Throws a `TypeError` for what cannot be iterated. */
export function checkIterable<T>(items: AnyIterable<T>, call: string): void {
  const source = items as Partial<AsyncIterable<T> & Iterable<T>> | null | undefined;
  if (
    typeof source?.[Symbol.asyncIterator] === "function" ||
    typeof source?.[Symbol.iterator] === "function"
  ) return;
  throw new TypeError(`Cannot ${call}: the items must be iterable, not ${show(items)}`);
}

/** True for what must be awaited item by item. */
export function isAsyncIterable<T>(items: AnyIterable<T>): items is AsyncIterable<T> {
  return typeof (items as Partial<AsyncIterable<T>>)[Symbol.asyncIterator] === "function";
}

/** Begins to iterate. */
export function iterate<T>(items: AnyIterable<T>): AnyIterator<T> {
  return isAsyncIterable(items) ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}
