/** Many numbers at once: a typed array crosses a boundary as one block of bytes. */

/** Fewer than these gain nothing. */
export const WORTH_PACKING = 32;

/** Numbers in the narrower of two types that holds them exactly. */
export type Numbers = Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** True for what {@link packNumbers} has made. */
export function isNumbers(items: readonly unknown[] | Numbers): items is Numbers {
  return ArrayBuffer.isView(items);
}

/**
 * The items from one index to another as a typed array, exactly; `undefined` for few items and for others
 * than numbers.
 */
export function packNumbers(
  items: readonly unknown[],
  from = 0,
  to = items.length,
): Numbers | undefined {
  const length = to - from;
  if (length < WORTH_PACKING || typeof items[from] !== "number") return undefined;
  const integers = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const item = items[from + i];
    if (typeof item !== "number") return undefined;
    integers[i] = item;
    // Also where it is -0, which no integer can be.
    if (!Object.is(integers[i], item)) return packFloats(items, from, length);
  }
  return integers;
}

function packFloats(items: readonly unknown[], from: number, length: number): Numbers | undefined {
  const floats = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const item = items[from + i];
    if (typeof item !== "number") return undefined;
    floats[i] = item;
  }
  return floats;
}
