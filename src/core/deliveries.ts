import { TimeoutError } from "./errors.ts";
import { Fifo } from "../protocol/fifo.ts";
import { realTimers } from "../protocol/timers.ts";

/** What one call of `next()` gets. */
export type Delivery<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

interface Waiter<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Results on their way to calls of `next()`, first come, first served on both sides. */
export class Deliveries<T> {
  readonly #ready = new Fifo<Delivery<T>>();
  readonly #waiters = new Set<Waiter<T>>();
  readonly #onDelivered: () => void;
  #ended = false;

  /** @param onDelivered called after each item that a consumer has got */
  constructor(onDelivered: () => void) {
    this.#onDelivered = onDelivered;
  }

  /** Calls of `next()` that wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  push(delivery: Delivery<T>): void {
    if (this.#ended) return;
    this.#ready.push(delivery);
    this.#match();
  }

  /** Nothing more comes; an error is what the next call gets, once. */
  end(failure?: { readonly error: unknown }): void {
    if (this.#ended) return;
    this.#ended = true;
    if (failure) this.#ready.push({ ok: false, error: failure.error });
    this.#match();
  }

  /** Ends it without what is ready. */
  discard(): void {
    this.#ready.clear();
    this.end();
  }

  next(timeout: number | undefined): Promise<IteratorResult<T, undefined>> {
    if (this.#ready.length > 0 && this.#waiters.size === 0) return this.#deliver();
    return new Promise((resolve, reject) => {
      const waiter: Waiter<T> = { resolve, reject, timer: undefined };
      this.#waiters.add(waiter);
      this.#match();
      if (timeout === undefined || !this.#waiters.has(waiter)) return;
      const expire = (): void => {
        this.#waiters.delete(waiter);
        reject(new TimeoutError(`Cannot get next result: none is ready after ${timeout} ms`));
      };
      if (timeout === 0) expire();
      else waiter.timer = realTimers.setTimeout(expire, timeout);
    });
  }

  /** Hands out what is ready, the way of a consumer that is slower than the workers. */
  #deliver(): Promise<IteratorResult<T, undefined>> {
    const delivery = this.#ready.shift();
    this.#onDelivered();
    return delivery.ok
      ? Promise.resolve({ done: false, value: delivery.value })
      : Promise.reject(delivery.error);
  }

  #match(): void {
    if (this.#waiters.size === 0) return;
    for (const waiter of this.#waiters) {
      const isEmpty = this.#ready.length === 0;
      if (isEmpty && !this.#ended) return;
      this.#waiters.delete(waiter);
      realTimers.clearTimeout(waiter.timer);
      if (isEmpty) {
        waiter.resolve({ done: true, value: undefined });
        continue;
      }
      const delivery = this.#ready.shift();
      if (delivery.ok) waiter.resolve({ done: false, value: delivery.value });
      else waiter.reject(delivery.error);
      this.#onDelivered();
    }
  }
}
