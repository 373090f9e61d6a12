/**
 * Waiting for something that one takes and gives back, so that nobody starves.
 *
 * What is free goes to whoever comes first, which is fast: a sleeper needs 50 µs to wake. Whoever has
 * waited for a millisecond puts its number into the word of the next turn, and all others stand back.
 *
 * They do not stand back for ever: a realm that is dead has no turn, and one that does not come although
 * what it waits for is free loses it. Its event loop may be blocked by what those hold who stand back.
 */
import { livingRealms } from "../../protocol/living_realms.ts";
import { performance } from "../../protocol/timers.ts";
import {
  type Attempt,
  EVENT_COUNT_WORDS,
  EventCount,
  type Order,
  type WaitLimits,
} from "./event_count.ts";

/** Words of memory for one line: the event count, and who has the next turn. */
export const WAITING_LINE_WORDS: number = EVENT_COUNT_WORDS + 1;

/** After so many milliseconds nobody overtakes a waiter any more. */
const PATIENCE = 1;
/** For so many milliseconds others leave what is free to the one whose turn it is. */
const COURTESY = 50;

/** One per realm and memory. */
export class WaitingLine {
  readonly #words: Int32Array;
  readonly #next: number;
  readonly #isFree: () => boolean;
  readonly #changes: EventCount;
  readonly #realms = livingRealms();
  /** For whom this realm stands back, and since when. */
  #guest = 0;
  #since = 0;

  /**
   * @param at index of the first of its {@linkcode WAITING_LINE_WORDS} words
   * @param isFree whether something is to be had
   * @param order in which those of this realm are served
   */
  constructor(words: Int32Array, at: number, isFree: () => boolean, order: Order) {
    this.#words = words;
    this.#next = at + EVENT_COUNT_WORDS;
    this.#isFree = isFree;
    this.#changes = new EventCount(words, at, order);
  }

  /** Whether somebody of this realm waits. */
  get isAwaited(): boolean {
    return this.#changes.isAwaited;
  }

  /** Whether this realm may take what is free, or has to leave it to another. */
  mayTake(client: number): boolean {
    // Not atomic, which is seven nanoseconds faster on V8: it is about courtesy, and who waits looks again.
    const next = this.#words[this.#next]!;
    if (next !== 0 && next !== client) {
      if (this.#realms.isAlive(next) && !this.#isLate(next)) return false;
      Atomics.compareExchange(this.#words, this.#next, next, 0);
    }
    this.#guest = 0;
    return true;
  }

  /** To be called after one thing was given back. */
  notify(): void {
    if (!this.#changes.hasSleepers) return;
    this.#changes.notify(Atomics.load(this.#words, this.#next) === 0 ? 1 : Infinity);
  }

  /** Waits without blocking until `take` gets something. */
  async wait<T>(take: Attempt<T>, limits: WaitLimits): Promise<T | null> {
    const taken = await this.#changes.wait(this.#impatient(take, limits), limits);
    this.#endTurn(limits);
    return taken ?? null;
  }

  /** As {@linkcode wait}, but blocks this thread. */
  waitSync<T>(take: Attempt<T>, limits: WaitLimits): T | null {
    try {
      return this.#changes.waitSync(this.#impatient(take, limits), limits) ?? null;
    } finally {
      this.#endTurn(limits);
    }
  }

  /** Claims the next turn once it has waited long enough. */
  #impatient<T>(take: Attempt<T>, { client }: WaitLimits): Attempt<T> {
    const since = performance.now();
    return () => {
      const taken = take();
      if (taken !== undefined || performance.now() - since < PATIENCE) return taken;
      const isNext = Atomics.compareExchange(this.#words, this.#next, 0, client) === 0;
      // Given back before this turn was seen, it has woken one alone: maybe one who stands back now.
      return isNext ? take() : undefined;
    };
  }

  #endTurn({ client }: WaitLimits): void {
    if (Atomics.compareExchange(this.#words, this.#next, client, 0) !== client) return;
    // Those who stood back may have it now.
    if (this.#isFree()) this.#changes.notify();
  }

  #isLate(next: number): boolean {
    const now = performance.now();
    if (this.#guest !== next) {
      this.#guest = next;
      this.#since = now;
    }
    return now - this.#since > COURTESY;
  }
}
