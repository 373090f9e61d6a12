import type { Readable } from "node:stream";
import process from "node:process";

/** So many bytes of it are kept. */
const KEPT = 4096;

/** Passes a child's stderr on to ours, and keeps the end of it for the error of its death. */
export class StderrTail {
  #tail: Uint8Array = new Uint8Array();
  /** It said more than is kept. */
  #cut = false;

  /** @param ended the stream is through */
  constructor(stream: Readable, ended: () => void) {
    stream.on("data", (piece: Uint8Array) => {
      process.stderr.write(piece);
      this.#keep(piece);
    });
    stream.on("close", ended);
    stream.on("error", ended);
    (stream as unknown as { unref?(): void }).unref?.();
  }

  /** The last lines; `undefined` where there are none. */
  get text(): string | undefined {
    if (this.#tail.byteLength === 0) return undefined;
    const text = new TextDecoder().decode(this.#tail);
    return this.#cut ? text.slice(text.indexOf("\n") + 1) : text;
  }

  #keep(piece: Uint8Array): void {
    const all = new Uint8Array(this.#tail.byteLength + piece.byteLength);
    all.set(this.#tail);
    all.set(piece, this.#tail.byteLength);
    this.#cut ||= all.byteLength > KEPT;
    this.#tail = all.slice(-KEPT);
  }
}
