import type { BodyName } from "./bodies.ts";

/** The runtime that executes this module. */
export type Runtime = "deno" | "bun" | "node";

/** An open pool of one library, reduced to what the workloads need. */
export interface Subject {
  /** One call of `body` on some worker. */
  call(body: BodyName, value: unknown): Promise<unknown>;
  /** The squares of `items`, in order, in the way this library recommends. */
  map(items: readonly number[]): Promise<ArrayLike<number>>;
  /** Many calls of `body` at once, where the library has a better way than one `call` each. */
  all?(body: "spin", values: readonly number[]): Promise<ArrayLike<unknown>>;
  /** As `map`, lazily and at bounded memory, where the library has that. */
  imap?(items: Iterable<number>): AsyncIterable<number>;
  /** `spin` over all values by the library's own map, where it takes a function for single items. */
  spread?(values: readonly number[]): Promise<ArrayLike<unknown>>;
  /** One call with a signal, a time limit and a priority, where the library has all three. */
  callWithOptions?(body: BodyName, value: unknown, options: FullOptions): Promise<unknown>;
  /** Bytes there and back, moved instead of copied as far as the library can. */
  transfer?(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** Ends the workers. */
  close(): Promise<unknown>;
}

/** Every option that a call may have in a busy server. Time in milliseconds. */
export interface FullOptions {
  readonly signal: AbortSignal;
  readonly timeout: number;
  readonly priority: number;
}

/** What a library's file in `libraries/` or `peers/` exports. */
export interface Library {
  /** Starts `workers` workers; resolves when calls may be made. */
  open(workers: number): Promise<Subject> | Subject;
}

/** Thrown by a library that cannot do a workload; its message becomes the row's note. */
export class NotApplicable extends Error {
  override readonly name = "NotApplicable";
}

/** The runtime that executes this module. */
export function currentRuntime(): Runtime {
  if ("Deno" in globalThis) return "deno";
  if ("Bun" in globalThis) return "bun";
  return "node";
}

/** The map of a library that has none: hand-made chunks, four a worker as in Python. */
export async function mapInChunks(
  subject: Pick<Subject, "call">,
  items: readonly number[],
  workers: number,
): Promise<number[]> {
  const size = Math.ceil(items.length / (workers * 4));
  const chunks: Promise<unknown>[] = [];
  for (let from = 0; from < items.length; from += size) {
    chunks.push(subject.call("squareAll", items.slice(from, from + size)));
  }
  return (await Promise.all(chunks) as number[][]).flat();
}

/** Items of a hand-made chunk on its lazy way through a library without `imap`. */
const LAZY_CHUNK = 1_000;

/** The lazy map of a library that has none: hand-made chunks, two a worker on their way, in order. */
export async function* imapInChunks(
  subject: Pick<Subject, "call">,
  items: Iterable<number>,
  workers: number,
): AsyncGenerator<number> {
  const chunks = chunksOf(items);
  const underway: Promise<unknown>[] = [];
  for (;;) {
    while (underway.length < 2 * workers) {
      const { done, value } = chunks.next();
      if (done) break;
      underway.push(subject.call("squareAll", value));
    }
    const first = underway.shift();
    if (!first) return;
    yield* await first as number[];
  }
}

function* chunksOf(items: Iterable<number>): Generator<number[], undefined> {
  let chunk: number[] = [];
  for (const item of items) {
    if (chunk.push(item) < LAZY_CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
