/** Chooses the adapters of the runtime that this is. */
import type { Runtime, WorkerAdapter } from "../core/backend.ts";
import { availableWorkers } from "./available_workers.ts";
import { bunProcesses } from "./bun/process.ts";
import { bunThreads } from "./bun/thread.ts";
import { denoProcesses } from "./deno/process.ts";
import { denoThreads } from "./deno/thread.ts";
import { host } from "./host.ts";
import { inline } from "./inline.ts";
import { nodeProcesses } from "./node/process.ts";
import { nodeThreads } from "./node/thread.ts";

/** Worker threads of this runtime; an adapter for each pool. */
export function threads(): WorkerAdapter {
  if ("Deno" in globalThis) return denoThreads();
  if ("Bun" in globalThis) return bunThreads;
  return nodeThreads;
}

/** Child processes of this runtime; an adapter for each pool. */
export function processes(): WorkerAdapter {
  if ("Deno" in globalThis) return denoProcesses();
  if ("Bun" in globalThis) return bunProcesses();
  return nodeProcesses();
}

/** What this runtime supplies. */
export const runtime: Runtime = {
  host,
  availableWorkers,
  adapters: { thread: threads, process: processes, inline: () => inline },
};
