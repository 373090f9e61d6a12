// Stands for a module that is slow to load: a parser, a compiler, a model. The host never loads it.
import { gunzipSync, gzipSync } from "node:zlib";

console.log("codec.ts is loaded");

export function pack(text: string): Uint8Array {
  return gzipSync(text);
}

export function unpack(bytes: Uint8Array): string {
  return new TextDecoder().decode(gunzipSync(bytes));
}
