import { processId } from "../adapters/services.ts";
import { ownIdentity } from "../core/identity.ts";

/**
 * The process in which code runs, as {@linkcode currentProcess} tells it.
 *
 * @example
 * ```ts
 * import { type CurrentProcess, currentProcess } from "@pool/core";
 *
 * const label = ({ name, pid }: CurrentProcess) => `${name}[${pid}]`;
 * console.log(label(currentProcess())); // MainProcess[…]
 * ```
 */
export interface CurrentProcess {
  /** Of a `Process` or of a pool's worker; `"MainProcess"` for the program itself. */
  readonly name: string;
  /** Number of the process in the system. */
  readonly pid: number;
  /** It does not keep the program that started it running. */
  readonly daemon: boolean;
}

/**
 * The thread in which code runs, as {@linkcode currentThread} tells it.
 *
 * @example
 * ```ts
 * import { type CurrentThread, currentThread } from "@pool/core";
 *
 * const label = ({ name, daemon }: CurrentThread) => (daemon ? `(${name})` : name);
 * console.log(label(currentThread())); // MainThread
 * ```
 */
export interface CurrentThread {
  /** Of a `Thread` or of a pool's worker; `"MainThread"` for the first thread of a process. */
  readonly name: string;
  /** It does not keep the program running. */
  readonly daemon: boolean;
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
  const { name, daemon } = ownIdentity().process;
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
  const { name, daemon } = ownIdentity().thread;
  return { name, daemon };
}
