import { mapInChunks, type Subject } from "../subject.ts";
import { loadPeer } from "./load.ts";

interface Poolifier {
  FixedThreadPool: new (workers: number, file: URL) => {
    execute(
      value: unknown,
      name: string,
      signal?: AbortSignal,
      transfer?: ArrayBuffer[],
    ): Promise<unknown>;
    destroy(): Promise<void>;
  };
}

/** poolifier for web workers. It can move arguments, but always copies results. */
export async function open(workers: number): Promise<Subject> {
  const { FixedThreadPool } = await loadPeer<Poolifier>("poolifier-web-worker");
  const pool = new FixedThreadPool(
    workers,
    new URL("./poolifier_web_worker_worker.js", import.meta.url),
  );
  const subject: Subject = {
    call: (body, value) => pool.execute(value, body),
    map: (items) => mapInChunks(subject, items, workers),
    transfer: (bytes) =>
      pool.execute(bytes, "echo", undefined, [bytes.buffer]) as Promise<Uint8Array<ArrayBuffer>>,
    close: () => pool.destroy(),
  };
  return subject;
}
