/** Feeds a child and gathers what it writes, without letting any of its pipes fill up. */
import type { SpawnedChild } from "../adapters/spawn.ts";
import type { Bytes, Communicated } from "./output.ts";

/** Sent at once at most (bytes), so that the end of a child is noticed in the middle of its input. */
const SLICE = 1 << 18;

/** All that `communicate` has to do with the pipes, however many calls that takes. */
export class Exchange {
  readonly #stdout: Gatherer | undefined;
  readonly #stderr: Gatherer | undefined;
  readonly #fed: Promise<void> | undefined;

  constructor({ stdin, stdout, stderr }: SpawnedChild, input: Uint8Array | undefined) {
    this.#stdout = stdout ? new Gatherer(stdout) : undefined;
    this.#stderr = stderr ? new Gatherer(stderr) : undefined;
    this.#fed = stdin ? feed(stdin, input ?? new Uint8Array()) : undefined;
  }

  /** Reads for as long as `wait` does. */
  async resume<T>(wait: (work: Promise<unknown>) => Promise<T>): Promise<T> {
    const outputs = [this.#stdout, this.#stderr].filter((one) => one !== undefined);
    try {
      return await wait(Promise.all([this.#fed, ...outputs.map((one) => one.gather())]));
    } finally {
      for (const one of outputs) one.pause();
    }
  }

  output(text: boolean): Communicated<string | Bytes | null, string | Bytes | null> {
    const read = (one: Gatherer | undefined) => one ? text ? one.text() : one.bytes() : null;
    return { stdout: read(this.#stdout), stderr: read(this.#stderr) };
  }
}

/** Reads a stream while somebody wants it, and keeps what it has read. */
class Gatherer {
  readonly #reader: ReadableStreamDefaultReader<Bytes>;
  #chunks: Bytes[] = [];
  #reading: Promise<void> | undefined;
  #wanted = 0;
  #ended = false;

  constructor(stream: ReadableStream<Bytes>) {
    this.#reader = stream.getReader();
  }

  /**
   * Resolves at the end of the stream. After `pause()` for each call nothing more is read than one
   * chunk: a child that writes for ever does not fill the memory of those who have turned away.
   */
  gather(): Promise<void> {
    this.#wanted++;
    return this.#reading ??= this.#read();
  }

  pause(): void {
    this.#wanted--;
  }

  async #read(): Promise<void> {
    try {
      while (this.#wanted > 0 && !this.#ended) {
        const { done, value } = await this.#reader.read();
        if (done) this.#ended = true;
        else this.#chunks.push(value);
      }
    } finally {
      this.#reading = undefined;
    }
  }

  /** All bytes so far. */
  bytes(): Bytes {
    if (this.#chunks.length !== 1) this.#chunks = [concat(this.#chunks)];
    return this.#chunks[0]!;
  }

  /** All whole characters so far. */
  text(): string {
    // A character may be cut in two; its second half has not come yet.
    const stream = !this.#ended;
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.bytes(), { stream });
  }
}

function concat(chunks: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/** Sends all of the input and closes the stream. A child that reads no more is no error. */
async function feed(
  stream: WritableStream<Uint8Array | string>,
  input: Uint8Array,
): Promise<void> {
  const writer = stream.getWriter();
  try {
    for (let at = 0; at < input.byteLength; at += SLICE) {
      await writer.write(input.subarray(at, at + SLICE));
    }
    await writer.close();
  } catch {
    // EPIPE under its several names; Python leaves it out as well.
  }
}
