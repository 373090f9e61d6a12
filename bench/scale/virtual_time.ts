import type { Clock, Host } from "../../src/core/backend.ts";

interface Event {
  readonly time: number;
  readonly order: number;
  call: (() => void) | undefined;
}

/** Time that jumps from event to event: a simulated hour takes no longer than what happens in it. */
export class VirtualTime implements Clock, Host {
  readonly clock: Clock = this;
  #now = 0;
  #events = 0;
  /** A heap: what is due first stands at its head, what was added first among equals. */
  readonly #heap: Event[] = [];

  now(): number {
    return this.#now;
  }

  /** Runs `call` so many milliseconds from now. */
  setTimeout(call: () => void, milliseconds: number): Event {
    const event = { time: this.#now + milliseconds, order: this.#events++, call };
    this.#rise(event);
    return event;
  }

  clearTimeout(timer: unknown): void {
    if (timer) (timer as Event).call = undefined;
  }

  keepAlive(): { hold(): void; release(): void; end(): void } {
    return { hold() {}, release() {}, end() {} };
  }

  /** Lets time pass without a look at what is due, as a test of cost does that sets no timers. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Goes from event to event until `done`; throws when nothing is left that could happen. */
  async runUntil(done: () => boolean): Promise<void> {
    await microtasks();
    while (!done()) {
      const event = this.#next();
      if (!event) throw new Error("Cannot go on: nothing is due, and the work is not done");
      if (!event.call) continue;
      this.#now = Math.max(this.#now, event.time);
      event.call();
      await microtasks();
    }
  }

  /** Goes from event to event until none is left, all in this turn. */
  runOut(): void {
    for (let event = this.#next(); event; event = this.#next()) {
      this.#now = Math.max(this.#now, event.time);
      event.call?.();
    }
  }

  #rise(event: Event): void {
    const heap = this.#heap;
    let i = heap.length;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (before(heap[parent], event)) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = event;
  }

  #next(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let i = 0;
    for (let child = 1; child < heap.length; child = 2 * i + 1) {
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (before(last, heap[child])) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

function before(a: Event, b: Event): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

/** A turn of the event loop ends with its microtasks; some of them queue others. */
async function microtasks(): Promise<void> {
  for (let i = 0; i < 6; i++) await undefined;
}
