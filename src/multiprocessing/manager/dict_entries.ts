import { show } from "../../core/options.ts";
import { checkKey, type DictKey } from "./dict_key.ts";

/**
 * What a dict can be filled with: a `Map`, pairs of keys and values, or, for keys of text, an object.
 *
 * @example
 * ```ts
 * import { type DictEntries, Manager } from "@pool/core";
 *
 * const defaults: DictEntries<string, number> = { retries: 3, timeout: 5_000 };
 * await using manager = new Manager({ backend: "inline" });
 * const settings = await manager.dict(defaults);
 * await settings.update([["retries", 5]]);
 * console.log(await settings.get("retries")); // 5
 * ```
 */
export type DictEntries<K, V> =
  | Iterable<readonly [K, V]>
  | ([K] extends [string] ? { readonly [key: string]: V } : never);

/** Its pairs; throws a `TypeError` for what is nothing of that, and for keys that cannot be such. */
export function checkedEntries(given: unknown, call: string): [DictKey, unknown][] {
  const entries = entriesOf(given, call);
  for (const [key] of entries) checkKey(key, call);
  return entries as [DictKey, unknown][];
}

function entriesOf(given: unknown, call: string): [unknown, unknown][] {
  if (typeof given === "object" && given !== null) {
    if (Symbol.iterator in given) {
      return Array.from(given as Iterable<unknown>, (pair) => checkPair(pair, call));
    }
    const prototype = Object.getPrototypeOf(given);
    if (prototype === Object.prototype || prototype === null) return Object.entries(given);
  }
  throw new TypeError(
    `Cannot ${call}: expected a Map, pairs of keys and values, or a plain object, not ${
      show(given)
    }`,
  );
}

function checkPair(pair: unknown, call: string): [unknown, unknown] {
  if (Array.isArray(pair) && pair.length === 2) return pair as [unknown, unknown];
  throw new TypeError(`Cannot ${call}: ${show(pair)} is no pair of a key and a value`);
}
