import { type JobArgs, JobMode, type SentValue } from "../protocol/messages.ts";
import type { Transferable } from "../protocol/transferable.ts";
import type { Waiting } from "./backlog.ts";
import type { Deadline } from "./deadlines.ts";
import type { KnownFunction } from "./functions.ts";
import type { Lane } from "./lane.ts";
import type { Linked } from "./linked_list.ts";

/** Who wants to know how a job ends. Exactly one of `resolve` and `reject` is called, once. */
export interface JobSink {
  /** The result; `failed` names the items of a chunk whose place holds what they threw. */
  resolve(value: unknown, failed?: readonly number[]): void;
  reject(error: unknown): void;
  /** Items of a stream came. */
  items?(items: readonly SentValue[]): void;
}

/** What a caller may ask of one job beyond its result. Times in milliseconds. */
export interface JobLimits {
  readonly signal?: AbortSignal | undefined;
  /** From the start of the run. */
  readonly timeout?: number | undefined;
  /** From the submission to the start of the run. */
  readonly queueTimeout?: number | undefined;
  /** Further tries after a throw or a death. */
  readonly retries?: number | undefined;
  /** From an abort to the kill. */
  readonly grace?: number | undefined;
}

/** What a call may have beyond its function and its arguments. */
export interface JobRequest {
  /** Default: a call. */
  readonly mode?: JobMode | undefined;
  /** The number of items of a chunk, where they are a text. */
  readonly count?: number | undefined;
  /** The arguments hold marks. */
  readonly marked?: boolean | undefined;
  readonly transfer?: Transferable[] | undefined;
  readonly priority?: number | undefined;
  /** Jobs of one key run on the same worker, in order. */
  readonly key?: string | undefined;
  readonly limits?: JobLimits | undefined;
  /** Where the caller stood, for the stack of an error. */
  readonly origin?: { readonly stack?: string } | undefined;
}

/** So many workers may end while they have a job and run nothing, before it counts as the cause. */
const MOST_DEATHS = 3;

/** What few jobs have; kept apart from them, because a million plain calls may wait. */
export class JobDetails implements Linked {
  readonly job: Job;
  readonly request: JobRequest;
  triesLeft: number;
  pinned = false;
  /** Goes to a worker that has nothing else, and keeps it for itself. */
  alone: boolean;
  #deaths = 0;
  /** After the death of its worker: index of the item of a chunk that was running. */
  diedAt = 0;
  queueDeadline: Deadline | undefined;
  /** End of its time to run; after an abort, of its time to stop. */
  runDeadline: Deadline | undefined;
  // Its place among the jobs that watch one signal.
  list: object | undefined;
  previous: this | undefined;
  next: this | undefined;

  constructor(job: Job, request: JobRequest) {
    this.job = job;
    this.request = request;
    this.triesLeft = request.limits?.retries ?? 0;
    // What is tried again must find the others of its key behind it.
    this.alone = request.key !== undefined && this.triesLeft > 0;
  }

  /**
   * Its worker died before it began. No worker may survive to read its arguments: from now on it goes alone.
   * @param idle the worker ran nothing
   * @returns true where it has cost too many of them
   */
  isDeadly(idle: boolean): boolean {
    this.alone = true;
    if (!idle || ++this.#deaths < MOST_DEATHS) return false;
    this.diedAt = this.job.calls - 1;
    return true;
  }
}

let jobs = 0;

/** Jobs are numbered in the order in which they were submitted. */
export function nextJobId(): number {
  return ++jobs;
}

/** Settles a promise by its `resolve` alone: a million waiting calls need no `reject` each. */
export class PromiseSink implements JobSink {
  readonly #resolve: (value: unknown) => void;

  constructor(resolve: (value: unknown) => void) {
    this.#resolve = resolve;
  }

  resolve(value: unknown): void {
    this.#resolve(value);
  }

  reject(error: unknown): void {
    const failed = Promise.reject(error);
    // The promise of the call tells whether anybody listens; Bun's `expect().rejects` is too slow for this one.
    failed.catch(() => {});
    this.#resolve(failed);
  }
}

/**
 * One accepted call.
 *
 *     waiting ──▶ placed (sent to a worker) ──▶ settled
 *        ▲            │ taken back, retried
 *        └────────────┘
 */
export class Job implements Waiting {
  readonly id: number;
  readonly fn: KnownFunction;
  /** Encoded arguments, or the items of a chunk; see {@link JobArgs}. */
  readonly args: JobArgs;
  readonly sink: JobSink;
  state: "waiting" | "placed" | "settled" = "waiting";
  /** Where it was sent; kept after an early end until the worker is done with it. */
  lane: Lane | undefined;
  cell = -1;
  list: object | undefined;
  previous: this | undefined;
  next: this | undefined;
  #details: JobDetails | undefined;

  constructor(
    fn: KnownFunction,
    args: JobArgs,
    sink: JobSink,
    request?: JobRequest,
    id = nextJobId(),
  ) {
    this.id = id;
    this.fn = fn;
    this.args = args;
    this.sink = sink;
    this.#details = request && new JobDetails(this, request);
  }

  /** It is a call without options. */
  get plain(): boolean {
    return this.#details === undefined;
  }

  /** What only few jobs have; made where it is asked for. */
  get details(): JobDetails {
    return this.#details ??= new JobDetails(this, {});
  }

  get mode(): JobMode {
    return this.#details?.request.mode ?? JobMode.call;
  }

  get marked(): boolean {
    return this.#details?.request.marked ?? false;
  }

  get priority(): number {
    return this.#details?.request.priority ?? 0;
  }

  get limits(): JobLimits | undefined {
    return this.#details?.request.limits;
  }

  get key(): string | undefined {
    return this.#details?.request.key;
  }

  get transfer(): Transferable[] | undefined {
    return this.#details?.request.transfer;
  }

  get origin(): { readonly stack?: string } | undefined {
    return this.#details?.request.origin;
  }

  /** Meant for one worker: it goes to no other. */
  get pinned(): boolean {
    return this.#details?.pinned ?? false;
  }

  /** See {@link JobDetails.alone}. */
  get alone(): boolean {
    return this.#details?.alone ?? false;
  }

  /** It is a part of a map. */
  get isChunk(): boolean {
    const mode = this.#details?.request.mode;
    return mode === JobMode.map || mode === JobMode.starmap;
  }

  /** How many calls of its function it is. */
  get calls(): number {
    return this.isChunk ? this.#details!.request.count ?? this.args.length : 1;
  }

  /** From the number of one of its calls to that of the next. */
  get step(): number {
    return 0;
  }

  /** Some of its calls can be given back while another runs. */
  get isDivisible(): boolean {
    return false;
  }

  /** Its buffers go with it when it is sent, so that it can be sent only once. */
  get movesOnce(): boolean {
    return this.transfer !== undefined && !this.sendsCopies;
  }

  /** Copies of its buffers go with it: it may be tried again, or what a worker had not begun of a chunk. */
  get sendsCopies(): boolean {
    const { transfer } = this;
    if (!transfer || !(this.limits?.retries || this.calls > 1)) return false;
    return transfer.every((part) => part instanceof ArrayBuffer);
  }
}
