/**
 * Messages as bytes, in the terms of structured clone. Both sides are the same runtime, so that its
 * own format may be used. What structured clone carries and these formats do not (ports, `Blob`,
 * shared memory), `encode` refuses where memory is not shared.
 */
import v8 from "node:v8";
import { hasOtherJson } from "../../protocol/exact_json.ts";
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

const encoder = new TextEncoder(), decoder = new TextDecoder();
/** How a text begins, and no message of the serializers. */
const BRACE = 0x7b;
/** A longer text (characters) is quicker as it is than escaped. */
const SHORT = 256;

/** JSON has it exactly, and the same on the other side. */
function isSimple(value: unknown): boolean {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "string":
      return value.length <= SHORT;
    default:
      return value === null || typeof value === "boolean";
  }
}

/** Most messages are simple values and flat lists of them: JSON is quicker than the serializers there. */
function isFlat(message: object): boolean {
  return !hasOtherJson() &&
    Object.values(message).every((part) =>
      Array.isArray(part) ? part.every(isSimple) : isSimple(part)
    );
}

/** The serializer of this runtime. */
export function runtimeCodec(): Codec {
  return "Bun" in globalThis ? bunCodec : v8Codec;
}

/** The codec of messages, none of whose lists has holes. */
export function messageCodec(): Codec {
  const codec = runtimeCodec();
  return {
    pack: (message, transfer) =>
      isFlat(message as object)
        ? { body: encoder.encode(JSON.stringify(message)), buffers: [] }
        : codec.pack(message, transfer),
    unpack: (packed) =>
      packed.body[0] === BRACE ? JSON.parse(decoder.decode(packed.body)) : codec.unpack(packed),
  };
}
