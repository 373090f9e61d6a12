import { loadPeer } from "./load.ts";

export { echo, noop, spin, spinAll, square, squareAll } from "../bodies.ts";

interface Mover {
  move(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
}

let mover: Mover | undefined;

/** Moves the bytes back; piscina itself is loaded by the first call that needs it. */
export async function move(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  mover ??= (await loadPeer<{ Piscina: Mover }>("piscina")).Piscina;
  return mover.move(bytes);
}
