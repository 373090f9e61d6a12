import { runtime } from "../adapters/detect.ts";
import type { WorkerAdapter } from "../core/backend.ts";
import { realm } from "../protocol/realm.ts";
import { Activity, type ActivityKind } from "./activity.ts";
import type { ActivityOptions } from "./activity_options.ts";

/** One for all: it has a watchdog, which is a process of its own. */
let adapter: WorkerAdapter | undefined;

const PROCESS: ActivityKind = {
  kind: "process",
  prefix: "Process",
  adapter: () => adapter ??= runtime.adapters.process(),
  headline: "Process",
};

/**
 * A function that runs in a child process of the same runtime. Mirrors `multiprocessing.Process` with
 * the start method `spawn`.
 *
 * The process ends when the function has ended, async ones when their promise is settled; then come the
 * exit handlers, and its own children that are no daemons are waited for. Timers and sockets that are
 * left do not keep it. Where the function throws, the error is written to stderr under the name of the
 * process, and the exit code is 1. It ends with this program in any case, a killed one too; as long as
 * one that is no daemon runs, this program does not end by itself.
 *
 * A start takes 20 to 120 ms and 30 to 60 MB: for many short calls take a `Pool`.
 *
 * @example
 * ```ts
 * import { Process } from "@pool/core";
 *
 * await using child = new Process({
 *   target: (name: string) => console.log(`hello ${name}`), // hello bob
 *   args: ["bob"],
 * });
 * child.start();
 * await child.join();
 * console.log(child.exitCode); // 0
 * ```
 */
export class Process<A extends readonly unknown[] = readonly unknown[]> extends Activity<A> {
  /**
   * Makes a process that has not started.
   *
   * @throws `TypeError` for options that make no sense, and for functions that cannot be sent
   */
  constructor(options: ActivityOptions<A>) {
    super(PROCESS, options);
  }
}

/**
 * The processes that this thread has started as {@linkcode Process} and that run. Mirrors
 * `multiprocessing.active_children`; the workers of pools are not among them.
 *
 * @example
 * ```ts
 * import { activeChildren, Process } from "@pool/core";
 *
 * await using child = new Process({ target: () => {} });
 * child.start();
 * console.log(activeChildren().length); // 1
 * ```
 */
export function activeChildren(): Process[] {
  return [...realm.children].filter((child) => child instanceof Process);
}
