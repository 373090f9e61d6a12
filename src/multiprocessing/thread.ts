import { runtime } from "../adapters/detect.ts";
import { Activity, type ActivityKind } from "./activity.ts";
import type { ActivityOptions } from "./activity_options.ts";

const THREAD: ActivityKind = {
  kind: "thread",
  prefix: "Thread",
  adapter: runtime.adapters.thread,
  headline: "Exception in thread",
};

/**
 * A function that runs in a worker thread. Mirrors `threading.Thread`, with what `multiprocessing.Process`
 * has beside that: threads here share no variables, can be ended, and have exit codes.
 *
 * The thread ends when the function has ended, async ones when their promise is settled. Timers and
 * sockets that are left do not keep it. Where the function throws, the error is written to stderr under
 * the name of the thread, and the exit code is 1. As long as one that is no daemon runs, the program
 * does not end by itself. Where the runtime cannot stop a thread in a busy loop (Deno 2.9), one that is
 * terminated is given up: it counts as ended, a warning says so, and it spins on until the program ends;
 * a {@linkcode Process} can be ended everywhere.
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
export class Thread<A extends readonly unknown[] = readonly unknown[]> extends Activity<A> {
  /**
   * Makes a thread that has not started.
   *
   * @throws `TypeError` for options that make no sense, and for functions that cannot be sent
   */
  constructor(options: ActivityOptions<A>) {
    super(THREAD, options);
  }
}
