/** Fewer leaves than this are copied and written faster one by one. */
const FEWEST_LEAVES = 16;
/** Values of more leaves are cloned natively: nobody shall walk a large value twice. */
const MOST_LEAVES = 1024;
/** Values of more objects too: whether one stands twice is looked up in a list. */
const MOST_OBJECTS = 48;

/** Objects of the value that is being looked at: a second place for one would make two of it. */
const seen: object[] = [];
let leaves = 0;
/** Numbers that are no integers: JSON is slow with these. */
let fractions = 0;

/**
 * The JSON text of a medium-sized value, if that is an exact copy of it, as structured clone would make
 * one: strings, finite numbers, booleans and null in arrays and plain objects, of which none stands
 * twice. Else `undefined`. For such values the text is the fastest way to copy, keep, send and rebuild
 * them: one native pass each, and one string for the collector instead of a tree.
 */
export function exactJson(value: object): string | undefined {
  seen.length = leaves = fractions = 0;
  try {
    if (!isExact(value) || leaves < FEWEST_LEAVES || fractions * 2 > leaves) return undefined;
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
  leaves = fractions = 0;
  try {
    let total = 0;
    for (let i = 0; i < values.length; i++) {
      seen.length = leaves = 0;
      if (!isExact(values[i])) return undefined;
      total += leaves;
    }
    return fractions * 2 > total ? undefined : JSON.stringify(values);
  } catch {
    return undefined;
  }
}

function isExact(value: unknown): boolean {
  switch (typeof value) {
    case "string":
      return ++leaves <= MOST_LEAVES;
    case "number":
      if ((value | 0) !== value) fractions++;
      return ++leaves <= MOST_LEAVES && Number.isFinite(value) && !Object.is(value, -0);
    case "boolean":
      return ++leaves <= MOST_LEAVES;
    case "object":
      return value === null ? ++leaves <= MOST_LEAVES : isExactObject(value);
    default:
      return false;
  }
}

function isExactObject(value: object): boolean {
  if (seen.includes(value) || seen.push(value) > MOST_OBJECTS) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) return isExactArray(value as unknown[]);
  if (prototype !== Object.prototype) return false;
  const keys = Object.keys(value);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (key === "__proto__" || !isExact(value[key as never])) return false;
  }
  return true;
}

function isExactArray(items: unknown[]): boolean {
  const { length } = items;
  // Named properties would be lost. Holes read as undefined.
  if (length > MOST_LEAVES || Object.keys(items).length !== length) return false;
  for (let i = 0; i < length; i++) if (!isExact(items[i])) return false;
  return true;
}
