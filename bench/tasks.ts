import { task, transfer } from "@pool/core/task";
import * as bodies from "./bodies.ts";

/** The bodies as tasks of `@pool/core`. */
export const noop = task(import.meta, bodies.noop);
export const square = task(import.meta, bodies.square);
export const squareAll = task(import.meta, bodies.squareAll);
export const echo = task(import.meta, bodies.echo);
export const spin = task(import.meta, bodies.spin);
export const spinAll = task(import.meta, bodies.spinAll);

/** Moves the bytes back to the host. */
export const move = task(
  import.meta,
  (bytes: Uint8Array<ArrayBuffer>) => transfer(bytes, [bytes.buffer]),
  { name: "move" },
);
