/**
 * What can move to another thread instead of being copied. The web has a type of this name, but
 * projects for Node are often checked without the web's types.
 */
export type Transferable =
  | ArrayBuffer
  | Port
  | ReadableStream
  | WritableStream
  | TransformStream;

/** A `MessagePort`, which in Node's own types is the name of a class alone. */
export type Port = (typeof MessagePort)["prototype"];
