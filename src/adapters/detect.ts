/** Chooses the adapters of the runtime that this is. */
import type { WorkerAdapter } from "../core/backend.ts";
import { bunThreads } from "./bun/thread.ts";
import { denoThreads } from "./deno/thread.ts";
import { nodeThreads } from "./node/thread.ts";

export { availableWorkers } from "./available_workers.ts";
export { host } from "./host.ts";
export { inline } from "./inline.ts";

/** Worker threads of this runtime. */
export function threads(): WorkerAdapter {
  if ("Deno" in globalThis) return denoThreads;
  if ("Bun" in globalThis) return bunThreads;
  return nodeThreads;
}
