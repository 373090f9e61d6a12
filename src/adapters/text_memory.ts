import { Buffer } from "node:buffer";
import type { TextMemory } from "../protocol/slot_codec.ts";

/** Shared memory as a Buffer, whose Latin-1 methods are native on all three runtimes. */
export function wrapText(memory: SharedArrayBuffer): TextMemory {
  return Buffer.from(memory) as unknown as TextMemory;
}
