import { CancelledError } from "../core/errors.ts";
import { checkTimeout } from "../core/options.ts";
import type { AnyIterable, PoolIterator, WaitOptions } from "../core/pool.ts";
import type { Consumer, Scheduler } from "../core/scheduler.ts";
import { type ChunkCall, ChunkJobs } from "./chunk_jobs.ts";
import { Deliveries } from "./deliveries.ts";
import { type AnyIterator, isAsyncIterable, iterate } from "./item_source.ts";

/** How an `imap` goes about its items. */
export interface ImapPlan extends ChunkCall {
  readonly ordered: boolean;
  readonly chunksize: number;
  /** Most items between those pulled and those delivered. */
  readonly buffer: number;
}

type Result<R> = { readonly ok: true; readonly value: R } | {
  readonly ok: false;
  readonly error: unknown;
};

/** Pulls items as the consumer takes results; nothing happens before the first `next()`. */
export class ImapIterator<R> implements PoolIterator<R>, Consumer {
  readonly #scheduler: Scheduler;
  readonly #plan: ImapPlan;
  readonly #items: AnyIterable<unknown>;
  readonly #chunks: ChunkJobs;
  readonly #deliveries: Deliveries<R>;
  /** Results that came before an earlier item's. */
  readonly #early = new Map<number, Result<R>>();
  #source: AnyIterator<unknown> | undefined;
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
    this.#deliveries = new Deliveries(() => this.#delivered++);
    this.#chunks = new ChunkJobs(scheduler, plan, {
      fulfil: (index, value) => this.#place(index, { ok: true, value: value as R }),
      fail: (index, error) => this.#place(index, { ok: false, error }),
      settled: () => this.#finishIfDone(),
    });
    scheduler.attach(this);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next({ timeout }: WaitOptions = {}): Promise<IteratorResult<R, undefined>> {
    const limit = checkTimeout(timeout, "timeout");
    const result = this.#deliveries.next(limit);
    this.#pull();
    return await result;
  }

  async return(): Promise<IteratorResult<R, undefined>> {
    const source = this.#source;
    const wasExhausted = this.#exhausted;
    this.#exhausted = true;
    this.#deliveries.end();
    this.#deliveries.discard();
    this.#chunks.cancelWaiting(new CancelledError("The iteration was ended"));
    this.#scheduler.detach(this);
    if (!wasExhausted) await source?.return?.();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  abandon(reason: unknown, force: boolean): void {
    if (!force && this.#deliveries.waiting > 0) return;
    this.#stop({ error: reason });
    this.#scheduler.detach(this);
  }

  #stop(failure: { readonly error: unknown } | undefined): void {
    if (this.#exhausted) return;
    this.#exhausted = true;
    this.#failure = failure;
    this.#finishIfDone();
  }

  /** Items that may be pulled now. */
  get #room(): number {
    return this.#exhausted ? 0 : this.#plan.buffer - (this.#pulled - this.#delivered);
  }

  #pull(): void {
    if (this.#pulling || this.#exhausted) return;
    this.#pulling = true;
    try {
      this.#source ??= iterate(this.#items);
    } catch (error) {
      this.#pulling = false;
      return this.#stop({ error });
    }
    if (isAsyncIterable(this.#items)) {
      this.#pullAsync(this.#source as AsyncIterator<unknown>).finally(() => this.#pulling = false);
      return;
    }
    this.#pullSync(this.#source as Iterator<unknown>);
    this.#pulling = false;
  }

  #pullSync(source: Iterator<unknown>): void {
    while (this.#room > 0) {
      const size = Math.min(this.#plan.chunksize, this.#room);
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

  async #pullAsync(source: AsyncIterator<unknown>): Promise<void> {
    let chunk: unknown[] = [];
    try {
      while (this.#room - chunk.length > 0) {
        const { done, value } = await source.next();
        if (done) {
          this.#send(chunk);
          return this.#stop(undefined);
        }
        chunk.push(value);
        if (chunk.length < this.#plan.chunksize && this.#room > chunk.length) continue;
        this.#send(chunk);
        chunk = [];
      }
    } catch (error) {
      this.#send(chunk);
      this.#stop({ error });
    }
  }

  #send(chunk: unknown[]): void {
    if (chunk.length === 0) return;
    const first = this.#pulled;
    this.#pulled += chunk.length;
    this.#chunks.send(chunk, first);
  }

  #place(index: number, result: Result<R>): void {
    if (!this.#plan.ordered) {
      this.#released++;
      return this.#deliveries.push(result);
    }
    this.#early.set(index, result);
    for (let next = this.#early.get(this.#released); next; next = this.#early.get(this.#released)) {
      this.#early.delete(this.#released++);
      this.#deliveries.push(next);
    }
  }

  #finishIfDone(): void {
    if (!this.#exhausted || this.#released < this.#pulled) return;
    this.#deliveries.end(this.#failure);
    this.#scheduler.detach(this);
  }
}
