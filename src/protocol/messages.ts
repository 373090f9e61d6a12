/**
 * Everything that crosses between host and worker on the message lane.
 *
 * Calls and replies are flat arrays: thousands of small records in one array are cloned several times
 * faster than as many objects. `writeJob` and `readJobs`, `writeReply` and `readReplies` below are the
 * only places that know the order of the fields.
 */
import type { Numbers } from "./numbers.ts";
import type { FunctionReference, Identity } from "./realm.ts";
import type { Port } from "./transferable.ts";

/**
 * What the host says to a worker.
 *
 * @example
 * ```ts
 * import type { ToWorker } from "@pool/core";
 *
 * // For an adapter of your own: what its log may say of a message to a worker.
 * const describe = (message: ToWorker) =>
 *   message.type === "run" ? `run, with ${message.define.length} new functions` : message.type;
 * console.log(describe({ type: "run", define: [], jobs: [] })); // run, with 0 new functions
 * ```
 */
export type ToWorker =
  /** First message: who the worker is and what it does before its first job. */
  | {
    readonly type: "start";
    readonly workerId: number;
    /** Shared states of the lane's cells; `null` where memory is not shared. */
    readonly claims: SharedArrayBuffer | null;
    /** The lane's slots; `null` where there are none. */
    readonly slots: SharedArrayBuffer | null;
    /** The initializer, then the broadcasts so far; run in order. */
    readonly setup: readonly SetupCall[];
    readonly finalizer: SetupCall | null;
    /** Whether the worker shall tell how much memory it uses. */
    readonly reportMemory: boolean;
    /** Who the worker is to its own code; not for workers that share their realm with others. */
    readonly identity?: Identity;
    /** Where it is among all realms; not for workers that share their realm with others. */
    readonly place?: Place;
  }
  /** Jobs to run, in order; `define` names the functions that this worker has not met yet. */
  | {
    readonly type: "run";
    readonly define: readonly FunctionDefinition[];
    readonly jobs: readonly unknown[];
  }
  /** Something is in the slots. */
  | { readonly type: "attend" }
  /** This job shall end, if it still runs. */
  | { readonly type: "abort"; readonly jobId: number; readonly reason: SentValue }
  /** The consumer of a stream takes `items` more. */
  | { readonly type: "credit"; readonly cell: number; readonly items: number }
  /** Letters for it, or for what it has started. */
  | { readonly type: "mail"; readonly letters: readonly Letter[] }
  /** Run the finalizer and say goodbye. */
  | { readonly type: "close" };

/**
 * What a worker says to the host.
 *
 * @example
 * ```ts
 * import type { FromWorker } from "@pool/core";
 *
 * // For an adapter of your own: whether this is the last word of a worker.
 * const isFarewell = (message: FromWorker) =>
 *   message.type === "closed" || message.type === "dying";
 * console.log(isFarewell({ type: "ready" }), isFarewell({ type: "closed", error: null })); // false true
 * ```
 */
export type FromWorker =
  /** Of threads alone: the worker's program has begun. */
  | { readonly type: "up" }
  /** The set-up is done; jobs may come. */
  | { readonly type: "ready" }
  /** The set-up threw; the worker waits for its end. */
  | { readonly type: "setupFailed"; readonly error: SentValue }
  /** Results in the order in which they came to be. */
  | {
    readonly type: "done";
    readonly replies: readonly unknown[];
    /** Flat `functionId, calls, milliseconds` of what ran since the last message. */
    readonly times: readonly number[];
    /** Bytes in use, where the host asked. */
    readonly memory?: number;
  }
  | { readonly type: "items"; readonly cell: number; readonly items: readonly SentValue[] }
  | {
    readonly type: "progress";
    readonly cell: number;
    readonly jobId: number;
    readonly value: SentValue;
  }
  /** The worker is about to end by itself: its exit code, and what it died of. */
  | {
    readonly type: "dying";
    readonly exitCode: number | null;
    readonly error: SentValue | null;
  }
  /** Letters from it, or from what it has started. */
  | { readonly type: "mail"; readonly letters: readonly Letter[] }
  /** Answer to `close`: the finalizer ran, or threw. */
  | { readonly type: "closed"; readonly error: SentValue | null };

