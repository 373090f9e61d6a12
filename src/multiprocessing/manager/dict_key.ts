import { show } from "../../core/options.ts";

/**
 * Keys of a manager's dict: values that are the same in every worker. They are compared as those of a
 * `Map`.
 *
 * @example
 * ```ts
 * import { type DictKey, Manager } from "@pool/core";
 *
 * const keys: DictKey[] = ["a", 1, true, null];
 * await using manager = new Manager({ backend: "inline" });
 * const dict = await manager.dict<DictKey, number>(keys.map((key, index) => [key, index]));
 * console.log(await dict.get(null), await dict.get("1")); // 3 undefined
 * ```
 */
export type DictKey = string | number | boolean | bigint | null;

/** Refuses all other keys: an object is copied on its way, and would never be found again. */
export function checkKey(key: unknown, call: string): void {
  switch (typeof key) {
    case "string":
    case "number":
    case "boolean":
    case "bigint":
      return;
  }
  if (key === null) return;
  throw new TypeError(
    `Cannot ${call}: a key must be a string, number, boolean, bigint or null, not ${show(key)}`,
  );
}
