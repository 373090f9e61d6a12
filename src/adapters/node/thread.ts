/**
 * Worker threads of Node: `node:worker_threads`, the only kind there is.
 */
import process from "node:process";
import type { WorkerAdapter } from "../../core/backend.ts";
import { workerThreads } from "../builtins.ts";
import { refusePermissions } from "../permissions.ts";
import { wrapText } from "../text_memory.ts";
import { ThreadTransport } from "../thread_transport.ts";
import { defaultWorkerUrl } from "../worker_url.ts";
import { compileCache } from "./compile_cache.ts";

/** Workers as threads of this process. */
export const nodeThreads: WorkerAdapter = {
  traits: { kind: "thread", isolated: true, sharedMemory: true, killable: true },

  check: refusePermissions,
  wrapText,

  spawn(spec, events) {
    return new ThreadTransport(events, (port, on) => {
      const env = spec.env ?? process.env;
      const startEnv = compileCache(env);
      const execArgv = spec.execArgv ?? (process.execArgv.some(isForText) ? [] : undefined);
      const { Worker } = workerThreads();
      const worker = new Worker(new URL(spec.workerUrl ?? defaultWorkerUrl()), {
        workerData: { "@pool/core": { port, startEnv: Object.keys(startEnv) } },
        transferList: [port as never],
        name: spec.name,
        env: { ...env, ...startEnv },
        ...(execArgv && { execArgv: [...execArgv] }),
        ...(spec.resourceLimits && { resourceLimits: spec.resourceLimits }),
      });
      worker.on("error", on.error);
      worker.on("exit", on.exit);
      worker.unref();
      return { terminate: () => void worker.terminate() };
    });
  },
};

/** Threads, which run files, do not start with it; each other flag they take from this program by themselves. */
function isForText(flag: string): boolean {
  return flag.startsWith("--input-type");
}
