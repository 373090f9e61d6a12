import type { AnyIterable } from "../core/pool.ts";
import { isAsyncIterable } from "../core/iterables.ts";
import type { Consumer } from "../core/life.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { JobMode } from "../protocol/messages.ts";
import { isNumbers, type Numbers, packNumbers, partOf } from "../protocol/numbers.ts";
import { type ChunkCall, ChunkJobs } from "./chunk_jobs.ts";
import { ChunkSize } from "./chunk_size.ts";
import { AsyncSource } from "./item_source.ts";

/** How a map goes about its items. */
export interface MapPlan extends ChunkCall {
  /** Fixed size of a chunk; `undefined`: see {@link ChunkSize}. */
  readonly chunksize: number | undefined;
  readonly workers: number;
}

/** Who wants the outcome of a map. */
export interface MapSink {
  resolve(results: unknown[]): void;
  reject(error: unknown): void;
}

/** One call of `map`: every item runs, then the results are there, or the first error. */
export class MapRun implements Consumer {
  readonly #scheduler: Scheduler;
  readonly #plan: MapPlan;
  readonly #sink: MapSink;
  readonly #chunks: ChunkJobs;
  readonly #size: ChunkSize;
  #results: unknown[] | undefined;
  #failure: { readonly index: number; readonly error: unknown } | undefined;
  /** Those that are not sent, and perhaps some before them. */
  #items: readonly unknown[] | Numbers = [];
  /** The place of the first of them in the map. */
  #first = 0;
  /** How many items there are, as far as that is known before they come. */
  #count = 0;
  #sent = 0;
  #stopped: { readonly reason: unknown } | undefined;
  /** Items still come from an async iterable. */
  #source: AsyncSource<unknown> | undefined;
  #sending = false;
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(scheduler: Scheduler, plan: MapPlan, sink: MapSink) {
    this.#scheduler = scheduler;
    this.#plan = plan;
    this.#sink = sink;
    this.#size = new ChunkSize(plan.chunksize, plan);
    this.#chunks = new ChunkJobs(scheduler, plan, {
      fulfil: (index, value) => this.#places[index] = value,
      fulfilAll: (first, values) => {
        const results = this.#places;
        for (let i = 0; i < values.length; i++) results[first + i] = values[i];
      },
      fail: (index, error) => this.#noteFailure(index, error),
      settled: () => this.#proceed(),
    });
  }

  /** Begins. Throws what a plain iterable throws, before anything is sent. */
  start(items: AnyIterable<unknown>): void {
    const stopped = this.#aborted;
    if (stopped) return this.#sink.reject(stopped.reason);
    // What is iterated over may close the pool.
    this.#scheduler.life.hold();
    try {
      if (isAsyncIterable(items)) this.#source = new AsyncSource(items);
      else this.#items = Array.isArray(items) ? items : [...items];
    } catch (error) {
      this.#scheduler.life.release();
      throw error;
    }
    this.#count = this.#items.length;
    if (this.#source) return this.#startFeeding(this.#source);
    this.#proceed();
    // The caller may change its array; many numbers are packed once for all chunks. The workers have begun.
    if (this.#items === items) this.#keepRest();
  }

  #keepRest(): void {
    this.#items = this.#part(this.#sent, this.#count, this.#plan.shared);
    this.#first = this.#sent;
  }

  /** Items that are not sent: a copy, or a look at numbers that nobody changes. */
  #part(from: number, to: number, shares = false): readonly unknown[] | Numbers {
    const items = this.#items, start = from - this.#first, end = to - this.#first;
    if (isNumbers(items)) return partOf(items, start, end);
    const packed = this.#plan.mode === JobMode.map
      ? packNumbers(items, start, end, shares)
      : undefined;
    return packed ?? items.slice(start, end);
  }

  /** All at once: an array that is filled from the middle becomes a slow map of indices. */
  get #places(): unknown[] {
    return this.#results ??= new Array(this.#count);
  }

  /** Ends it as an abort does. */
  abort(reason: unknown): void {
    this.#stopped ??= { reason };
    // It may never give another item, and nobody is interested in how it ends.
    this.#source?.return().catch(() => {});
    this.#chunks.abort(reason);
    this.#proceed();
  }

  /** Whoever called `map` waits for it, unless the pool is terminated. */
  abandon(reason: unknown, force: boolean): void {
    if (force) this.abort(reason);
  }

  #noteFailure(index: number, error: unknown): void {
    if (!this.#failure || index < this.#failure.index) this.#failure = { index, error };
  }

  get #mayContinue(): boolean {
    return this.#size.mayAdd(this.#chunks.size, this.#chunks.items);
  }

  get #aborted(): { readonly reason: unknown } | undefined {
    const signal = this.#plan.call.limits?.signal;
    return this.#stopped ??= signal?.aborted ? { reason: signal.reason } : undefined;
  }

  #proceed(): void {
    // Chunks can settle while they are sent; one loop is enough.
    if (this.#sending || this.#ended) return;
    this.#wake?.();
    this.#sending = true;
    while (this.#sent < this.#count && this.#mayContinue && !this.#aborted) {
      const first = this.#sent;
      this.#sent += this.#size.next(this.#count - first);
      this.#chunks.send(this.#part(first, this.#sent), first);
    }
    this.#sending = false;
    const through = this.#sent >= this.#count || this.#aborted;
    if (through && !this.#source && this.#chunks.size === 0) this.#end();
  }

  #end(): void {
    this.#ended = true;
    const stopped = this.#aborted;
    const failure = stopped ? { error: stopped.reason } : this.#failure;
    if (failure) this.#sink.reject(failure.error);
    else this.#sink.resolve(this.#places);
    this.#scheduler.life.release();
  }

  #startFeeding(source: AsyncSource<unknown>): void {
    // While no job is under way, nobody else sees the signal or the end of the pool.
    const signal = this.#plan.call.limits?.signal;
    const onAbort = (): void => this.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    this.#scheduler.life.attach(this);
    this.#feed(source).then(() => {
      signal?.removeEventListener("abort", onAbort);
      this.#source = undefined;
      this.#scheduler.life.detach(this);
      this.#proceed();
    });
  }

  /** Never rejects: what the source throws is the outcome of the map. */
  async #feed(source: AsyncSource<unknown>): Promise<void> {
    let index = 0;
    // Items of a slow source do not wait for company.
    const size = this.#plan.chunksize ?? 1;
    try {
      let chunk: unknown[] = [];
      const send = (): void => {
        this.#chunks.send(chunk, index);
        index += chunk.length;
        chunk = [];
      };
      for await (const item of source) {
        if (this.#aborted) break;
        chunk.push(item);
        if (chunk.length < size) continue;
        send();
        while (!this.#mayContinue && !this.#aborted) {
          await new Promise<void>((resolve) => this.#wake = resolve);
        }
      }
      if (chunk.length > 0 && !this.#aborted) send();
    } catch (error) {
      this.#failure = { index: -1, error };
      this.#chunks.cancelWaiting(error);
    }
  }
}
