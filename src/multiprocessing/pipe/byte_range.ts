/** Which bytes of a buffer are meant: Python's rules for offsets and sizes. */
import { bytesOf } from "../../protocol/buffers.ts";
import { BufferTooShort } from "../../core/errors.ts";
import { checkCount, checkOptions, show } from "../../core/options.ts";

/**
 * Any bytes that a user may hand over.
 *
 * @example
 * ```ts
 * import { type Bytes, Pipe } from "@pool/core";
 *
 * const messages: Bytes[] = [new Uint8Array([1, 2]), new ArrayBuffer(3), new Float64Array(1)];
 * const [here, there] = Pipe();
 * for (const message of messages) await here.sendBytes(message);
 * for (const _ of messages) console.log((await there.recvBytes()).length); // 2, 3, 8
 * ```
 */
export type Bytes = ArrayBufferLike | ArrayBufferView;

/**
 * Which bytes {@linkcode Connection.sendBytes} sends.
 *
 * @example
 * ```ts
 * import { Pipe, type SendBytesOptions } from "@pool/core";
 *
 * const middle: SendBytesOptions = { offset: 1, size: 2 };
 * const [here, there] = Pipe();
 * await here.sendBytes(new Uint8Array([10, 20, 30, 40]), middle);
 * console.log([...await there.recvBytes()]); // [20, 30]
 * ```
 */
export interface SendBytesOptions {
  /** Index of the first byte; default 0. */
  readonly offset?: number | undefined;
  /** How many bytes; default: all that follow. */
  readonly size?: number | undefined;
}

/**
 * What {@linkcode Connection.recvBytes} takes.
 *
 * @example
 * ```ts
 * import { BufferTooShort, Pipe, type RecvBytesOptions } from "@pool/core";
 *
 * const short: RecvBytesOptions = { maxLength: 2 };
 * const [here, there] = Pipe();
 * await here.sendBytes(new Uint8Array([1, 2, 3]));
 * const error = await there.recvBytes(short).catch((error) => error);
 * console.log(error instanceof BufferTooShort, error.data.length); // true 3
 * ```
 */
export interface RecvBytesOptions {
  /** Longest message in bytes; default: no limit. */
  readonly maxLength?: number | undefined;
}

/**
 * Where {@linkcode Connection.recvBytesInto} puts the message.
 *
 * @example
 * ```ts
 * import { Pipe, type RecvBytesIntoOptions } from "@pool/core";
 *
 * const behindHeader: RecvBytesIntoOptions = { offset: 2 };
 * const [here, there] = Pipe();
 * await here.sendBytes(new Uint8Array([7, 8]));
 * const buffer = new Uint8Array(5);
 * console.log(await there.recvBytesInto(buffer, behindHeader), [...buffer]); // 2 [0, 0, 7, 8, 0]
 * ```
 */
export interface RecvBytesIntoOptions {
  /** Index of the first byte to write; default 0. */
  readonly offset?: number | undefined;
}

/** The bytes to send. */
export function bytesToSend(buffer: Bytes, options: SendBytesOptions | undefined): Uint8Array {
  const bytes = view(buffer, "send bytes");
  const { offset, size } = checkOptions(options, "send bytes", ["offset", "size"]);
  const start = checkCount(offset, "offset", 0, bytes.length) ?? 0;
  const length = checkCount(size, "size", 0, bytes.length - start);
  return bytes.subarray(start, length === undefined ? undefined : start + length);
}

/** Where a message goes. */
export function spaceToFill(buffer: Bytes, options: RecvBytesIntoOptions | undefined): Uint8Array {
  const bytes = view(buffer, "receive bytes");
  const { offset } = checkOptions(options, "receive bytes", ["offset"]);
  return bytes.subarray(checkCount(offset, "offset", 0, bytes.length) ?? 0);
}

/** The longest message (bytes) that may come. */
export function longestMessage(options: RecvBytesOptions | undefined): number {
  const { maxLength } = checkOptions(options, "receive bytes", ["maxLength"]);
  return checkCount(maxLength, "maxLength", 0) ?? Infinity;
}

/** A message that may be so long; throws `BufferTooShort` with a longer one. */
export function noLongerThan<B extends Uint8Array>(longest: number, data: B): B {
  if (data.length <= longest) return data;
  throw new BufferTooShort(
    `Cannot receive bytes: the message has ${data.length}, and ${longest} are taken`,
    { data },
  );
}

function view(buffer: Bytes, call: string): Uint8Array {
  const isBuffer = buffer instanceof ArrayBuffer || buffer instanceof SharedArrayBuffer;
  if (isBuffer || ArrayBuffer.isView(buffer)) return bytesOf(buffer);
  throw new TypeError(
    `Cannot ${call}: the buffer must be an ArrayBuffer or a view of one, not ${show(buffer)}`,
  );
}
