import type { AnyIterable } from "../core/pool.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { type ChunkCall, ChunkJobs } from "./chunk_jobs.ts";
import { isAsyncIterable } from "./item_source.ts";

/** Items that are sent before earlier ones are back; more would only cost memory. */
const ITEMS_AHEAD = 4096;

/** How a map goes about its items. */
export interface MapPlan extends ChunkCall {
  /** Fixed size of a chunk; `undefined`: by the number of items. */
  readonly chunksize: number | undefined;
  readonly workers: number;
}

/** Who wants the outcome of a map. */
export interface MapSink {
  resolve(results: unknown[]): void;
  reject(error: unknown): void;
}

/** One call of `map`: every item runs, then the results are there, or the first error. */
export class MapRun {
  readonly #scheduler: Scheduler;
  readonly #plan: MapPlan;
  readonly #sink: MapSink;
  readonly #chunks: ChunkJobs;
  readonly #results: unknown[] = [];
  #failure: { readonly index: number; readonly error: unknown } | undefined;
  #items: readonly unknown[] = [];
  #sent = 0;
  #chunksize = 1;
  #stopped: { readonly reason: unknown } | undefined;
  /** Items still come from an async iterable. */
  #feeding = false;
  #sending = false;
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(scheduler: Scheduler, plan: MapPlan, sink: MapSink) {
    this.#scheduler = scheduler;
    this.#plan = plan;
    this.#sink = sink;
    this.#chunks = new ChunkJobs(scheduler, plan, {
      fulfil: (index, value) => this.#results[index] = value,
      fail: (index, error) => this.#noteFailure(index, error),
      settled: () => this.#proceed(),
    });
  }

  /** Begins. Throws what a plain iterable throws, before anything is sent. */
  start(items: AnyIterable<unknown>): void {
    if (isAsyncIterable(items)) {
      this.#scheduler.hold();
      this.#feeding = true;
      this.#chunksize = this.#plan.chunksize ?? 1;
      this.#feed(items);
      return;
    }
    this.#items = [...items];
    this.#scheduler.hold();
    this.#chunksize = this.#plan.chunksize ??
      Math.max(1, Math.ceil(this.#items.length / (4 * this.#plan.workers)));
    this.#proceed();
  }

  /** Ends it as an abort does. */
  abort(reason: unknown): void {
    this.#stopped ??= { reason };
    this.#chunks.abort(reason);
    this.#wake?.();
    this.#proceed();
  }

  #noteFailure(index: number, error: unknown): void {
    if (!this.#failure || index < this.#failure.index) this.#failure = { index, error };
  }

  get #mayContinue(): boolean {
    const ahead = Math.max(2 * this.#plan.workers, Math.floor(ITEMS_AHEAD / this.#chunksize));
    return this.#chunks.size < ahead;
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
    while (this.#sent < this.#items.length && this.#mayContinue && !this.#aborted) {
      const first = this.#sent;
      this.#sent = Math.min(first + this.#chunksize, this.#items.length);
      this.#chunks.send(this.#items.slice(first, this.#sent), first);
    }
    this.#sending = false;
    const through = this.#sent >= this.#items.length || this.#aborted;
    if (through && !this.#feeding && this.#chunks.size === 0) this.#end();
  }

  #end(): void {
    this.#ended = true;
    const stopped = this.#sent < this.#items.length ? this.#aborted : undefined;
    const failure = stopped ? { error: stopped.reason } : this.#failure;
    if (failure) this.#sink.reject(failure.error);
    else this.#sink.resolve(this.#results);
    this.#scheduler.release();
  }

  async #feed(items: AsyncIterable<unknown>): Promise<void> {
    let index = 0;
    try {
      let chunk: unknown[] = [];
      const send = (): void => {
        this.#chunks.send(chunk, index);
        index += chunk.length;
        chunk = [];
      };
      for await (const item of items) {
        if (this.#aborted) break;
        chunk.push(item);
        if (chunk.length < this.#chunksize) continue;
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
    this.#feeding = false;
    if (this.#aborted) this.#failure ??= { index: -1, error: this.#aborted.reason };
    this.#proceed();
  }
}
