/** A view of the same type on another buffer. */
export function viewLike(
  view: ArrayBufferView,
  buffer: ArrayBufferLike,
  byteOffset: number,
  byteLength: number,
): ArrayBufferView {
  // The tag names the element type also for subclasses such as Buffer, and for views of another realm.
  const name = (view as Uint8Array)[Symbol.toStringTag] as "Uint8Array";
  const type = globalThis[name];
  return new type(buffer as ArrayBuffer, byteOffset, byteLength / (type.BYTES_PER_ELEMENT ?? 1));
}

/** The bytes of a buffer, or those that a view shows. */
export function bytesOf(source: ArrayBufferLike | ArrayBufferView): Uint8Array {
  if (!ArrayBuffer.isView(source)) return new Uint8Array(source);
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}

/** True for a buffer whose bytes were moved away. */
export function isDetached(buffer: ArrayBuffer): boolean {
  const { detached } = buffer as { detached?: boolean };
  if (detached !== undefined) return detached;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** Takes the bytes away from the caller at once, as `postMessage` would. */
export function detach(buffer: ArrayBuffer): ArrayBuffer {
  const { transfer } = buffer as { transfer?: () => ArrayBuffer };
  return transfer ? transfer.call(buffer) : structuredClone(buffer, { transfer: [buffer] });
}
