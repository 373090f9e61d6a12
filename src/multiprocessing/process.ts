import { runtime } from "../adapters/detect.ts";
import type { WorkerAdapter } from "../core/backend.ts";
import type { WaitOptions } from "../core/pool.ts";
import { realm } from "../protocol/realm.ts";
import { Activity, type ActivityKind } from "./activity.ts";
import type { ActivityOptions } from "./activity_options.ts";

/** One for all: it has a watchdog, which is a process of its own. */
let adapter: WorkerAdapter | undefined;

const PROCESS: ActivityKind = {
  kind: "process",
  prefix: "Process",
  adapter: () => adapter ??= runtime.adapters.process(),
  headline: (name) => `Process ${name}:`,
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
export class Process<A extends readonly unknown[] = readonly unknown[]> implements AsyncDisposable {
  readonly #activity: Activity;

  /**
   * Makes a process that has not started.
   *
   * @throws `TypeError` for options that make no sense, and for functions that cannot be sent
   */
  constructor(options: ActivityOptions<A>) {
    this.#activity = new Activity(PROCESS, options, this);
  }

  /** As it was given, or `Process-1`, `Process-2` and so on. */
  get name(): string {
    return this.#activity.name;
  }

  /** It does not keep the program running. */
  get daemon(): boolean {
    return this.#activity.daemon;
  }

  /** Number of the process in the system; `null` before the start. */
  get pid(): number | null {
    return this.#activity.pid;
  }

  /**
   * How it ended: 0, 1 after an error that nobody caught, what it gave to `process.exit()`, or −N where
   * signal N ended it: −15 after {@linkcode Process.terminate}, −9 after {@linkcode Process.kill}. `null`
   * until then. Mirrors `exitcode`.
   */
  get exitCode(): number | null {
    return this.#activity.exitCode;
  }

  /**
   * Starts it, and returns at once. What comes after that, such as a module that cannot be imported, is
   * reported on stderr like an error of the function.
   *
   * @throws `InvalidStateError` when it was started before, `MaybeEncodingError` for arguments that
   * cannot be sent, `PoolError` where the system starts no process
   */
  start(): void {
    this.#activity.start();
  }

  /**
   * Waits for the end; resolves to `true` when it has come, and to `false` after `timeout` milliseconds.
   * Mirrors `join`, which tells nothing.
   *
   * Rejects with `InvalidStateError` before the start.
   */
  async join(options?: WaitOptions): Promise<boolean> {
    return await this.#activity.join(options);
  }

  /** From the start to the end. */
  isAlive(): boolean {
    return this.#activity.isAlive;
  }

  /**
   * Asks it to end, by SIGTERM; a process that does not handle the signal ends at once, in a busy loop
   * too. Nothing happens after the end. Its own children end with it.
   *
   * @throws `InvalidStateError` before the start
   */
  terminate(): void {
    this.#activity.stop("SIGTERM");
  }

  /** Ends it, by SIGKILL, which it cannot handle. As {@linkcode Process.terminate} else. */
  kill(): void {
    this.#activity.stop("SIGKILL");
  }

  /**
   * Gives the handle back: from now on all but `name` and `daemon` throws. May be called again.
   *
   * @throws `InvalidStateError` while it runs
   */
  close(): void {
    this.#activity.close();
  }

  /** Waits for the end, which a daemon is asked for first, and gives the handle back. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#activity.dispose();
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
  return [...realm.children].map(({ owner }) => owner).filter((owner) => owner instanceof Process);
}
