/** Time and keep-alive in the hands of a test. */
import type { Clock, Host, KeepAlive } from "../../src/core/backend.ts";

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** Time that passes only when a test says so. */
export class FakeClock implements Clock {
  #now = 1000;
  #nextId = 1;
  readonly #timers = new Map<number, Timer>();
  /** Timers that were ever set. */
  set = 0;

  /** Timers that are set now. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(call: () => void, milliseconds: number): number {
    this.set++;
    this.#timers.set(this.#nextId, { at: this.#now + milliseconds, call });
    return this.#nextId++;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as number);
  }

  /** Lets time pass; timers fire in order, each in a turn of its own. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      const [id, { at, call }] = next;
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, at);
      call();
      await turn();
    }
    this.#now = end;
    await turn();
  }

  /** Time passes, but no timer fires, as on a host that is busy. */
  block(milliseconds: number): void {
    this.#now += milliseconds;
  }

  #next(end: number): [number, Timer] | undefined {
    let first: [number, Timer] | undefined;
    for (const entry of this.#timers) {
      if (entry[1].at <= end && (!first || entry[1].at < first[1].at)) first = entry;
    }
    return first;
  }
}

/** Says whether the program would be kept running. */
export class FakeKeepAlive implements KeepAlive {
  state: "released" | "held" | "ended" = "released";

  hold(): void {
    if (this.state === "ended") throw new Error("hold() after end()");
    this.state = "held";
  }

  release(): void {
    if (this.state === "ended") throw new Error("release() after end()");
    this.state = "released";
  }

  end(): void {
    this.state = "ended";
  }
}

/** A host for one scheduler. */
export class FakeHost implements Host {
  readonly clock = new FakeClock();
  readonly alive = new FakeKeepAlive();

  keepAlive(): KeepAlive {
    return this.alive;
  }
}

/** Lets everything happen that waits for the end of this turn. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 12; i++) await undefined;
}
