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
  /** Bytes there and back, moved instead of copied as far as the library can. */
  transfer?(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** Ends the workers. */
  close(): Promise<unknown>;
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
