/**
 * Modules of the runtime that not every program needs, loaded when they are first used. Imported at the top
 * of a file they would be loaded by every program and again by every thread, whose tasks import all of
 * the library: `node:fs` takes 16 ms in programs of Deno, `node:net` 4 ms in each thread of Bun.
 */
import process from "node:process";

/** `node:child_process`. */
export function childProcess(): typeof import("node:child_process") {
  return process.getBuiltinModule("node:child_process");
}

/** `node:fs`. */
export function fs(): typeof import("node:fs") {
  return process.getBuiltinModule("node:fs");
}

/** `node:net`. */
export function net(): typeof import("node:net") {
  return process.getBuiltinModule("node:net");
}

/** `node:stream`. */
export function stream(): typeof import("node:stream") {
  return process.getBuiltinModule("node:stream");
}

/** `node:worker_threads`. */
export function workerThreads(): typeof import("node:worker_threads") {
  return process.getBuiltinModule("node:worker_threads");
}
