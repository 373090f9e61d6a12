import type { Subject } from "../subject.ts";
import { openJestWorker } from "./jest_worker.ts";

/** jest-worker on child processes, its default. They serialise as structured clone does. */
export function open(workers: number): Promise<Subject> {
  return openJestWorker(workers, { enableWorkerThreads: false });
}
