/**
 * A child's pipes as web streams. The runtimes' own `Readable.toWeb` differ in what they lose and when;
 * this reads when it is asked and never ahead, so that an unread pipe holds its child back.
 */
import type { Readable, Writable } from "node:stream";

/** What comes out of a child. */
export type ByteReader = ReadableStream<Uint8Array<ArrayBuffer>>;

/** What goes into a child; strings are sent as UTF-8. */
export type ByteWriter = WritableStream<Uint8Array | string>;

/** One stream of all that comes from these, in order of arrival; ends when all have ended. */
export function readBytes(sources: readonly Readable[]): ByteReader {
  // Those that have something to read, the longest waiting first.
  const ready: Readable[] = [];
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};
  for (const source of sources) {
    // Not "data": at the child's end Node lets streams flow that nobody reads yet, into nowhere.
    source.on("readable", () => {
      if (!ready.includes(source)) ready.push(source);
      wake();
    });
    source.on("error", (error) => {
      failure ??= { error };
      wake();
    });
    source.once("end", () => wake());
    source.once("close", () => wake());
  }
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) => {
    for (;;) {
      for (let source = ready.shift(); source; source = ready.shift()) {
        const chunk = source.read() as Uint8Array<ArrayBuffer> | null;
        if (chunk === null) continue;
        ready.push(source);
        return controller.enqueue(ownBytes(chunk));
      }
      if (failure) throw failure.error;
      if (sources.every((source) => source.readableEnded || source.destroyed)) {
        return controller.close();
      }
      await new Promise<void>((resolve) => wake = resolve);
    }
  };
  const cancel = () => sources.forEach((source) => source.destroy());
  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
}

/** No Buffer, and no few bytes that keep a large block alive (Bun reads into blocks of 64 KiB). */
function ownBytes(chunk: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return bytes.byteLength * 2 < bytes.buffer.byteLength ? bytes.slice() : bytes;
}

/** A write is done when the system has taken its bytes. Rejects with `EPIPE` when nobody reads. */
export function writeBytes(stream: Writable): ByteWriter {
  let refuse = (_error: Error) => {};
  return new WritableStream<Uint8Array | string>({
    start(controller) {
      stream.on("error", (error) => controller.error(inWords(error)));
      stream.on("close", () => {
        if (stream.writableFinished) return;
        const error = brokenPipe();
        refuse(error);
        controller.error(error);
      });
    },
    write: (chunk) =>
      new Promise((resolve, reject) => {
        refuse = reject;
        if (stream.destroyed) reject(brokenPipe());
        stream.write(chunk, (error) => error ? reject(inWords(error)) : resolve());
      }),
    close: () =>
      new Promise((resolve, reject) => {
        refuse = reject;
        if (stream.destroyed) reject(brokenPipe());
        stream.end(resolve);
      }),
    abort: () => void stream.destroy(),
  });
}

/** The same words on every runtime. */
function inWords(error: Error & { readonly code?: unknown }): Error {
  return error.code === "EPIPE" ? brokenPipe() : error;
}

function brokenPipe(): Error {
  return Object.assign(new Error("Cannot write to stdin: the pipe is closed (EPIPE)"), {
    code: "EPIPE",
  });
}

/** The streams of a child that could not be started; the reason may come later. */
export function failedReader(error: unknown): ByteReader {
  return new ReadableStream({ start: () => fail(error) });
}

/** See {@link failedReader}. */
export function failedWriter(error: unknown): ByteWriter {
  return new WritableStream({ start: () => fail(error) });
}

async function fail(error: unknown): Promise<never> {
  throw await error;
}
