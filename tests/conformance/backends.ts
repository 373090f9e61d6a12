/** The backends of this runtime; the binding files `tests/<backend>_*_test.ts` name one each. */
import { Pool, type PoolOptions } from "@pool/core";
import { processes, threads } from "../../src/adapters/detect.ts";
import { inline } from "../../src/adapters/inline.ts";
import type { Backend } from "./backend.ts";

const withWorkers = (options: number | PoolOptions | undefined): PoolOptions =>
  typeof options === "number" ? { workers: options } : options ?? {};

/** Tasks run on this event loop. */
export const inlineBackend: Backend = {
  name: "inline",
  traits: inline.traits,
  createPool: (options) => new Pool({ ...withWorkers(options), backend: "inline" }),
};

/** Tasks run on worker threads. */
export const threadBackend: Backend = {
  name: "thread",
  traits: threads().traits,
  createPool: (options) => new Pool({ ...withWorkers(options), backend: "thread" }),
};

/** Tasks run on worker threads, and every call and result goes by message. */
export const messagesBackend: Backend = {
  name: "thread without slots",
  traits: threads().traits,
  createPool: (options) =>
    new Pool({ ...withWorkers(options), backend: { ...threads(), wrapText: undefined } }),
};

/** Tasks run in child processes. */
export const processBackend: Backend = {
  name: "process",
  traits: processes().traits,
  createPool: (options) => new Pool({ ...withWorkers(options), backend: "process" }),
};