/**
 * Where a worker is.
 *
 * @example
 * ```ts
 * import type { Place, ToWorker } from "@pool/core";
 *
 * // For an adapter of your own: where the worker that gets this message will be.
 * const placeOf = (message: ToWorker): Place | undefined =>
 *   message.type === "start" ? message.place : undefined;
 * console.log(placeOf({ type: "attend" })); // undefined
 * ```
 */
export interface Place {
  /** Where letters reach it; see `PostOffice`. */
  readonly address: string;
  /** Its number and the table of all realms of this process; `null` for the first of its process. */
  readonly membership: { readonly number: number; readonly realms: SharedArrayBuffer } | null;
}

/**
 * Something that one realm tells another, by way of those between them.
 *
 * @example
 * ```ts
 * import type { Letter, ToWorker } from "@pool/core";
 *
 * // For an adapter of your own: the letters in a message to a worker.
 * const lettersIn = (message: ToWorker): readonly Letter[] =>
 *   message.type === "mail" ? message.letters : [];
 * console.log(lettersIn({ type: "close" }).length); // 0
 * ```
 */
export interface Letter {
  /** Address of the realm that gets it. */
  readonly to: string;
  /** Address of the realm that wrote it. */
  readonly from: string;
  /** As `encode` left it. */
  readonly body: unknown;
  /** It holds marks to revive. */
  readonly marked: boolean;
  /** Where the next letters of this sender come. */
  readonly port?: Port;
}

/**
 * A function under the number by which job records name it.
 *
 * @example
 * ```ts
 * import type { FunctionDefinition } from "@pool/core";
 *
 * // For an adapter of your own: the modules that a worker is about to import.
 * const modulesOf = (define: readonly FunctionDefinition[]) =>
 *   define.flatMap(({ reference }) => reference.kind === "source" ? [] : [reference.url]);
 * const basename = { kind: "export", url: "node:path", name: "basename" } as const;
 * console.log(modulesOf([{ id: 1, reference: basename }])); // ["node:path"]
 * ```
 */
export interface FunctionDefinition {
  /** The number. */
  readonly id: number;
  /** What it names. */
  readonly reference: FunctionReference;
}

/**
 * A call that prepares a worker.
 *
 * @example
 * ```ts
 * import type { SetupCall } from "@pool/core";
 *
 * // For an adapter of your own: what its log may say of the initializer in a `start` message.
 * const describe = ({ reference, args }: SetupCall) => `${reference.name}(${args.join(", ")})`;
 * const connect = { kind: "export", url: "file:///app/tasks.js", name: "connect" } as const;
 * console.log(describe({ reference: connect, args: ["db", 2], marked: false })); // connect(db, 2)
 * ```
 */
export interface SetupCall {
  /** What to call. */
  readonly reference: FunctionReference;
  /** With these, as `encode` left them. */
  readonly args: unknown[];
  /** They hold marks to revive. */
  readonly marked: boolean;
}

/**
 * A single value: `encode`'s copy of it.
 *
 * @example
 * ```ts
 * import type { FromWorker, SentValue } from "@pool/core";
 *
 * // For an adapter of your own: what a worker died of, where it could tell.
 * const causeIn = (message: FromWorker): SentValue | null =>
 *   message.type === "dying" ? message.error : null;
 * console.log(causeIn({ type: "ready" })); // null
 * ```
 */
export interface SentValue {
  /** The copy. */
  readonly value: unknown;
  /** It holds marks to revive. */
  readonly marked: boolean;
}

/** What a job does with its arguments. */
export const JobMode = {
  /** `fn(...args)`. */
  call: 0,
  /** `fn(item)` for each of the arguments; the result is an array. */
  map: 1,
  /** `fn(...item)` for each of the arguments. */
  starmap: 2,
  /** `fn(...args)` gives an iterable whose items stream back. */
  stream: 3,
  /** Calls of their own with one argument each, in one slot; never in a message. */
  batch: 4,
} as const;
/** One of the numbers in {@link JobMode}. */
export type JobMode = typeof JobMode[keyof typeof JobMode];

