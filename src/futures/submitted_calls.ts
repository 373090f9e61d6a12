/** The calls of one executor: from `submit` to a future. */
import { encodeArguments, prepareArguments } from "../core/arguments.ts";
import { type CheckedCall, PLAIN_CALL } from "../core/call_options.ts";
import { MaybeEncodingError } from "../core/errors.ts";
import type { KnownFunction } from "../core/functions.ts";
import { Job, type JobSink } from "../core/job.ts";
import { type Linked, LinkedList } from "../core/linked_list.ts";
import { Origins } from "../core/origin.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Encoded } from "../protocol/encode.ts";
import { type JobArgs, JobMode } from "../protocol/messages.ts";
import type { Transferable } from "../protocol/transferable.ts";
import { Future, type FutureSource } from "./future.ts";
import type { ChunkResults } from "./map_results.ts";

/** Submits calls, and remembers those that are not done. */
export class SubmittedCalls {
  readonly #scheduler: Scheduler;
  /** Whether shared memory may stand in arguments. */
  readonly #shared: boolean;
  readonly #origins = new Origins();
  readonly #pending = new LinkedList<SubmittedCall<unknown>>();

  constructor(scheduler: Scheduler, shared: boolean) {
    this.#scheduler = scheduler;
    this.#shared = shared;
  }

  /** Submits one call. Throws for bad input; arguments that cannot be sent reject the future. */
  submit<T>(
    fn: unknown,
    args: readonly unknown[],
    options: CheckedCall,
    convert: (value: unknown) => T,
  ): Future<T> {
    const known = this.#scheduler.functions.get(fn);
    let encoded: Encoded<JobArgs>;
    try {
      encoded = prepareArguments(this.#scheduler, args, options, this.#shared);
    } catch (error) {
      return refused(error);
    }
    return this.#start({ fn: known, mode: JobMode.call, options }, encoded, convert);
  }

  /** As {@link submit}, of calls that travel together; what cannot be sent ends the chunk. */
  submitChunk(
    fn: unknown,
    rows: readonly (readonly unknown[])[],
    options: CheckedCall,
  ): Future<ChunkResults> {
    const known = this.#scheduler.functions.get(fn);
    // As with `prepareArguments`.
    this.#scheduler.checkAccepts();
    if (options.limits?.signal?.aborted) rows = [];
    const args: unknown[] = [];
    const transfer: Transferable[] = [];
    let marked = false;
    let failure: ChunkResults["failure"];
    try {
      for (const row of rows) {
        const encoded = encodeArguments(row, options.transfer, this.#shared);
        args.push(encoded.value);
        marked ||= encoded.marked;
        if (encoded.transfer) transfer.push(...encoded.transfer);
      }
    } catch (error) {
      if (args.length === 0) return refused(error);
      failure = { error };
    }
    const moved = transfer.length > 0 ? transfer : undefined;
    return this.#start(
      { fn: known, mode: JobMode.starmap, options },
      { value: args, marked, transfer: moved },
      (values, failed) => untilFailure(values as ArrayLike<unknown>, failed, failure),
    );
  }

  /** Cancels all that have not begun; their futures learn of it in the order of the calls. */
  cancelAll(): void {
    const calls: SubmittedCall<unknown>[] = [];
    for (let call = this.#pending.head; call; call = call.next) calls.push(call);
    // The last first: otherwise each would make room for the next, to be sent and taken back.
    const withdrawn = calls.reverse().filter((call) => call.withdraw());
    for (const call of withdrawn.reverse()) call.future.cancel();
  }

  #start<T>(
    { fn, mode, options }: {
      readonly fn: KnownFunction;
      readonly mode: JobMode;
      readonly options: CheckedCall;
    },
    { value, marked, transfer }: Encoded<JobArgs>,
    convert: Convert<T>,
  ): Future<T> {
    const origin = this.#origins.capture();
    const { limits, priority, key } = options;
    const plain = options === PLAIN_CALL && mode === JobMode.call && !marked && !transfer &&
      !origin;
    const request = plain ? undefined : { mode, marked, transfer, limits, priority, key, origin };
    const call = new SubmittedCall<T>(this.#scheduler, this.#pending, convert);
    call.start(new Job(fn, value, call, request));
    return call.future;
  }
}

/** Makes what the future gives of what the job gave; see {@link JobSink}. */
type Convert<T> = (value: unknown, failed: readonly number[] | undefined) => T;

/** Between a job and its future. */
class SubmittedCall<T> implements JobSink, FutureSource, Linked {
  readonly future: Future<T> = new Future<T>(this);
  // Its place among those that are not done.
  list: object | undefined;
  previous: this | undefined;
  next: this | undefined;
  #job: Job | undefined;
  readonly #scheduler: Scheduler;
  readonly #pending: LinkedList<SubmittedCall<unknown>>;
  readonly #convert: Convert<T>;
  #withdrawn = false;

  constructor(
    scheduler: Scheduler,
    pending: LinkedList<SubmittedCall<unknown>>,
    convert: Convert<T>,
  ) {
    this.#scheduler = scheduler;
    this.#pending = pending;
    this.#convert = convert;
  }

  /** Throws where the job is not accepted. */
  start(job: Job): void {
    this.#job = job;
    this.#scheduler.submit(job);
    if (job.state !== "settled") this.#pending.push(this);
  }

  resolve(value: unknown, failed?: readonly number[]): void {
    this.#pending.remove(this);
    // Its user may have set another result.
    if (!this.future.done()) this.future.setResult(this.#convert(value, failed));
  }

  reject(error: unknown): void {
    this.#pending.remove(this);
    // The future says by itself that it was cancelled.
    if (!this.#withdrawn && !this.future.done()) this.future.setException(error);
  }

  running(): boolean {
    const job = this.#job;
    return job?.state === "placed" && job.lane!.cells.begun(job);
  }

  withdraw(): boolean {
    if (this.#withdrawn) return true;
    // Before the job is settled, which calls back.
    this.#withdrawn = true;
    return this.#withdrawn = this.#scheduler.cancelWaiting(this.#job!, undefined);
  }
}

/** A future of a call that cannot be sent; whatever else is wrong is thrown. */
function refused<T>(error: unknown): Future<T> {
  if (!(error instanceof MaybeEncodingError)) throw error;
  const future = new Future<T>();
  future.setException(error);
  return future;
}

/** The results before the first failure; those behind it are of no use to a map that ends there. */
function untilFailure(
  values: ArrayLike<unknown>,
  failed: readonly number[] | undefined,
  failure: ChunkResults["failure"],
): ChunkResults {
  const first = failed?.[0];
  if (first === undefined) return { values, failure };
  return {
    values: Array.prototype.slice.call(values, 0, first),
    failure: { error: values[first] },
  };
}
