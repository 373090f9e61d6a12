import { CancelledError } from "../core/errors.ts";
import { checkWait } from "../core/options.ts";
import type { AnyIterable, PoolIterator, WaitOptions } from "../core/pool.ts";
import type { Consumer } from "../core/life.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { type ChunkCall, ChunkJobs } from "./chunk_jobs.ts";
import { ChunkSize } from "./chunk_size.ts";
import { Deliveries, type Delivery } from "../core/deliveries.ts";
import { isAsyncIterable } from "../core/iterables.ts";
import { AsyncSource } from "./item_source.ts";

/** How an `imap` goes about its items. */
export interface ImapPlan extends ChunkCall {
  readonly ordered: boolean;
  /** Fixed size of a chunk; `undefined`: see {@link ChunkSize}. */
  readonly chunksize: number | undefined;
  readonly workers: number;
  /** Most items between those pulled and those delivered; default: two chunks a worker, at least 64. */
  readonly buffer: number | undefined;
}

/** Items that are pulled ahead at least. */
const LEAST_BUFFER = 64;
/** Most items of a chunk whose size nobody has fixed: a chunk that comes back is taken apart in one go. */
const MOST_ITEMS = 4096;

/** Pulls items as the consumer takes results; nothing happens before the first `next()`. */
export class ImapIterator<R> implements PoolIterator<R>, Consumer {
  readonly #scheduler: Scheduler;
  readonly #plan: ImapPlan;
  readonly #items: AnyIterable<unknown>;
  readonly #chunks: ChunkJobs;
  readonly #size: ChunkSize;
  readonly #deliveries: Deliveries<R>;
  /** Results that came before an earlier item's. */
  readonly #early = new Map<number, Delivery<R>>();
  #source: Iterator<unknown> | AsyncSource<unknown> | undefined;
  #pulled = 0;
  #released = 0;
  #delivered = 0;
  #pulling = false;
  /** No more items: the source ended, failed, or is not wanted any more. */
  #exhausted = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(scheduler: Scheduler, plan: ImapPlan, items: AnyIterable<unknown>) {
    this.#scheduler = scheduler;
    this.#plan = plan;
    this.#items = items;
    this.#deliveries = new Deliveries(() => this.#noteDelivered());
    this.#size = new ChunkSize(plan.chunksize, plan);
    this.#chunks = new ChunkJobs(scheduler, plan, {
      fulfil: (index, value) => this.#place(index, { ok: true, value: value as R }),
      fulfilAll: (first, values) => {
        for (let i = 0; i < values.length; i++) {
          this.#place(first + i, { ok: true, value: values[i] as R });
        }
      },
      fail: (index, error) => this.#place(index, { ok: false, error }),
      settled: () => this.#finishIfDone(),
    });
    scheduler.life.attach(this);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(options?: WaitOptions): Promise<IteratorResult<R, undefined>> {
    let limit: number | undefined;
    try {
      limit = checkWait(options, "get next result");
    } catch (error) {
      return Promise.reject(error);
    }
    const result = this.#deliveries.next(limit);
    this.#pull();
    return result;
  }

  async return(): Promise<IteratorResult<R, undefined>> {
    const source = this.#exhausted ? undefined : this.#source;
    this.#exhausted = true;
    this.#deliveries.discard();
    this.#chunks.cancelWaiting(new CancelledError("The iteration was ended"));
    this.#detach();
    await source?.return?.();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  abandon(reason: unknown, force: boolean): void {
    if (!force && this.#deliveries.waiting > 0) return;
    this.#cutOff(reason);
    this.#detach();
  }

  /** What was pulled goes on; then the consumer gets the reason. */
  #cutOff(reason: unknown): void {
    if (this.#exhausted) return;
    const source = this.#source;
    this.#stop({ error: reason });
    // The reason is what the consumer hears of, not what the source thinks of its end.
    (async () => await source?.return?.())().catch(() => {});
  }

  #stop(failure: { readonly error: unknown } | undefined): void {
    this.#exhausted = true;
    this.#failure = failure;
    this.#finishIfDone();
  }

  /** The signal ends jobs by itself; here it ends the iteration. */
  #onAbort = (): void => this.#cutOff(this.#plan.call.limits?.signal?.reason);

  #detach(): void {
    this.#plan.call.limits?.signal?.removeEventListener("abort", this.#onAbort);
    this.#scheduler.life.detach(this);
  }

  /** Most items that may be pulled ahead; it grows with the chunks. */
  get #buffer(): number {
    const { buffer, chunksize, workers } = this.#plan;
    if (buffer !== undefined) return buffer;
    // Items of a slow source do not wait for company.
    const size = this.#source instanceof AsyncSource
      ? chunksize ?? 1
      : this.#size.peek(2 * workers * MOST_ITEMS);
    return Math.max(LEAST_BUFFER, 2 * workers * size);
  }

  /** Items that may be pulled now. */
  get #room(): number {
    return this.#exhausted ? 0 : this.#buffer - (this.#pulled - this.#delivered);
  }

  #pull(): void {
    if (this.#pulling || this.#room <= 0) return;
    this.#pulling = true;
    const source = this.#source ?? this.#begin();
    if (source instanceof AsyncSource) {
      this.#pullAsync(source).finally(() => {
        this.#pulling = false;
        this.#pullForWaiting();
      });
      return;
    }
    if (source) this.#pullSync(source);
    this.#pulling = false;
  }

  /** Those who called `next()` at the same time may want more than there was room for. */
  #pullForWaiting(): void {
    if (this.#deliveries.waiting > 0) this.#pull();
  }

  #noteDelivered(): void {
    this.#delivered++;
    this.#pullForWaiting();
  }

  /** Begins to iterate; gives nothing where that cannot be. */
  #begin(): Iterator<unknown> | AsyncSource<unknown> | undefined {
    const signal = this.#plan.call.limits?.signal;
    if (signal?.aborted) return void this.#onAbort();
    const items = this.#items;
    try {
      this.#source = isAsyncIterable(items) ? new AsyncSource(items) : items[Symbol.iterator]();
    } catch (error) {
      return void this.#stop({ error });
    }
    signal?.addEventListener("abort", this.#onAbort);
    return this.#source;
  }

  #pullSync(source: Iterator<unknown>): void {
    const buffer = this.#buffer;
    while (!this.#exhausted) {
      const room = buffer - (this.#pulled - this.#delivered);
      // Half of the buffer at most, so that the workers have something while the consumer takes the rest.
      let size = Math.min(this.#size.peek(buffer), Math.ceil(buffer / 2));
      // Pulled one by one, as the consumer takes them, items would never travel together again.
      if (size > room && this.#delivered > 0) return;
      size = Math.min(size, room);
      if (size <= 0) return;
      this.#size.last = size;
      const chunk: unknown[] = [];
      let end: (() => void) | undefined;
      while (chunk.length < size && !end) {
        try {
          const { done, value } = source.next();
          if (done) end = () => this.#stop(undefined);
          else chunk.push(value);
        } catch (error) {
          end = () => this.#stop({ error });
        }
      }
      this.#send(chunk);
      end?.();
    }
  }

  async #pullAsync(source: AsyncSource<unknown>): Promise<void> {
    const size = this.#plan.chunksize ?? 1;
    let chunk: unknown[] = [];
    const end = (failure?: { readonly error: unknown }): void => {
      this.#send(chunk);
      if (!this.#exhausted) this.#stop(failure);
    };
    try {
      while (this.#room - chunk.length > 0) {
        const { done, value } = await source.next();
        if (done) return end();
        chunk.push(value);
        if (chunk.length < size && this.#room > chunk.length) continue;
        this.#send(chunk);
        chunk = [];
      }
    } catch (error) {
      end({ error });
    }
  }

  #send(chunk: unknown[]): void {
    // The iteration may have been ended while an item was awaited.
    if (chunk.length === 0 || this.#exhausted) return;
    const first = this.#pulled;
    this.#pulled += chunk.length;
    this.#chunks.send(chunk, first);
  }

  #place(index: number, result: Delivery<R>): void {
    if (!this.#plan.ordered) {
      this.#released++;
      return this.#deliveries.push(result);
    }
    if (index === this.#released) {
      this.#released++;
      this.#deliveries.push(result);
      if (this.#early.size === 0) return;
    } else {
      this.#early.set(index, result);
    }
    for (let next = this.#early.get(this.#released); next; next = this.#early.get(this.#released)) {
      this.#early.delete(this.#released++);
      this.#deliveries.push(next);
    }
  }

  #finishIfDone(): void {
    if (!this.#exhausted || this.#released < this.#pulled) return;
    this.#deliveries.end(this.#failure);
    this.#detach();
  }
}
