import { currentRuntime, mapInChunks, type Subject } from "../subject.ts";
import { loadPeer } from "./load.ts";

interface TinypoolModule {
  Tinypool: TinypoolClass;
}

interface TinypoolClass {
  new (
    options: { filename: string; minThreads: number; maxThreads: number; useAtomics: boolean },
  ): {
    run(value: unknown, options: { name: string; transferList?: ArrayBuffer[] }): Promise<unknown>;
    destroy(): Promise<void>;
  };
}

/** tinypool, piscina's smaller descendant. Its wait in `Atomics.wait` loses first calls on Deno. */
export async function open(workers: number): Promise<Subject> {
  const { Tinypool } = await loadPeer<TinypoolModule>("tinypool");
  const pool = new Tinypool({
    filename: new URL("./tinypool_worker.ts", import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
    useAtomics: currentRuntime() !== "deno",
  });
  const subject: Subject = {
    call: (body, value) => pool.run(value, { name: body }),
    map: (items) => mapInChunks(subject, items, workers),
    transfer: (bytes) =>
      pool.run(bytes, { name: "move", transferList: [bytes.buffer] }) as Promise<
        Uint8Array<ArrayBuffer>
      >,
    close: () => pool.destroy(),
  };
  return subject;
}
