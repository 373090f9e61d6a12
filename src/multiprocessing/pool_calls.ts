/** The calls of one pool: from what its user gave to jobs of its scheduler. */
import { prepareArguments } from "../core/arguments.ts";
import { checkCall, type CheckedCall, isSingle } from "../core/call_options.ts";
import { Job, type JobSink } from "../core/job.ts";
import { checkArray, checkCount } from "../core/options.ts";
import type { Origins } from "../core/origin.ts";
import type {
  AnyIterable,
  AsyncResult,
  ImapOptions,
  MapAsyncOptions,
  MapOptions,
  PoolIterator,
} from "../core/pool.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { JobMode } from "../protocol/messages.ts";
import { CALLBACKS, checkCallbacks, PoolResult } from "./async_result.ts";
import type { ChunkCall } from "./chunk_jobs.ts";
import { ImapIterator } from "./imap_iterator.ts";
import { checkIterable } from "../core/iterables.ts";
import { MapRun, type MapSink } from "./map_run.ts";
import { type PoolPlan, setupCall } from "./pool_options.ts";

/** Which of the maps is called: what a chunk of it is, and its name in messages. */
export interface MapKind {
  readonly mode: ChunkCall["mode"];
  readonly name: string;
}

/** Checks and submits; throws for bad input and when the pool is closed, before anything is sent. */
export class PoolCalls {
  readonly #scheduler: Scheduler;
  readonly #plan: PoolPlan;
  readonly #origins: Origins;
  /** Whether shared memory may stand in a value. */
  readonly #shared: boolean;

  constructor(scheduler: Scheduler, plan: PoolPlan, origins: Origins) {
    this.#scheduler = scheduler;
    this.#plan = plan;
    this.#origins = origins;
    this.#shared = plan.config.crew.adapter.traits.sharedMemory;
  }

  /** One call, as a job. */
  submit(
    fn: unknown,
    args: readonly unknown[] | undefined,
    call: CheckedCall,
    mode: JobMode,
    sink: JobSink,
  ): Job {
    const known = this.#scheduler.functions.get(fn);
    const { limits, priority, key } = call;
    const list = checkArray(args, "args");
    const { value, marked, transfer } = prepareArguments(this.#scheduler, list, call, this.#shared);
    const origin = this.#origins.capture();
    const request = { mode, marked, transfer, limits, priority, key, origin };
    const job = new Job(known, value, sink, request);
    this.#scheduler.submit(job);
    return job;
  }

  /** One call on every worker. */
  async broadcast(
    fn: (...args: never[]) => unknown,
    args: readonly unknown[] | undefined,
  ): Promise<unknown[]> {
    this.#scheduler.life.checkOpen();
    const known = this.#scheduler.functions.get(fn);
    const setup = setupCall(fn, "fn", args, { sharedMemory: this.#shared }, "args");
    return await this.#scheduler.broadcast(known, setup!);
  }

  /** One call for each item, whose results are one outcome. */
  map<R>(
    fn: unknown,
    items: AnyIterable<unknown>,
    options: MapOptions | undefined,
    kind: MapKind,
  ): Promise<R[]> {
    return new Promise((resolve, reject) => {
      const sink = { resolve: resolve as (results: unknown[]) => void, reject };
      this.#startMap(fn, items, options, { ...kind, more: ["chunksize"] }, sink);
    });
  }

  /** As {@linkcode PoolCalls.map}, with a result that can be asked. */
  mapAsync<R>(
    fn: unknown,
    items: AnyIterable<unknown>,
    options: MapAsyncOptions<R> | undefined,
    kind: MapKind,
  ): AsyncResult<R[]> {
    const result = new PoolResult<R[]>(checkCallbacks(options));
    const more = ["chunksize", ...CALLBACKS];
    const run = this.#startMap(fn, items, options, { ...kind, more }, result);
    return result.bind((reason) => run.abort(reason));
  }

  /** One call for each item, whose results are iterated over. */
  imap<R>(
    fn: unknown,
    items: AnyIterable<unknown>,
    options: ImapOptions | undefined,
    { ordered, name }: { readonly ordered: boolean; readonly name: string },
  ): PoolIterator<R> {
    const more = ["chunksize", "buffer"];
    const plan = this.#chunkCall(fn, items, options, { mode: JobMode.map, name, more });
    const { workers } = this.#plan;
    const buffer = checkCount(options?.buffer, "buffer", 1);
    return new ImapIterator<R>(this.#scheduler, { ...plan, ordered, buffer, workers }, items);
  }

  #startMap(
    fn: unknown,
    items: AnyIterable<unknown>,
    options: MapOptions | undefined,
    kind: MapKind & { readonly more: readonly string[] },
    sink: MapSink,
  ): MapRun {
    const plan = this.#chunkCall(fn, items, options, kind);
    const run = new MapRun(this.#scheduler, { ...plan, workers: this.#plan.workers }, sink);
    run.start(items);
    return run;
  }

  /** @param kind of `more` are its options, beside those of every call */
  #chunkCall(
    fn: unknown,
    items: AnyIterable<unknown>,
    options: MapOptions | undefined,
    { mode, name, more }: MapKind & { readonly more: readonly string[] },
  ): ChunkCall & { readonly chunksize: number | undefined } {
    const call = checkCall(options, name, this.#plan.defaults, more);
    const chunksize = checkCount(options?.chunksize, "chunksize", 1);
    this.#scheduler.life.checkOpen();
    checkIterable(items, name);
    return {
      fn: this.#scheduler.functions.get(fn),
      mode,
      call,
      chunksize: isSingle(call) ? 1 : chunksize,
      shared: this.#shared,
      origin: this.#origins.capture(),
    };
  }
}
