/** What adapters of threads share: all but how their runtime starts one. */
import type { Worker } from "node:worker_threads";
import type { WorkerAdapter, WorkerSpec } from "../core/backend.ts";
import { workerThreads } from "./builtins.ts";
import { refusePermissions } from "./permissions.ts";
import { wrapText } from "./text_memory.ts";
import { type Thread, type ThreadEvents, ThreadTransport } from "./thread_transport.ts";

/** Starts a thread and hands it the port. */
export type StartThread = (spec: WorkerSpec, port: MessagePort, on: ThreadEvents) => Thread;

/** Workers as threads of this process. */
export function threadAdapter(start: StartThread, killable = true): WorkerAdapter {
  return {
    traits: { kind: "thread", isolated: true, sharedMemory: true, killable },
    check: refusePermissions,
    wrapText,
    spawn: (spec, events) => new ThreadTransport(events, (port, on) => start(spec, port, on)),
  };
}

/** What a thread is started with; `more` goes to its entry, beside the port. */
export function threadOptions(spec: WorkerSpec, port: MessagePort, more?: object): object {
  const { name, env, execArgv } = spec;
  return {
    workerData: { "@pool/core": { port, ...more } },
    transferList: [port],
    name,
    ...(env && { env: { ...env } }),
    ...(execArgv && { execArgv: [...execArgv] }),
  };
}

/** Starts a thread by `node:worker_threads`. */
export function startThread(url: URL, options: object, on: ThreadEvents): Worker {
  const { Worker } = workerThreads();
  const worker = new Worker(url, options);
  worker.on("error", on.error);
  worker.on("exit", on.exit);
  worker.unref();
  return worker;
}
