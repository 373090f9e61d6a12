import type { WorkerSettings } from "../core/backend.ts";
import { PoolError } from "../protocol/errors.ts";

/**
 * First argument of a child process; the second is the folder where it meets its host, the third
 * the host's number, and the others are variables that were for its start alone.
 */
export const CHILD_ARGUMENT = "@pool/core";

/** The worker's program. */
export function workerUrlOf({ workerUrl }: WorkerSettings): URL {
  return new URL(workerUrl ?? defaultWorkerUrl());
}

/** The literal is what bundlers and registries look for. */
function defaultWorkerUrl(): URL {
  try {
    return new URL("./worker.js", import.meta.url);
  } catch (cause) {
    throw new PoolError(
      "Cannot start workers: this bundle has no import.meta.url; build an ES module, or name the worker with " +
        "workerUrl",
      { cause },
    );
  }
}

/**
 * Never called: keeps the entry in the module graph, so that `deno cache` and packagers take it along.
 */
export function loadWorker(): Promise<unknown> {
  return import("./worker.js");
}
