import { fileURLToPath } from "node:url";
import type { BodyName } from "../bodies.ts";
import { mapInChunks, NotApplicable, type Subject } from "../subject.ts";
import { loadPeer } from "./load.ts";

type Methods = Record<BodyName, (value: unknown) => Promise<unknown>>;

interface JestWorker {
  Worker: new (file: string, options: Record<string, unknown>) => Methods & {
    end(): Promise<unknown>;
  };
}

/** jest-worker on worker threads. */
export function open(workers: number): Promise<Subject> {
  return openJestWorker(workers, { enableWorkerThreads: true });
}

/** jest-worker as `options` want it. */
export async function openJestWorker(
  workers: number,
  options: { readonly enableWorkerThreads: boolean },
): Promise<Subject> {
  const loaded = await loadPeer<JestWorker & { default?: JestWorker }>("jest-worker");
  const { Worker } = loaded.default ?? loaded;
  const pool = new Worker(fileURLToPath(new URL("../bodies.ts", import.meta.url)), {
    ...options,
    numWorkers: workers,
    exposedMethods: ["noop", "square", "squareAll", "echo", "spin", "spinAll"],
  });
  const subject: Subject = {
    call: (body, value) => pool[body](value),
    map: (items) => mapInChunks(subject, items, workers),
    transfer: () => Promise.reject(new NotApplicable("jest-worker moves nothing")),
    close: () => pool.end(),
  };
  return subject;
}