/** So many items of a stream come before the consumer has asked for more. */
export const STREAM_CREDIT = 32;

/** A job as the worker sees it. */
export interface JobRecord {
  /** The host's place for this job; replies name it. */
  readonly cell: number;
  readonly jobId: number;
  readonly functionId: number;
  readonly mode: JobMode;
  /** The arguments hold marks to revive. */
  readonly marked: boolean;
  /** It may be killed while it runs, so that finished results must not wait behind it. */
  readonly risky: boolean;
  /** Of a batch: from the number of one call to that of the next. */
  readonly step?: number;
  /** Many numbers may come as one typed array. */
  readonly args: ReadArgs;
}

/** Arguments of a call, or the items of a chunk; arguments also as JSON text, see `exactJson`. */
export type JobArgs = unknown[] | Numbers | string;

/** Arguments and items as the worker sees them. */
export type ReadArgs = unknown[] | Numbers;

const MARKED = 4, RISKY = 8;
/** In place of a count: the items are one typed array, or the arguments a text. */
const PACKED = -1;

/** Appends a job to a `run` message: `cell, jobId, functionId, flags, count, ...args`. */
export function writeJob(
  jobs: unknown[],
  job: Omit<JobRecord, "args"> & { readonly args: JobArgs },
): void {
  const { args } = job;
  jobs.push(
    job.cell,
    job.jobId,
    job.functionId,
    job.mode | (job.marked ? MARKED : 0) | (job.risky ? RISKY : 0),
    Array.isArray(args) ? args.length : PACKED,
  );
  if (!Array.isArray(args)) jobs.push(args);
  else for (let i = 0; i < args.length; i++) jobs.push(args[i]);
}

/** Reads the jobs of a `run` message, in order. */
export function readJobs(jobs: readonly unknown[], each: (job: JobRecord) => void): void {
  for (let i = 0; i < jobs.length;) {
    const flags = jobs[i + 3] as number;
    const count = jobs[i + 4] as number;
    const end = i + 5 + (count === PACKED ? 1 : count);
    each({
      cell: jobs[i] as number,
      jobId: jobs[i + 1] as number,
      functionId: jobs[i + 2] as number,
      mode: (flags & 3) as JobMode,
      marked: (flags & MARKED) !== 0,
      risky: (flags & RISKY) !== 0,
      args: count === PACKED ? unpackArgs(jobs[i + 5] as Numbers | string) : jobs.slice(i + 5, end),
    });
    i = end;
  }
}

/** What is no array may be a text. */
export function unpackArgs(args: Numbers | string): ReadArgs {
  return typeof args === "string" ? JSON.parse(args) : args;
}

/** How a job ended. */
export const Outcome = {
  /** The payload is the result. */
  value: 0,
  /** The payload is a result with marks. */
  markedValue: 1,
  /** The payload is the thrown value, encoded with marks. */
  error: 2,
  /** It was taken back before it started; the cell is free again. */
  skipped: 3,
  /** The payload is a {@link MixedChunk}: some items of a map threw. */
  mixed: 4,
  /** The payload is an array: the results of the first calls of a batch. The others did not run. */
  batch: 5,
  /** The payload is the JSON text of the result; see `exactJson`. */
  text: 6,
} as const;
/** One of the numbers in {@link Outcome}. */
export type Outcome = typeof Outcome[keyof typeof Outcome];

/** Results of a chunk in which some items threw. */
export interface MixedChunk {
  readonly values: unknown[];
  /** Which of `values` are thrown values. */
  readonly failed: number[];
}

/** Appends a reply to a `done` message: `cell, outcome, payload`. */
export function writeReply(
  replies: unknown[],
  cell: number,
  outcome: Outcome,
  payload: unknown,
): void {
  replies.push(cell, outcome, payload);
}

/** Reads the replies of a `done` message, in order. */
export function readReplies(
  replies: readonly unknown[],
  each: (cell: number, outcome: Outcome, payload: unknown) => void,
): void {
  for (let i = 0; i < replies.length; i += 3) {
    each(replies[i] as number, replies[i + 1] as Outcome, replies[i + 2]);
  }
}
