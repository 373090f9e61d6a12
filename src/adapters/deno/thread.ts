/**
 * Worker threads of Deno by `node:worker_threads`, not the web `Worker`. The web's starts in 14 instead
 * of 25 ms and moves messages as fast over a port of its own, but (Deno 2.9):
 * - it cannot be unref'd, so that an idle pool would keep every program running;
 * - it tells no exit code, and nothing at all for `Deno.exit()` and `self.close()`;
 * - after `terminate()` of a busy worker, which spins on (denoland/deno#35657), the program never ends.
 */
import type { Worker } from "node:worker_threads";
import type { WorkerAdapter } from "../../core/backend.ts";
import { startThread, threadAdapter, threadOptions } from "../start_thread.ts";
import { workerUrlOf } from "../worker_url.ts";
import { StartQueue } from "./start_queue.ts";

/** An adapter for one pool. */
export function denoThreads(): WorkerAdapter {
  const queue = new StartQueue();
  return threadAdapter((spec, port, on) => {
    let worker: Worker | undefined;
    let immediate = true;
    const start = (): void => {
      try {
        // No resourceLimits: with them a worker out of memory stops without a word, or spins.
        worker = startThread(entryUrl(workerUrlOf(spec)), threadOptions(spec, port), on);
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
    // A thread in a busy loop is given up and spins on; see the link above.
  }, false);
}

/** An entry on a server is refused, but one that imports it is not. */
function entryUrl(url: URL): URL {
  if (url.protocol !== "https:" && url.protocol !== "http:") return url;
  return new URL(
    `data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(url.href)};`)}`,
  );
}
