import { fileURLToPath } from "node:url";
import { currentRuntime, mapInChunks, type Subject } from "../subject.ts";
import { loadPeer } from "./load.ts";

interface Workerpool {
  pool(script: string, options: Record<string, unknown>): {
    exec(
      name: string,
      args: unknown[],
      options?: { transfer: ArrayBuffer[] },
    ): PromiseLike<unknown>;
    terminate(): PromiseLike<unknown>;
  };
}

/**
 * workerpool on worker threads; on Bun on web workers, because there the first call to a thread
 * never returns. (On Deno its web workers do not start: "Classic workers are not supported".)
 */
export async function open(workers: number): Promise<Subject> {
  const loaded = await loadPeer<Workerpool & { default?: Workerpool }>("workerpool");
  const pool = (loaded.default ?? loaded).pool(
    fileURLToPath(new URL("./workerpool_worker.js", import.meta.url)),
    {
      workerType: currentRuntime() === "bun" ? "web" : "thread",
      minWorkers: workers,
      maxWorkers: workers,
    },
  );
  const subject: Subject = {
    call: (body, value) => pool.exec(body, [value]) as Promise<unknown>,
    map: (items) => mapInChunks(subject, items, workers),
    transfer: (bytes) =>
      pool.exec("move", [bytes], { transfer: [bytes.buffer] }) as Promise<Uint8Array<ArrayBuffer>>,
    close: async () => await pool.terminate(),
  };
  return subject;
}
