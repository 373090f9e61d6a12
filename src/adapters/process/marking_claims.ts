import process from "node:process";
import type { WorkerClaims } from "../../protocol/claims.ts";
import { fs } from "../builtins.ts";
import { markOf } from "./marks.ts";

/** The claims of a child whose output is captured: marks its output where a job begins and ends. */
export class MarkingClaims implements WorkerClaims {
  readonly #claims: WorkerClaims;
  readonly #token: Uint8Array;
  readonly #writers: readonly ((mark: Uint8Array) => void)[];

  /** @param descriptors those that are captured: 1, 2 or both */
  constructor(claims: WorkerClaims, token: Uint8Array, descriptors: readonly number[]) {
    this.#claims = claims;
    this.#token = token;
    this.#writers = descriptors.map(markWriter);
  }

  claim(cell: number, now: number, jobId: number): boolean {
    if (!this.#claims.claim(cell, now, jobId)) return false;
    this.#mark(jobId);
    return true;
  }

  startAt(cell: number, time: number): void {
    this.#claims.startAt(cell, time);
  }

  beginItem(cell: number, item: number): void {
    this.#claims.beginItem(cell, item);
  }

  finish(cell: number, limited: boolean): void {
    this.#mark(undefined);
    this.#claims.finish(cell, limited);
  }

  #mark(jobId: number | undefined): void {
    const mark = markOf(this.#token, jobId);
    for (const write of this.#writers) write(mark);
  }
}

/**
 * Writes at once, and behind everything that was written before. What the pipe does not take, Node and Bun
 * keep in their streams: Node unless the pipe is made to block, for which Bun knows no call. There a mark
 * waits its turn in the stream while that keeps something, as Bun does not write in order itself then:
 * `console.log` overtakes `process.stdout.write`.
 */
function markWriter(descriptor: number): (mark: Uint8Array) => void {
  const writeNow = (mark: Uint8Array): void => writeAll(descriptor, mark);
  if ("Deno" in globalThis) return writeNow;
  const stream = descriptor === 1 ? process.stdout : process.stderr;
  if ("Bun" in globalThis) {
    const write = stream.write.bind(stream);
    const sink = sinkOf(stream);
    return (mark) => sink()?.flush() instanceof Promise ? void write(mark) : writeNow(mark);
  }
  (stream as { _handle?: { setBlocking?(blocking: boolean): void } })._handle?.setBlocking?.(true);
  return writeNow;
}

/** Bun's own end of a stream, once it was used; nothing public tells what it keeps. */
function sinkOf(stream: object): () => { flush(): unknown } | undefined {
  const name = Object.getOwnPropertySymbols(stream).find((symbol) =>
    symbol.description === "kWriteStreamFastPath"
  );
  return () => {
    const sink = name &&
      (stream as Record<symbol, unknown>)[name] as { flush(): unknown } | boolean;
    return typeof sink === "object" && typeof sink?.flush === "function" ? sink : undefined;
  };
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength;) {
    try {
      at += fs().writeSync(descriptor, bytes, at);
    } catch (error) {
      // The task has closed it, or the host is gone: there is nobody to tell.
      if ((error as { readonly code?: unknown }).code !== "EAGAIN") return;
      // The pipe is full; the host is reading.
      Atomics.wait(PAUSE, 0, 0, 1);
    }
  }
}
