import { runtime } from "../adapters/detect.ts";
import type { WaitOptions } from "../core/pool.ts";
import { Activity, type ActivityKind } from "./activity.ts";
import type { ActivityOptions } from "./activity_options.ts";

const THREAD: ActivityKind = {
  kind: "thread",
  prefix: "Thread",
  adapter: runtime.adapters.thread,
  headline: (name) => `Exception in thread ${name}:`,
};

/**
 * A function that runs in a worker thread. Mirrors `threading.Thread`, with what `multiprocessing.Process`
 * has beside that: threads here share no variables, can be ended, and have exit codes.
 *
 * The thread ends when the function has ended, async ones when their promise is settled. Timers and
 * sockets that are left do not keep it. Where the function throws, the error is written to stderr under
 * the name of the thread, and the exit code is 1. As long as one that is no daemon runs, the program
 * does not end by itself.
 *
 * A start takes 5 to 50 ms and 1 to 20 MB: for many short calls take a `Pool`.
 *
 * @example
 * ```ts
 * import { Thread } from "@pool/core";
 *
 * const memory = new Int32Array(new SharedArrayBuffer(4));
 * await using thread = new Thread({
 *   target: (memory: Int32Array, value: number) => void Atomics.store(memory, 0, value),
 *   args: [memory, 42],
 * });
 * thread.start();
 * await thread.join();
 * console.log(memory[0], thread.exitCode); // 42 0
 * ```
 */
export class Thread<A extends readonly unknown[] = readonly unknown[]> implements AsyncDisposable {
  readonly #activity: Activity;

  /**
   * Makes a thread that has not started.
   *
   * @throws `TypeError` for options that make no sense, and for functions that cannot be sent
   */
  constructor(options: ActivityOptions<A>) {
    this.#activity = new Activity(THREAD, options, this);
  }

  /** As it was given, or `Thread-1`, `Thread-2` and so on. */
  get name(): string {
    return this.#activity.name;
  }

  /** It does not keep the program running. */
  get daemon(): boolean {
    return this.#activity.daemon;
  }

  /**
   * How it ended: 0, 1 after an error that nobody caught, what it gave to `process.exit()`, −15 after
   * {@linkcode Thread.terminate}, −9 after {@linkcode Thread.kill}. `null` until then.
   */
  get exitCode(): number | null {
    return this.#activity.exitCode;
  }

  /**
   * Starts it, and returns at once. What comes after that, such as a module that cannot be imported, is
   * reported on stderr like an error of the function.
   *
   * @throws `InvalidStateError` when it was started before, `MaybeEncodingError` for arguments that
   * cannot be sent
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
   * Ends it at once, in the middle of what it does. Nothing happens after the end. Where the runtime
   * cannot stop a thread in a busy loop (Deno 2.9), it is given up: it counts as ended, a warning says
   * so, and it spins on until the program ends; a {@linkcode Process} can be ended everywhere.
   *
   * @throws `InvalidStateError` before the start
   */
  terminate(): void {
    this.#activity.stop("SIGTERM");
  }

  /** As {@linkcode Thread.terminate}; only the exit code differs. */
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

  /** Waits for the end, which a daemon is brought to first, and gives the handle back. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#activity.dispose();
  }
}
