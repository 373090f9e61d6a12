import { type JobArgs, JobMode, type SentValue } from "../protocol/messages.ts";
import type { Waiting } from "./backlog.ts";
import type { Deadline } from "./deadlines.ts";
import type { KnownFunction } from "./functions.ts";
import type { Lane } from "./lane.ts";
import type { ListNode } from "./linked_list.ts";

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

/** What a job is made of. */
export interface JobRequest {
  readonly fn: KnownFunction;
  readonly mode: JobMode;
  /** Encoded arguments, or the items of a chunk. */
  readonly args: JobArgs;
  readonly marked: boolean;
  readonly transfer: Transferable[] | undefined;
  readonly sink: JobSink;
  readonly priority?: number | undefined;
  /** Jobs of one key run on the same worker, in order. */
  readonly key?: string | undefined;
  readonly limits?: JobLimits | undefined;
  /** Where the caller stood, for the stack of an error. */
  readonly origin?: { readonly stack?: string } | undefined;
}

let jobs = 0;

/**
 * One accepted call.
 *
 *     waiting ──▶ placed (sent to a worker) ──▶ settled
 *        ▲            │ taken back, retried
 *        └────────────┘
 */
export class Job implements Waiting {
  readonly id = ++jobs;
  readonly fn: KnownFunction;
  readonly mode: JobMode;
  readonly args: JobArgs;
  readonly marked: boolean;
  readonly sink: JobSink;
  readonly priority: number;
  /** Kept only where it says more than the fields above: a million plain calls may wait. */
  readonly #rare: JobRequest | undefined;
  state: "waiting" | "placed" | "settled" = "waiting";
  triesLeft: number;
  /** Where it was sent; kept after an early end until the worker is done with it. */
  lane: Lane | undefined;
  cell = -1;
  /** What was added to the lane's load for it. */
  cost = 0;
  /** It was sent by message, not by a slot. */
  byMessage = false;
  /** Meant for one worker: it goes to no other. */
  pinned = false;
  /** After the death of its worker: index of the item of a chunk that was running. */
  diedAt = 0;
  queueDeadline: Deadline | undefined;
  /** End of its time to run; after an abort, of its time to stop. */
  runDeadline: Deadline | undefined;
  arrival = 0;
  place: ListNode<Waiting> | undefined;

  constructor(request: JobRequest) {
    const { transfer, limits, key, origin } = request;
    this.fn = request.fn;
    this.mode = request.mode;
    this.args = request.args;
    this.marked = request.marked;
    this.sink = request.sink;
    this.#rare = transfer || limits || origin || key !== undefined ? request : undefined;
    this.priority = request.priority ?? 0;
    this.triesLeft = request.limits?.retries ?? 0;
  }

  get limits(): JobLimits | undefined {
    return this.#rare?.limits;
  }

  get key(): string | undefined {
    return this.#rare?.key;
  }

  get transfer(): Transferable[] | undefined {
    return this.#rare?.transfer;
  }

  get origin(): { readonly stack?: string } | undefined {
    return this.#rare?.origin;
  }

  /** It is a part of a map. */
  get isChunk(): boolean {
    return this.mode === JobMode.map || this.mode === JobMode.starmap;
  }

  /** How many calls of its function it is. */
  get calls(): number {
    return this.isChunk ? this.args.length : 1;
  }

  /** Its buffers go with it when it is sent, so that it can be sent only once. */
  get movesOnce(): boolean {
    return this.transfer !== undefined && !this.limits?.retries;
  }
}
