import { concat } from "./bytes.ts";

/** So many bytes of it are kept. */
const KEPT = 4096;

/** Keeps the end of a child's stderr, for the error of its death. */
export class StderrTail {
  #tail: Uint8Array = new Uint8Array();
  /** It said more than is kept. */
  #cut = false;

  /** The last lines; `undefined` where there are none. */
  get text(): string | undefined {
    if (this.#tail.byteLength === 0) return undefined;
    const text = new TextDecoder().decode(this.#tail);
    return this.#cut ? text.slice(text.indexOf("\n") + 1) : text;
  }

  add(piece: Uint8Array): void {
    const all = concat([this.#tail, piece]);
    this.#cut ||= all.byteLength > KEPT;
    this.#tail = all.slice(-KEPT);
  }
}
