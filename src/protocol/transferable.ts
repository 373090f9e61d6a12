/**
 * What can move to another thread instead of being copied. The web has a type of this name, but
 * projects for Node are often checked without the web's types.
 */
export type Transferable =
  | ArrayBuffer
  | MessagePort
  | ReadableStream
  | WritableStream
  | TransformStream;
