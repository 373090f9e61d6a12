/**
 * Worker threads of Bun by the web `Worker`: it starts in 5 ms, `node:worker_threads` in 13 (Bun 1.4.5),
 * with the same traffic over a port of its own. `workerData`, `unref` and exit codes work with it too.
 */
import type { WorkerAdapter } from "../../core/backend.ts";
import { refusePermissions } from "../permissions.ts";
import { wrapText } from "../text_memory.ts";
import { ThreadTransport } from "../thread_transport.ts";
import { defaultWorkerUrl } from "../worker_url.ts";

/** Bun's additions to the web's worker. */
interface BunWorker extends Worker {
  unref(): void;
}

type BunWorkerConstructor = new (url: URL, options: object) => BunWorker;

/** Workers as threads of this process. */
export const bunThreads: WorkerAdapter = {
  traits: { kind: "thread", isolated: true, sharedMemory: true, killable: true },

  check: refusePermissions,
  wrapText,

  spawn(spec, events) {
    return new ThreadTransport(events, (port, on) => {
      const worker = new (Worker as unknown as BunWorkerConstructor)(
        new URL(spec.workerUrl ?? defaultWorkerUrl()),
        {
          type: "module",
          workerData: { "@pool/core": { port } },
          transferList: [port],
          name: spec.name,
          ...(spec.env && { env: { ...spec.env } }),
          ...(spec.execArgv && { execArgv: [...spec.execArgv] }),
        },
      );
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        // Bun gives no error object, only the text.
        on.error(event.error ?? new Error(event.message));
      });
      worker.addEventListener("close", (event) => {
        on.exit((event as Event & { code?: number }).code ?? null);
      });
      worker.unref();
      return { terminate: () => worker.terminate() };
    });
  },
};
