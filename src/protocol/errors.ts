/**
 * The errors of the library. They live with the protocol because they cross the boundary like any
 * other value: a pool inside a task may fail, and its error must arrive at the host as itself.
 */

/** Options of every error here: `cause` as in the language, and facts that become fields. */
export interface PoolErrorOptions {
  /** What led to this error. */
  readonly cause?: unknown;
}

/**
 * The base of all errors that the library itself raises. `name` equals the class name.
 *
 * What a task throws is never wrapped in one: it arrives as itself (see {@link RemoteError} for the
 * one exception).
 *
 * @example
 * ```ts
 * import { PoolClosedError, PoolError } from "@pool/core";
 *
 * console.log(new PoolClosedError("Cannot submit job: the pool is closed") instanceof PoolError); // true
 * ```
 */
export class PoolError extends Error {
  static {
    named(this, "PoolError");
  }
  /** Makes the error. */
  constructor(message?: string, options?: PoolErrorOptions) {
    super(message, options && "cause" in options ? { cause: options.cause } : undefined);
  }
}

/** Sets `name` on the prototype, so that it survives minifiers and is not an own property. */
export function named(errorClass: { prototype: object }, name: string): void {
  Object.defineProperty(errorClass.prototype, "name", {
    value: name,
    configurable: true,
    writable: true,
  });
}

/** What is known about a worker's end. */
export interface WorkerDeath extends PoolErrorOptions {
  /** Exit code; `null` when the runtime reported none. */
  readonly exitCode?: number | null;
  /** Signal name for child processes, else `null`. */
  readonly signal?: string | null;
  /** Id of the worker that died. */
  readonly workerId?: number;
  /** Id of the job that it was running. */
  readonly jobId?: number;
  /** Last lines that it wrote to stderr, where they are captured. */
  readonly stderr?: string;
  /** True when the runtime said, or the facts suggest, that memory ran out. */
  readonly outOfMemory?: boolean;
}

/**
 * The worker that ran this call ended in the middle of it (exit, crash, kill, out of memory).
 * Only the call that it was running gets this error; calls that waited behind it go to other workers.
 *
 * @example
 * ```ts
 * import { Pool, WorkerDiedError } from "@pool/core";
 *
 * await using pool = new Pool(1);
 * const death = await pool.apply(() => {
 *   setTimeout(() => { throw new Error("out of the blue"); });
 *   return new Promise<void>(() => {});
 * }).catch((error) => error);
 * console.log(death instanceof WorkerDiedError, death.exitCode); // true 1
 * ```
 */
export class WorkerDiedError extends PoolError {
  static {
    named(this, "WorkerDiedError");
  }
  /** Exit code; `null` when the runtime reported none. */
  readonly exitCode: number | null;
  /** Signal name for child processes, else `null`. */
  readonly signal: string | null;
  /** Id of the worker that died. */
  readonly workerId: number | undefined;
  /** Id of the job that it was running. */
  readonly jobId: number | undefined;
  /** Last lines of its stderr, where they are captured. */
  readonly stderr: string | undefined;
  /** True when memory ran out, as far as is known. */
  readonly outOfMemory: boolean;
  /** Makes the error. */
  constructor(message?: string, death: WorkerDeath = {}) {
    super(message, death);
    this.exitCode = death.exitCode ?? null;
    this.signal = death.signal ?? null;
    this.workerId = death.workerId;
    this.jobId = death.jobId;
    this.stderr = death.stderr;
    this.outOfMemory = death.outOfMemory ?? false;
  }
}

/** A wait or a call took longer than it was given. Mirrors `multiprocessing.TimeoutError`. */
export class TimeoutError extends PoolError {
  static {
    named(this, "TimeoutError");
  }
}

/** The call was cancelled before it had a result. Mirrors `concurrent.futures.CancelledError`. */
export class CancelledError extends PoolError {
  static {
    named(this, "CancelledError");
  }
}

