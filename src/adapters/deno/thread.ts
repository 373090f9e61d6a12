/**
 * Worker threads of Deno by `node:worker_threads`, not the web `Worker`. The web's starts in 14 instead
 * of 25 ms and moves messages as fast over a port of its own, but (Deno 2.9):
 * - it cannot be unref'd, so that an idle pool would keep every program running;
 * - it tells no exit code, and nothing at all for `Deno.exit()` and `self.close()`;
 * - after `terminate()` of a busy worker, which spins on (denoland/deno#35657), the program never ends.
 */
import type { Worker } from "node:worker_threads";
import type { WorkerAdapter, WorkerSpec } from "../../core/backend.ts";
import { workerThreads } from "../builtins.ts";
import { refusePermissions } from "../permissions.ts";
import { wrapText } from "../text_memory.ts";
import { type ThreadEvents, ThreadTransport } from "../thread_transport.ts";
import { defaultWorkerUrl } from "../worker_url.ts";
import { StartQueue } from "./start_queue.ts";

/** Workers as threads of this process; an adapter for one pool. */
export function denoThreads(): WorkerAdapter {
  const queue = new StartQueue();
  return {
    // A thread in a busy loop is given up and spins on; see the link above.
    traits: { kind: "thread", isolated: true, sharedMemory: true, killable: false },

    check: refusePermissions,
    wrapText,

    spawn(spec, events) {
      return new ThreadTransport(events, (port, on) => {
        let worker: Worker | undefined;
        let immediate = true;
        const start = (): void => {
          try {
            worker = startThread(spec, port, on);
          } catch (error) {
            if (immediate) throw error;
            // In a later turn there is nobody to throw to.
            on.error(error);
            end();
          }
        };
        const end = (): void => {
          port.close();
          on.exit(null);
        };
        queue.add(start);
        immediate = false;
        return { terminate: () => queue.remove(start) ? end() : void worker?.terminate() };
      });
    },
  };
}

function startThread(spec: WorkerSpec, port: MessagePort, on: ThreadEvents): Worker {
  const { Worker } = workerThreads();
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
  return worker;
}

/** An entry on a server is refused, but one that imports it is not. */
function entryUrl(url: URL): URL {
  if (url.protocol !== "https:" && url.protocol !== "http:") return url;
  return new URL(
    `data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(url.href)};`)}`,
  );
}
