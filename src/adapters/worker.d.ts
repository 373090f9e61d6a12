/**
 * The program of a worker. Only for single-file builds, where the library cannot find it by itself:
 * build it as a second entry and name it with the pool's `workerUrl` option.
 *
 * @module
 */
export type { ThreadData } from "./worker_entry.ts";
export type { Port } from "../protocol/transferable.ts";
