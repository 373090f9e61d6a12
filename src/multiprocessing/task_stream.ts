import { CancelledError } from "../core/errors.ts";
import type { Job, JobSink } from "../core/job.ts";
import { checkWait } from "../core/options.ts";
import type { PoolIterator, WaitOptions } from "../core/pool.ts";
import type { Consumer } from "../core/life.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { type SentValue, STREAM_CREDIT } from "../protocol/messages.ts";
import { revive } from "../protocol/revive.ts";
import { Deliveries, type Delivery } from "../core/deliveries.ts";

/** What a generator task yields, as it yields it; the task is never far ahead of the consumer. */
export class TaskStream<T> implements PoolIterator<T>, Consumer, JobSink {
  readonly #scheduler: Scheduler;
  readonly #deliveries: Deliveries<T>;
  #job: Job | undefined;
  #consumed = 0;
  /** Items that may still come before the consumer takes one. */
  #credit = STREAM_CREDIT;
  #parked = false;
  #ended = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#deliveries = new Deliveries(() => this.#noteConsumed());
    scheduler.life.attach(this);
  }

  /** Says which job it is that streams. */
  bind(job: Job): this {
    this.#job = job;
    return this;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(options?: WaitOptions): Promise<IteratorResult<T, undefined>> {
    const timeout = checkWait(options, "get next item");
    const item = this.#deliveries.next(timeout);
    this.#updateParked();
    return await item;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    const ended = this.#ended;
    this.#deliveries.discard();
    this.#end();
    if (!ended && this.#job) {
      this.#scheduler.abort(this.#job, new CancelledError("The stream was ended"));
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  abandon(reason: unknown, force: boolean): void {
    if (!force && this.#deliveries.waiting > 0) return;
    const ended = this.#ended;
    this.#end({ error: reason });
    if (!ended && this.#job) this.#scheduler.abort(this.#job, reason);
  }

  items(items: readonly SentValue[]): void {
    if (this.#ended) return;
    this.#credit -= items.length;
    for (const item of items) this.#deliveries.push(this.#open(item));
    this.#updateParked();
  }

  /** An item that cannot be revived fails its own `next()`. */
  #open({ value, marked }: SentValue): Delivery<T> {
    try {
      return { ok: true, value: (marked ? revive(value) : value) as T };
    } catch (error) {
      return { ok: false, error };
    }
  }

  resolve(): void {
    this.#end();
  }

  reject(error: unknown): void {
    this.#end({ error });
  }

  #end(failure?: { readonly error: unknown }): void {
    this.#ended = true;
    this.#updateParked();
    this.#deliveries.end(failure);
    this.#scheduler.life.detach(this);
  }

  /** Half of the credit at a time: neither a message an item, nor a task that waits. */
  #noteConsumed(): void {
    if (++this.#consumed < STREAM_CREDIT / 2 || this.#ended) return;
    if (this.#job) this.#scheduler.credit(this.#job, this.#consumed);
    this.#credit += this.#consumed;
    this.#consumed = 0;
    this.#updateParked();
  }

  /** A task that nobody takes items from waits for ever: that alone keeps no program running. */
  #updateParked(): void {
    const parked = !this.#ended && this.#credit <= 0 && this.#deliveries.waiting === 0;
    if (parked === this.#parked) return;
    this.#parked = parked;
    if (parked) this.#scheduler.life.release();
    else this.#scheduler.life.hold();
  }
}
