/** Starts the run loop in a worker thread or a child process, on every runtime. */
import { workerData } from "node:worker_threads";
import process from "node:process";
import { setImmediate } from "node:timers";
import type { FromWorker, ToWorker } from "../protocol/messages.ts";
import { realm } from "../protocol/realm.ts";
import type { Port } from "../protocol/transferable.ts";
import { sentError, serve } from "../worker/serve.ts";
import { loadRevivers } from "./load_revivers.ts";
import { listen } from "./ports.ts";
import { reportDeath } from "./report_death.ts";
import { wrapText } from "./text_memory.ts";
import { CHILD_ARGUMENT } from "./worker_url.ts";

/**
 * What a thread adapter puts into `workerData`.
 *
 * @example
 * ```ts
 * import { MessageChannel } from "node:worker_threads";
 * import type { Port } from "@pool/core";
 * import type { ThreadData } from "@pool/core/worker";
 *
 * // For an adapter of your own: what a thread finds at its start.
 * const { port1, port2 } = new MessageChannel();
 * const workerData: ThreadData = { "@pool/core": { port: port2 as unknown as Port } };
 * console.log(Object.keys(workerData)); // ["@pool/core"]
 * port1.close();
 * ```
 */
export interface ThreadData {
  readonly "@pool/core": {
    readonly port: Port;
    /** Variables that were for its start alone. */
    readonly startEnv?: readonly string[];
  };
}

/** Serves the host that has started this thread or process. */
export function enterWorker(): void {
  const data = (workerData as Partial<ThreadData> | null)?.["@pool/core"];
  if (data) {
    forget(data.startEnv ?? []);
    return serveThread(data.port);
  }
  const [mark, folder, host, ...variables] = process.argv.slice(2);
  if (mark !== CHILD_ARGUMENT || folder === undefined) {
    throw new Error("Cannot start worker: this module is the entry of a pool's workers");
  }
  process.argv.length = 2;
  forget(variables);
  // Threads need not load it.
  void import("./process/child_entry.ts").then(({ serveChild }) =>
    serveChild(folder, Number(host))
  );
}

/** Takes variables away that were for the start alone. */
function forget(variables: readonly string[]): void {
  for (const name of variables) {
    try {
      delete process.env[name];
    } catch {
      // Deno without permission: no task can read it either.
    }
  }
}

/** Serves the host at the other end of the port. */
function serveThread(port: MessagePort): void {
  port.postMessage({ type: "up" } satisfies FromWorker);
  const worker = serve({
    post: (message, transfer) => port.postMessage(message, transfer ?? []),
    memory: usedMemory,
    yieldAfter: 10,
    yieldTurn: (resume) => setImmediate(resume),
    wrapText,
    listen,
    loadRevivers,
    guarded: true,
  });
  realm.context = () => worker.context;
  listen<ToWorker>(port, (message) => worker.receive(message));
  port.addEventListener("messageerror", () => {
    throw new Error("a message could not be read");
  });
  reportDeath({
    post: (message) => port.postMessage(message),
    flush: () => worker.flush(),
    describe: sentError,
  });
}

/**
 * Bytes of this thread's heap and of the buffers that hang on it. On Bun 1.4 they are part of `heapUsed`
 * as well (oven-sh/bun#20793), and both are as of the last garbage collection.
 */
function usedMemory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return "Bun" in globalThis ? Math.max(heapUsed, external) : heapUsed + external;
}
