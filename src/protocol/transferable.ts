/**
 * What can move to another thread instead of being copied. The web has a type of this name, but
 * projects for Node are often checked without the web's types.
 *
 * @example
 * ```ts
 * import { Pool, type Transferable } from "@pool/core";
 *
 * const bytes = new Uint8Array([1, 2, 3]);
 * const transfer: Transferable[] = [bytes.buffer]; // moves, which costs nothing
 * await using pool = new Pool(1);
 * console.log(await pool.apply((b: Uint8Array) => b.length, [bytes], { transfer })); // 3
 * console.log(bytes.length); // 0
 * ```
 */
export type Transferable =
  | ArrayBuffer
  | Port
  | ReadableStream
  | WritableStream
  | TransformStream;

/**
 * A `MessagePort`, which in Node's own types is the name of a class alone.
 *
 * @example
 * ```ts
 * import { Pool, type Port } from "@pool/core";
 *
 * const { port1, port2 } = new MessageChannel();
 * const heard = new Promise((resolve) => port1.onmessage = ({ data }) => resolve(data));
 * await using pool = new Pool(1);
 * const say = (port: Port) => port.postMessage("hello");
 * await pool.apply(say, [port2], { transfer: [port2] });
 * console.log(await heard); // hello
 * port1.close();
 * ```
 */
export type Port = (typeof MessagePort)["prototype"];
