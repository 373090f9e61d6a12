/** Many numbers at once: a typed array crosses a boundary as one block of bytes. */

/** Fewer than these gain nothing. */
const WORTH_PACKING = 32;

/** Numbers in the narrower of two types that holds them exactly. */
export type Numbers = Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** True for what {@link packNumbers} has made. */
export function isNumbers(items: readonly unknown[] | Numbers): items is Numbers {
  return ArrayBuffer.isView(items);
}

/** The items as a typed array, exactly; `undefined` for few items and for others than numbers. */
export function packNumbers(items: readonly unknown[]): Numbers | undefined {
  const { length } = items;
  if (length < WORTH_PACKING || typeof items[0] !== "number") return undefined;
  const integers = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const item = items[i];
    if (typeof item !== "number") return undefined;
    integers[i] = item;
    // Also where it is -0, which no integer can be.
    if (!Object.is(integers[i], item)) return packFloats(items);
  }
  return integers;
}

function packFloats(items: readonly unknown[]): Numbers | undefined {
  const floats = new Float64Array(items.length);
  for (let i = 0; i < floats.length; i++) {
    const item = items[i];
    if (typeof item !== "number") return undefined;
    floats[i] = item;
  }
  return floats;
}
