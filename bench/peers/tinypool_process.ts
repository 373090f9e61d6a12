import { currentRuntime, mapInChunks, NotApplicable, type Subject } from "../subject.ts";
import { loadPeer } from "./load.ts";

interface TinypoolModule {
  Tinypool: new (options: Record<string, unknown>) => {
    run(value: unknown, options: { name: string }): Promise<unknown>;
    destroy(): Promise<void>;
  };
}

/**
 * tinypool on child processes. On Node with "advanced", because its default, JSON, loses bytes: they
 * come back as an object with a property for each. On Deno and Bun with that default, because its
 * first message cannot be cloned there.
 */
export async function open(workers: number): Promise<Subject> {
  const { Tinypool } = await loadPeer<TinypoolModule>("tinypool");
  const clones = currentRuntime() === "node";
  const pool = new Tinypool({
    runtime: "child_process",
    serialization: clones ? "advanced" : "json",
    filename: new URL("./tinypool_worker.ts", import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
  });
  const subject: Subject = {
    call: (body, value) => {
      if (clones || !(value instanceof Uint8Array)) return pool.run(value, { name: body });
      return Promise.reject(new NotApplicable("bytes do not survive its JSON"));
    },
    map: (items) => mapInChunks(subject, items, workers),
    close: () => pool.destroy(),
  };
  return subject;
}
