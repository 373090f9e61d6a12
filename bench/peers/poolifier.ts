import { fileURLToPath } from "node:url";
import { mapInChunks, type Subject } from "../subject.ts";
import { loadPeer } from "./load.ts";

interface Poolifier {
  FixedThreadPool: new (workers: number, file: string) => {
    execute(
      value: unknown,
      name: string,
      signal?: AbortSignal,
      transfer?: ArrayBuffer[],
    ): Promise<unknown>;
    destroy(): Promise<void>;
  };
}

/** poolifier's fixed pool of worker threads. It can move arguments, but always copies results. */
export async function open(workers: number): Promise<Subject> {
  const { FixedThreadPool } = await loadPeer<Poolifier>("poolifier");
  const file = fileURLToPath(new URL("./poolifier_worker.js", import.meta.url));
  const pool = new FixedThreadPool(workers, file);
  const subject: Subject = {
    call: (body, value) => pool.execute(value, body),
    map: (items) => mapInChunks(subject, items, workers),
    transfer: (bytes) =>
      pool.execute(bytes, "echo", undefined, [bytes.buffer]) as Promise<Uint8Array<ArrayBuffer>>,
    close: () => pool.destroy(),
  };
  return subject;
}
