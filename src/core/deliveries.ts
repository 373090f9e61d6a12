import { TimeoutError } from "./errors.ts";

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
  #ready: Delivery<T>[] = [];
  #first = 0;
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

  /** Throws away what is ready; before an end that wants nothing more. */
  discard(): void {
    this.#ready = [];
    this.#first = 0;
  }

  next(timeout: number | undefined): Promise<IteratorResult<T, undefined>> {
    if (this.#first < this.#ready.length && this.#waiters.size === 0) return this.#deliver();
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
      else waiter.timer = setTimeout(expire, Math.min(timeout, 2147483647));
    });
  }

  /** Hands out what is ready, the way of a consumer that is slower than the workers. */
  #deliver(): Promise<IteratorResult<T, undefined>> {
    const delivery = this.#shift()!;
    this.#onDelivered();
    return delivery.ok
      ? Promise.resolve({ done: false, value: delivery.value })
      : Promise.reject(delivery.error);
  }

  #match(): void {
    if (this.#waiters.size === 0) return;
    for (const waiter of this.#waiters) {
      if (this.#first === this.#ready.length && !this.#ended) return;
      this.#waiters.delete(waiter);
      clearTimeout(waiter.timer);
      const delivery = this.#shift();
      if (!delivery) {
        waiter.resolve({ done: true, value: undefined });
        continue;
      }
      if (delivery.ok) waiter.resolve({ done: false, value: delivery.value });
      else waiter.reject(delivery.error);
      this.#onDelivered();
    }
  }

  #shift(): Delivery<T> | undefined {
    if (this.#first === this.#ready.length) return undefined;
    const delivery = this.#ready[this.#first++];
    // Cut off what was delivered from time to time, so that each shift costs O(1).
    if (this.#first === this.#ready.length || this.#first > 1024) {
      this.#ready = this.#ready.slice(this.#first);
      this.#first = 0;
    }
    return delivery;
  }
}
