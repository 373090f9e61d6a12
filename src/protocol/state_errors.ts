/**
 * The errors of what is in no state to do what it was asked to. They live with the protocol, as those of
 * `errors.ts` do.
 */
import { nameErrors, PoolError } from "./errors.ts";

/**
 * The operation is not allowed in this state, such as `join()` before `close()`.
 *
 * @example
 * ```ts
 * import { InvalidStateError, Pool } from "@pool/core";
 *
 * await using pool = new Pool(1);
 * const error = await pool.join().catch((error) => error); // nobody has closed it
 * console.log(error instanceof InvalidStateError, error.message); // true Cannot join pool: …
 * ```
 */
export class InvalidStateError extends PoolError {}

/**
 * The pool takes no more work: it was closed or terminated.
 *
 * @example
 * ```ts
 * import { Pool, PoolClosedError } from "@pool/core";
 *
 * const pool = new Pool(1);
 * pool.close();
 * const error = await pool.apply(() => 1).catch((error) => error);
 * console.log(error instanceof PoolClosedError); // true
 * await pool.join();
 * ```
 */
export class PoolClosedError extends PoolError {}

/**
 * `maxQueue` jobs are waiting already and `whenFull` is `"reject"`.
 *
 * @example
 * ```ts
 * import { Pool, QueueFullError } from "@pool/core";
 *
 * await using pool = new Pool({ workers: 1, maxQueue: 2 });
 * const calls = Array.from({ length: 10 }, () => pool.apply(() => "done"));
 * const ends = await Promise.allSettled(calls);
 * const refused = ends.filter((end) =>
 *   end.status === "rejected" && end.reason instanceof QueueFullError
 * );
 * console.log(refused.length > 0); // true
 * ```
 */
export class QueueFullError extends PoolError {}

/**
 * The executor cannot run anything any more; `cause` says what broke it.
 *
 * @example
 * ```ts
 * import { BrokenExecutor, InlineExecutor } from "@pool/core";
 *
 * const initializer = () => {
 *   throw new Error("no database");
 * };
 * await using executor = new InlineExecutor({ initializer });
 * const error = await executor.submit(() => 1).exception();
 * if (error instanceof BrokenExecutor) console.log(error.message); // Cannot start workers: no database
 * ```
 */
export class BrokenExecutor extends PoolError {}

/**
 * Worker threads cannot be brought up, usually because the initializer keeps failing.
 *
 * @example
 * ```ts
 * import { BrokenThreadPool, ThreadPoolExecutor } from "@pool/core";
 *
 * const initializer = () => {
 *   throw new Error("no database");
 * };
 * await using executor = new ThreadPoolExecutor(1, { initializer });
 * const error = await executor.submit(() => 1).exception();
 * console.log(error instanceof BrokenThreadPool); // true
 * ```
 */
export class BrokenThreadPool extends BrokenExecutor {}

/**
 * Worker processes cannot be brought up, or one died under a `ProcessPoolExecutor`.
 *
 * @example
 * ```ts
 * import { BrokenProcessPool, ProcessPoolExecutor, WorkerDiedError } from "@pool/core";
 *
 * await using executor = new ProcessPoolExecutor(1);
 * const exit = async () => (await import("node:process")).default.exit(3);
 * const error = await executor.submit(exit).exception();
 * if (error instanceof BrokenProcessPool) {
 *   console.log(error.cause instanceof WorkerDiedError); // true
 * }
 * ```
 */
export class BrokenProcessPool extends BrokenExecutor {}

nameErrors({
  InvalidStateError,
  PoolClosedError,
  QueueFullError,
  BrokenExecutor,
  BrokenThreadPool,
  BrokenProcessPool,
});
