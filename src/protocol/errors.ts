/**
 * The base of the library's errors, and what becomes of calls. They live with the protocol because they
 * cross the boundary like any other value: a pool inside a task may fail, and its error must arrive at
 * the host as itself.
 */
import { hide } from "./define.ts";

/**
 * Options of every error here: `cause` as in the language, and facts that become fields.
 *
 * @example
 * ```ts
 * import { PoolError, type PoolErrorOptions } from "@pool/core";
 *
 * // An error of your own that is caught together with those of the library.
 * class LicenceError extends PoolError {}
 * const options: PoolErrorOptions = { cause: new Error("it ended in May") };
 * const error = new LicenceError("Cannot render: there is no licence", options);
 * console.log(error.message, error.cause === options.cause); // Cannot render: there is no licence true
 * ```
 */
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
  /** Makes the error. */
  constructor(message?: string, options?: PoolErrorOptions) {
    super(message, options && "cause" in options ? { cause: options.cause } : undefined);
  }
}

/** The library's own error classes by name; those of a file from its import on. */
export const errorClasses: { [name: string]: { prototype: Error } | undefined } = Object.create(
  null,
);

/** Sets `name` on the prototypes, so that it survives minifiers and is not an own property. */
export function nameErrors(classes: { readonly [name: string]: { prototype: Error } }): void {
  for (const [name, errorClass] of Object.entries(classes)) {
    hide(errorClass.prototype, "name", name);
    errorClasses[name] = errorClass;
  }
}

/**
 * What is known about a worker's end.
 *
 * @example
 * ```ts
 * import { type WorkerDeath, WorkerDiedError } from "@pool/core";
 *
 * // For tests of your own: what your program does when a worker dies.
 * const death: WorkerDeath = { exitCode: null, signal: "SIGKILL", outOfMemory: true };
 * const error = new WorkerDiedError("Cannot finish job 7: the worker was killed", death);
 * console.log(error.signal, error.outOfMemory); // SIGKILL true
 * ```
 */
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

/**
 * A wait or a call took longer than it was given. Mirrors `multiprocessing.TimeoutError`.
 *
 * @example
 * ```ts
 * import { Pool, TimeoutError } from "@pool/core";
 *
 * await using pool = new Pool(1);
 * const forEver = () => new Promise<void>(() => {});
 * try {
 *   await pool.apply(forEver, [], { timeout: 50, grace: 0 });
 * } catch (error) {
 *   if (!(error instanceof TimeoutError)) throw error;
 *   console.log("it took too long"); // it took too long
 * }
 * ```
 */
export class TimeoutError extends PoolError {}

/**
 * The call was cancelled before it had a result. Mirrors `concurrent.futures.CancelledError`.
 *
 * @example
 * ```ts
 * import { CancelledError, Pool } from "@pool/core";
 *
 * await using pool = new Pool({ workers: 1, grace: 0 });
 * const result = pool.applyAsync(() => new Promise<void>(() => {}));
 * result.cancel();
 * const error = await result.get().catch((error) => error);
 * console.log(error instanceof CancelledError); // true
 * ```
 */
export class CancelledError extends PoolError {}

/**
 * Where a value could not be encoded.
 *
 * @example
 * ```ts
 * import { type EncodingFault, MaybeEncodingError } from "@pool/core";
 *
 * // For tests of your own: what your program does with a value that cannot be sent.
 * const fault: EncodingFault = { path: "args[0].save" };
 * const error = new MaybeEncodingError("Cannot send args[0].save: it is a function", fault);
 * console.log(error.path); // args[0].save
 * ```
 */
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
  /** Path of the part that cannot be sent, such as `args[0].user.save`. */
  readonly path: string;
  /** Makes the error. */
  constructor(message?: string, fault: EncodingFault = {}) {
    super(message, fault);
    this.path = fault.path ?? "";
  }
}

/**
 * What is known of something that a task threw.
 *
 * @example
 * ```ts
 * import { RemoteError, type RemoteFacts } from "@pool/core";
 *
 * // For tests of your own: a task that threw a text instead of an error.
 * const facts: RemoteFacts = { remoteName: "string", value: "sold out" };
 * const error = new RemoteError("A task threw a string", facts);
 * console.log(error.remoteName, error.value); // string sold out
 * ```
 */
export interface RemoteFacts extends PoolErrorOptions {
  /** Class name of the error as the worker knew it, or the type of the thrown value. */
  readonly remoteName?: string;
  /** The thrown value where it was no error. */
  readonly value?: unknown;
}

/**
 * A task threw something that cannot be rebuilt here: a value that is no error, or an error of a
 * class that was not registered with `registerClass`. Carries the message, own properties and stacks.
 *
 * @example
 * ```ts
 * import { Pool, RemoteError } from "@pool/core";
 *
 * await using pool = new Pool(1);
 * const error = await pool.apply(() => Promise.reject({ code: 404 })).catch((error) => error);
 * if (error instanceof RemoteError) console.log(error.value); // { code: 404 }
 * ```
 */
export class RemoteError extends PoolError {
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

/**
 * The worker cannot find the function that a task names, or found another one in its place.
 *
 * @example
 * ```ts
 * import { importTasks, Pool, TaskLookupError } from "@pool/core";
 *
 * const { basenam } = importTasks<{ basenam(path: string): string }>("node:path"); // misspelt
 * await using pool = new Pool(1);
 * const error = await pool.apply(basenam, ["/tmp/a.txt"]).catch((error) => error);
 * console.log(error instanceof TaskLookupError); // true
 * ```
 */
export class TaskLookupError extends PoolError {}

nameErrors({
  PoolError,
  WorkerDiedError,
  TimeoutError,
  CancelledError,
  MaybeEncodingError,
  RemoteError,
  TaskLookupError,
});