/** The operation is not allowed in this state, such as `join()` before `close()`. */
export class InvalidStateError extends PoolError {
  static {
    named(this, "InvalidStateError");
  }
}

/** The executor cannot run anything any more; `cause` says what broke it. */
export class BrokenExecutor extends PoolError {
  static {
    named(this, "BrokenExecutor");
  }
}

/** Worker threads cannot be brought up, usually because the initializer keeps failing. */
export class BrokenThreadPool extends BrokenExecutor {
  static {
    named(this, "BrokenThreadPool");
  }
}

/** Worker processes cannot be brought up, or one died under a `ProcessPoolExecutor`. */
export class BrokenProcessPool extends BrokenExecutor {
  static {
    named(this, "BrokenProcessPool");
  }
}

/** The pool takes no more work: it was closed or terminated. */
export class PoolClosedError extends PoolError {
  static {
    named(this, "PoolClosedError");
  }
}

/** `maxQueue` jobs are waiting already and `whenFull` is `"reject"`. */
export class QueueFullError extends PoolError {
  static {
    named(this, "QueueFullError");
  }
}

/** Where a value could not be encoded. */
export interface EncodingFault extends PoolErrorOptions {
  /** Path of the part that cannot be sent, such as `args[0].user.save`. */
  readonly path?: string;
}

/**
 * A value cannot cross to a worker or back; `path` says which part of it. Nothing was sent, and only
 * this call fails. Mirrors `multiprocessing.pool.MaybeEncodingError`.
 *
 * @example
 * ```ts
 * import { MaybeEncodingError, Pool } from "@pool/core";
 *
 * await using pool = new Pool(1);
 * const user = { name: "Ada", save() {} };
 * const fault = await pool.apply((u: typeof user) => u.name, [user]).catch((error) => error);
 * console.log(fault instanceof MaybeEncodingError, fault.path); // true args[0].save
 * ```
 */
export class MaybeEncodingError extends PoolError {
  static {
    named(this, "MaybeEncodingError");
  }
  /** Path of the part that cannot be sent, such as `args[0].user.save`. */
  readonly path: string;
  /** Makes the error. */
  constructor(message?: string, fault: EncodingFault = {}) {
    super(message, fault);
    this.path = fault.path ?? "";
  }
}

/** What is known of something that a task threw. */
export interface RemoteFacts extends PoolErrorOptions {
  /** Class name of the error as the worker knew it, or the type of the thrown value. */
  readonly remoteName?: string;
  /** The thrown value where it was no error. */
  readonly value?: unknown;
}

/**
 * A task threw something that cannot be rebuilt here: a value that is no error, or an error of a
 * class that was not registered with `registerClass`. Carries the message, own properties and stacks.
 */
export class RemoteError extends PoolError {
  static {
    named(this, "RemoteError");
  }
  /** Class name of the error as the worker knew it, or the type of the thrown value. */
  readonly remoteName: string;
  /** The thrown value where it was no error, else `undefined`. */
  readonly value: unknown;
  /** Makes the error. */
  constructor(message?: string, facts: RemoteFacts = {}) {
    super(message, facts);
    this.remoteName = facts.remoteName ?? "Error";
    this.value = facts.value;
  }
}

/** The worker cannot find the function that a task names, or found another one in its place. */
export class TaskLookupError extends PoolError {
  static {
    named(this, "TaskLookupError");
  }
}

/** Every class above by name: how an error record finds its class again on the other side. */
export const libraryErrors: Readonly<
  Record<string, new (message?: string, facts?: PoolErrorOptions) => PoolError>
> = {
  PoolError,
  WorkerDiedError,
  TimeoutError,
  CancelledError,
  InvalidStateError,
  BrokenExecutor,
  BrokenThreadPool,
  BrokenProcessPool,
  PoolClosedError,
  QueueFullError,
  MaybeEncodingError,
  RemoteError,
  TaskLookupError,
};
