import process from "node:process";
import { mapInChunks, type Subject } from "../subject.ts";
import { echo, noop, spin, spinAll, square, squareAll } from "../bodies.ts";
import { loadPeer } from "./load.ts";

/** Its workers look for tasks among the exports of the module that creates the pool. */
export { echo, noop, spin, spinAll, square, squareAll };

interface Knitting {
  createPool(options: { threads: number }): (tasks: Record<string, unknown>) => {
    readonly call: Record<string, (value: unknown) => Promise<unknown>>;
    shutdown(): Promise<unknown>;
  };
}

/**
 * knitting on threads, from npm or from a local build (`--knitting=PATH`). It moves nothing: bytes
 * are copied through its shared memory, so that both workloads with bytes measure the same.
 */
export async function open(workers: number): Promise<Subject> {
  const { createPool } = await loadPeer<Knitting>(
    process.env.POOL_BENCH_KNITTING ?? "knitting",
  );
  const tasks = { echo, noop, spin, spinAll, square, squareAll };
  const pool = createPool({ threads: workers })(tasks);
  const subject: Subject = {
    call: (body, value) => pool.call[body](value),
    map: (items) => mapInChunks(subject, items, workers),
    transfer: (bytes) => pool.call.echo(bytes) as Promise<Uint8Array<ArrayBuffer>>,
    close: () => pool.shutdown(),
  };
  return subject;
}
