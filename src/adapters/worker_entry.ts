/** Starts the run loop in a worker thread, on every runtime. */
import { workerData } from "node:worker_threads";
import process from "node:process";
import { setImmediate } from "node:timers";
import type { ToWorker } from "../protocol/messages.ts";
import { realm } from "../protocol/realm.ts";
import { sentError, serve } from "../worker/serve.ts";
import { listen } from "./ports.ts";
import { wrapText } from "./text_memory.ts";

/** What a thread adapter puts into `workerData`. */
export interface ThreadData {
  readonly "@pool/core": { readonly port: MessagePort };
}

/** Takes the port that the adapter sent and serves the host at its other end. */
export function enterWorker(): void {
  const data = (workerData as Partial<ThreadData> | null)?.["@pool/core"];
  if (!data) throw new Error("Cannot start worker: this module is the entry of a pool's workers");
  const { port } = data;
  const worker = serve({
    post: (message, transfer) => port.postMessage(message, transfer ?? []),
    memory: usedMemory,
    yieldAfter: 10,
    yieldTurn: (resume) => setImmediate(resume),
    wrapText,
    guarded: true,
  });
  realm.context = () => worker.context;
  listen<ToWorker>(port, (message) => worker.receive(message));
  reportDeath(port, () => worker.flush());
}

/**
 * Says why the worker ends, while it still can: Deno tells the host no stack, Bun exit code 0 after an
 * unhandled rejection, and results that wait for their message would be lost.
 */
function reportDeath(port: MessagePort, flush: () => void): void {
  let told = false;
  const leave = (exitCode: number | null): void => {
    flush();
    if (!told) port.postMessage({ type: "dying", exitCode, error: null });
    told = true;
  };
  const die = (error: unknown): void => {
    flush();
    told = true;
    port.postMessage({ type: "dying", exitCode: 1, error: sentError(error) });
    process.exit(1);
  };
  process.on("uncaughtException", die);
  process.on("unhandledRejection", die);
  process.on("exit", (code: number) => leave(code));
  if (!("Deno" in globalThis)) return;
  // `Deno.exit()` passes by the exit event, and `self.close()` by everything.
  addEventListener("unload", () => leave(null));
  const scope = globalThis as unknown as { close(): void };
  const close = scope.close;
  scope.close = () => {
    leave(0);
    close.call(globalThis);
  };
}

/**
 * Bytes of this thread's heap and of the buffers that hang on it. On Bun 1.4 they are part of `heapUsed`
 * as well (oven-sh/bun#20793), and both are as of the last garbage collection.
 */
function usedMemory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return "Bun" in globalThis ? Math.max(heapUsed, external) : heapUsed + external;
}
