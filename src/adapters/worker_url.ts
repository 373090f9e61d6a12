/** The worker's program. The literal is what bundlers and registries look for. */
export function defaultWorkerUrl(): URL {
  return new URL("./worker.js", import.meta.url);
}

/**
 * Never called: keeps the entry in the module graph, so that `deno cache` and packagers take it along.
 */
export function loadWorker(): Promise<unknown> {
  return import("./worker.js");
}
