/**
 * Worker threads of Deno by `node:worker_threads`, not the web `Worker`. The web's starts in 14 instead
 * of 25 ms and moves messages as fast over a port of its own, but (Deno 2.9):
 * - it cannot be unref'd, so that an idle pool would keep every program running;
 * - it tells no exit code, and nothing at all for `Deno.exit()` and `self.close()`;
 * - after `terminate()` of a busy worker, which spins on (denoland/deno#35657), the program never ends.
 */
import type { WorkerAdapter } from "../../core/backend.ts";
import { workerThreads } from "../builtins.ts";
import { refusePermissions } from "../permissions.ts";
import { wrapText } from "../text_memory.ts";
import { ThreadTransport } from "../thread_transport.ts";
import { defaultWorkerUrl } from "../worker_url.ts";

/** Workers as threads of this process. */
export const denoThreads: WorkerAdapter = {
  // A thread in a busy loop is given up and spins on; see the link above.
  traits: { kind: "thread", isolated: true, sharedMemory: true, killable: false },

  check: refusePermissions,
  wrapText,

  spawn(spec, events) {
    // Before the port is made: one that is older than this module cannot be unref'd (Deno 2.9).
    const { Worker } = workerThreads();
    return new ThreadTransport(events, (port, on) => {
      const worker = new Worker(entryUrl(new URL(spec.workerUrl ?? defaultWorkerUrl())), {
        workerData: { "@pool/core": { port } },
        transferList: [port as never],
        name: spec.name,
        ...(spec.env && { env: { ...spec.env } }),
        ...(spec.execArgv && { execArgv: [...spec.execArgv] }),
        // No resourceLimits: with them a worker out of memory stops without a word, or spins.
      });
      worker.on("error", on.error);
      worker.on("exit", on.exit);
      worker.unref();
      return { terminate: () => void worker.terminate() };
    });
  },
};

/** An entry on a server is refused, but one that imports it is not. */
function entryUrl(url: URL): URL {
  if (url.protocol !== "https:" && url.protocol !== "http:") return url;
  return new URL(
    `data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(url.href)};`)}`,
  );
}
