/**
 * Worker threads of Node: `node:worker_threads`, the only kind there is.
 */
import process from "node:process";
import type { WorkerAdapter } from "../../core/backend.ts";
import { startThread, threadAdapter, threadOptions } from "../start_thread.ts";
import { workerUrlOf } from "../worker_url.ts";
import { compileCache } from "./compile_cache.ts";

/** The adapter. */
export const nodeThreads: WorkerAdapter = threadAdapter((spec, port, on) => {
  const outer = spec.env ?? process.env as Record<string, string>;
  const startEnv = compileCache(outer);
  const env = { ...outer, ...startEnv };
  const execArgv = spec.execArgv ?? (process.execArgv.some(isForText) ? [] : undefined);
  const { resourceLimits } = spec;
  const options = {
    ...threadOptions({ ...spec, env, execArgv }, port, { startEnv: Object.keys(startEnv) }),
    ...(resourceLimits && { resourceLimits }),
  };
  const worker = startThread(workerUrlOf(spec), options, on);
  return { terminate: () => void worker.terminate() };
});

/** Threads, which run files, do not start with it; each other flag they take from this program by themselves. */
function isForText(flag: string): boolean {
  return flag.startsWith("--input-type");
}
