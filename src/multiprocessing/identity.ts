import { processId } from "../adapters/detect.ts";
import { type Identity, realm } from "../protocol/realm.ts";

/** The process in which code runs, as {@linkcode currentProcess} tells it. */
export interface CurrentProcess {
  /** As it was given to `new Process()`; `"MainProcess"` for the program itself. */
  readonly name: string;
  /** Number of the process in the system. */
  readonly pid: number;
  /** It does not keep the program that started it running. */
  readonly daemon: boolean;
}

/** The thread in which code runs, as {@linkcode currentThread} tells it. */
export interface CurrentThread {
  /** As it was given to `new Thread()`; `"MainThread"` for the first thread of a process. */
  readonly name: string;
  /** It does not keep the program running. */
  readonly daemon: boolean;
}

const MAIN_THREAD = { name: "MainThread", daemon: false };

/** Who the main program is. */
export function mainIdentity(): Identity {
  return { process: { name: "MainProcess", daemon: false }, thread: MAIN_THREAD, path: "" };
}

/** Who a child process is: it begins with a main thread of its own. */
export function processIdentity(name: string, daemon: boolean, path: string): Identity {
  return { process: { name, daemon }, thread: MAIN_THREAD, path };
}

/** Who a thread of this process is. */
export function threadIdentity(name: string, daemon: boolean, path: string): Identity {
  const { process } = realm.identity ?? mainIdentity();
  return { process, thread: { name, daemon }, path };
}

/**
 * The process in which this code runs. Mirrors `multiprocessing.current_process`, as a record instead of
 * a handle: a process cannot join itself.
 *
 * @example
 * ```ts
 * import { currentProcess } from "@pool/core";
 *
 * console.log(currentProcess().name); // MainProcess
 * ```
 */
export function currentProcess(): CurrentProcess {
  const { name, daemon } = (realm.identity ?? mainIdentity()).process;
  return { name, pid: processId(), daemon };
}

/**
 * The thread in which this code runs. Mirrors `threading.current_thread`.
 *
 * @example
 * ```ts
 * import { currentThread } from "@pool/core";
 *
 * console.log(currentThread().name); // MainThread
 * ```
 */
export function currentThread(): CurrentThread {
  const { name, daemon } = (realm.identity ?? mainIdentity()).thread;
  return { name, daemon };
}
