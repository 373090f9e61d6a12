/**
 * An event in shared memory.
 *
 * One word counts its changes: odd is set, even is clear. A wait that found it clear is over when the word
 * has changed, for it must have been set in the meantime; so a `clear` right after the `set` loses
 * nobody. Each change is one operation; who dies before it tells those who sleep is found out by them after
 * a slice (see event_count.ts).
 */
import type { Engine } from "../sharing/link.ts";
import { EVENT_COUNT_WORDS, EventCount } from "./event_count.ts";

/** What one realm can do with an event; the same by calls from other processes. */
export interface EventOps {
  set(): void | Promise<void>;
  clear(): void | Promise<void>;
  isSet(): boolean | Promise<boolean>;
  /** Whether it was set in time (ms). */
  wait(timeout: number | undefined): boolean | Promise<boolean>;
}

const CHANGES = EVENT_COUNT_WORDS, WORDS = CHANGES + 1;

/** One per realm and memory. */
export class EventEngine implements Engine<EventOps> {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #sleepers: EventCount;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4 * WORDS)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#sleepers = new EventCount(this.#words, 0, "free");
  }

  as(client: number): EventOps {
    return {
      set: () => this.set(),
      clear: () => this.clear(),
      isSet: () => this.isSet(),
      wait: (timeout) => this.wait(client, timeout),
    };
  }

  isSet(): boolean {
    return isOdd(this.#load());
  }

  set(): void {
    const changes = this.#load();
    // Whoever else changes it in this moment has come first, or has set it.
    if (!isOdd(changes) && this.#change(changes)) this.#sleepers.notify();
  }

  clear(): void {
    const changes = this.#load();
    if (isOdd(changes)) this.#change(changes);
  }

  /** Waits without blocking. */
  async wait(client: number, timeout: number | undefined): Promise<boolean> {
    const before = this.#load();
    if (isOdd(before)) return true;
    if (timeout === 0) return false;
    return await this.#sleepers.wait(this.#changedSince(before), { timeout, client }) ?? false;
  }

  /** As {@linkcode wait}, but blocks this thread. */
  waitSync(client: number, timeout: number | undefined): boolean {
    const before = this.#load();
    if (isOdd(before)) return true;
    return this.#sleepers.waitSync(this.#changedSince(before), { timeout, client }) ?? false;
  }

  #changedSince(before: number): () => true | undefined {
    return () => this.#load() !== before || undefined;
  }

  #load(): number {
    return Atomics.load(this.#words, CHANGES);
  }

  #change(before: number): boolean {
    return Atomics.compareExchange(this.#words, CHANGES, before, before + 1 | 0) === before;
  }
}

function isOdd(changes: number): boolean {
  return (changes & 1) === 1;
}
