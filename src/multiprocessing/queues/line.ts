import { type Linked, LinkedList } from "../../core/linked_list.ts";
import { realTimers } from "../../protocol/timers.ts";
import { withResolvers } from "../../protocol/with_resolvers.ts";

/** Tries what somebody waits for; true when it is done. */
export type Try = () => boolean;

class Waiter implements Linked {
  list: object | undefined;
  previous: this | undefined;
  next: this | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly tryOnce: Try;
  readonly end: (done: boolean) => void;
  readonly fail: (error: unknown) => void;

  constructor(tryOnce: Try, end: (done: boolean) => void, fail: (error: unknown) => void) {
    this.tryOnce = tryOnce;
    this.end = end;
    this.fail = fail;
  }
}

/** Those of one realm who wait for the same, served in the order in which they came. */
export class Line {
  readonly #waiters = new LinkedList<Waiter>();

  /** Whether nobody waits. */
  get isEmpty(): boolean {
    return this.#waiters.head === undefined;
  }

  /** Resolves to true when its turn comes and the attempt is done, to false after so many milliseconds. */
  wait(tryOnce: Try, timeout: number | undefined): Promise<boolean> {
    const { promise, resolve, reject } = withResolvers<boolean>();
    const waiter = new Waiter(tryOnce, resolve, reject);
    this.#waiters.push(waiter);
    if (timeout !== undefined) {
      waiter.timer = realTimers.setTimeout(() => {
        this.#waiters.remove(waiter);
        resolve(false);
      }, timeout);
    }
    return promise;
  }

  /** Serves as many as can be. */
  serve(): void {
    for (let first = this.#waiters.head; first; first = this.#waiters.head) {
      try {
        if (!first.tryOnce()) return;
        this.#leave(first).end(true);
      } catch (error) {
        this.#leave(first).fail(error);
      }
    }
  }

  /** Nobody's turn will come any more. */
  fail(error: () => unknown): void {
    for (let first = this.#waiters.head; first; first = this.#waiters.head) {
      this.#leave(first).fail(error());
    }
  }

  #leave(waiter: Waiter): Waiter {
    realTimers.clearTimeout(waiter.timer);
    this.#waiters.remove(waiter);
    return waiter;
  }
}
