/** Many numbers at once: a typed array crosses a boundary as one block of bytes. */

/** Fewer than these gain nothing. */
export const WORTH_PACKING = 32;

/** From so many on their memory is shared, where it may be: less is copied as fast. */
const WORTH_SHARING = 4096;

/** Numbers in the narrower of two types that holds them exactly. */
export type Numbers = Int32Array | Float64Array;

/** True for what {@link packNumbers} has made. */
export function isNumbers(items: readonly unknown[] | Numbers): items is Numbers {
  return ArrayBuffer.isView(items);
}

/**
 * The items from one index to another as a typed array, exactly; `undefined` for few items and for others
 * than numbers.
 * @param shares many numbers are put where other threads can read them, so that no part is copied on its way
 */
export function packNumbers(
  items: readonly unknown[],
  from = 0,
  to = items.length,
  shares = false,
): Numbers | undefined {
  const length = to - from;
  if (length < WORTH_PACKING || typeof items[from] !== "number") return undefined;
  const memory = shares && length >= WORTH_SHARING ? SharedArrayBuffer : ArrayBuffer;
  const integers = new Int32Array(new memory(length * Int32Array.BYTES_PER_ELEMENT));
  let count = 0;
  // Rarer cases are after the loop: with a call in it V8 takes twice as long.
  for (; count < length; count++) {
    const item = items[from + count];
    if (typeof item !== "number") return undefined;
    const whole = item | 0;
    // Also where it is -0, which no integer can be.
    if (!Object.is(whole, item)) break;
    integers[count] = whole;
  }
  if (count === length) return integers;
  const floats = new Float64Array(new memory(length * Float64Array.BYTES_PER_ELEMENT));
  for (let i = 0; i < length; i++) {
    const item = items[from + i];
    if (typeof item !== "number") return undefined;
    floats[i] = item;
  }
  return floats;
}

/** The numbers from one index to another, to be sent: a copy, unless all are in shared memory. */
export function partOf(numbers: Numbers, from: number, to: number): Numbers {
  return numbers.buffer instanceof ArrayBuffer
    ? numbers.slice(from, to)
    : numbers.subarray(from, to);
}
