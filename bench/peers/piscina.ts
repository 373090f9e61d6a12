import { mapInChunks, type Subject } from "../subject.ts";
import { loadPeer } from "./load.ts";

interface PiscinaModule {
  Piscina: PiscinaClass;
}

interface PiscinaClass {
  new (options: { filename: string; minThreads: number; maxThreads: number }): {
    run(value: unknown, options: { name: string; transferList?: ArrayBuffer[] }): Promise<unknown>;
    destroy(): Promise<void>;
  };
}

/** piscina, with its default of waiting for work in `Atomics.wait`. */
export async function open(workers: number): Promise<Subject> {
  const { Piscina } = await loadPeer<PiscinaModule>("piscina");
  const pool = new Piscina({
    filename: new URL("./piscina_worker.ts", import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
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
