import { Buffer } from "node:buffer";
import type { TextMemory } from "../protocol/slot_codec.ts";

const encoder = new TextEncoder();

/** Shared memory as a Buffer, whose Latin-1 methods are native; only Deno writes character by character. */
export function wrapText(memory: SharedArrayBuffer): TextMemory {
  const text = Buffer.from(memory) as unknown as TextMemory;
  if (!("Deno" in globalThis)) return text;
  const bytes = new Uint8Array(memory);
  return {
    latin1Slice: (start, end) => text.latin1Slice(start, end),
    // Fewer are read where some are not ASCII.
    latin1Write: (string, offset, length) =>
      encoder.encodeInto(string, bytes.subarray(offset, offset + length)).read === length
        ? length
        : text.latin1Write(string, offset, length),
  };
}
