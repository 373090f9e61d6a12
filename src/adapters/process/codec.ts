/**
 * Messages as bytes, in the terms of structured clone. Both sides are the same runtime, so that its
 * own format may be used. What structured clone carries and these formats do not (ports, `Blob`,
 * shared memory), `encode` refuses where memory is not shared.
 */
import v8 from "node:v8";
import { checkPart } from "../../protocol/frames.ts";
import type { Transferable } from "../../protocol/transferable.ts";

/** A message without its number. */
export interface Packed {
  readonly body: Uint8Array;
  readonly buffers: readonly ArrayBuffer[];
}

/** Turns messages into bytes and back. */
export interface Codec {
  /** Throws where a part cannot be sent; the buffers of `transfer` are not copied. */
  pack(message: unknown, transfer: readonly Transferable[] | undefined): Packed;
  unpack(packed: Packed): unknown;
}

/** Node and Deno: the serializer that structured clone uses. */
export const v8Codec: Codec = {
  pack(message, transfer) {
    const serializer = new v8.Serializer();
    const buffers: ArrayBuffer[] = [];
    for (const item of new Set(transfer)) {
      if (!(item instanceof ArrayBuffer)) continue;
      checkPart(item.byteLength);
      serializer.transferArrayBuffer(buffers.length, item);
      buffers.push(item);
    }
    serializer.writeHeader();
    serializer.writeValue(message);
    const body = serializer.releaseBuffer();
    checkPart(body.byteLength);
    return { body, buffers };
  },

  unpack({ body, buffers }) {
    const deserializer = new v8.Deserializer(body);
    buffers.forEach((buffer, i) => deserializer.transferArrayBuffer(i, buffer));
    deserializer.readHeader();
    return deserializer.readValue();
  },
};

/** Bun has no `Serializer` (1.4), and its format no references to what stands elsewhere. */
export const bunCodec: Codec = {
  pack(message, transfer) {
    let bytes = 0;
    for (const item of new Set(transfer)) {
      if (item instanceof ArrayBuffer) checkPart(bytes += item.byteLength);
    }
    const body = v8.serialize(message);
    checkPart(body.byteLength);
    return { body, buffers: [] };
  },

  unpack({ body }) {
    return v8.deserialize(body);
  },
};

/** The codec of this runtime. */
export function runtimeCodec(): Codec {
  return "Bun" in globalThis ? bunCodec : v8Codec;
}
