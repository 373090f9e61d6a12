/** Chooses the adapters of the runtime that this is. */
import type { Runtime, WorkerAdapter } from "../core/backend.ts";
import { availableWorkers } from "./available_workers.ts";
import { bunThreads } from "./bun/thread.ts";
import { denoThreads } from "./deno/thread.ts";
import { host } from "./host.ts";
import { inline } from "./inline.ts";
import { nodeThreads } from "./node/thread.ts";
import { warn } from "./warn.ts";

export { availableWorkers, host, inline, warn };

/** Worker threads of this runtime. */
export function threads(): WorkerAdapter {
  if ("Deno" in globalThis) return denoThreads;
  if ("Bun" in globalThis) return bunThreads;
  return nodeThreads;
}

/** What this runtime supplies. */
export const runtime: Runtime = {
  host,
  availableWorkers,
  adapters: { thread: threads, inline: () => inline },
};
