/**
 * A barrier in shared memory.
 *
 * The phase is one word: an even number for each generation of waits, the odd one behind it when that
 * generation is broken. A place is one word of 64 bits: who took it, and for which phase. One that
 * belongs to an earlier phase is free; so nobody has to clear them.
 *
 *     arrive:  read the phase, take the first free place for it, by one compare-and-swap
 *     last:    who takes the last place runs the action, then moves the phase by 2 and wakes all
 *     others:  sleep while the phase is theirs
 *     break:   who times out or aborts makes the phase odd and wakes all
 *     reset:   breaks, writes down that this phase was broken, then moves it on to the next even one
 *
 * All changes of the phase are compare-and-swaps from a known one, so that of a trip, a break and a reset
 * only one succeeds. Places are taken in order and never given back, so that the last one is taken
 * once in a phase, and after all others. A place that was taken for a phase that is over
 * counts for nothing.
 *
 * A realm that dies leaves its number on its place. While the phase is the one for which it was taken, the
 * others break the barrier when they see that, after a slice at the latest: also where it was the
 * last, and died with the action.
 */
import { livingRealms } from "../../protocol/living_realms.ts";
import { performance } from "../../protocol/timers.ts";
import type { Engine } from "../sharing/link.ts";
import { countOf as phaseOf, ownerOf, wordOf } from "../sharing/place_word.ts";
import { type Attempt, EVENT_COUNT_WORDS, EventCount } from "./event_count.ts";

/** What came of a wait. */
export interface Passage {
  /** In which order it came; from 0. */
  readonly index: number;
  /** Of its generation. */
  readonly phase: number;
}

/** What one realm can do with a barrier; by calls from other processes. */
export interface BarrierOps {
  /**
   * Waits for the others; `null` when the barrier is broken. The last one (by its index) comes back at
   * once: it has to run the action, and to call `trip` or `spoil`.
   */
  wait(timeout: number | undefined): Passage | null | Promise<Passage | null>;
  /** Lets all go; false where the barrier was broken in the meantime. */
  trip(phase: number): boolean | Promise<boolean>;
  /** Breaks one generation; the current one when none is given. */
  spoil(phase?: number): void | Promise<void>;
  /** Sends away those who wait, and begins anew. */
  reset(): void | Promise<void>;
  /** How many wait. */
  nWaiting(): number | Promise<number>;
  /** Whether it is broken. */
  broken(): boolean | Promise<boolean>;
}

/** Words: the event count, the phase, and which of the last phases were reset; then the places. */
const PHASE = EVENT_COUNT_WORDS, RESETS = 4;
/** So many phases are remembered: one who was sent away and sleeps on meanwhile takes it for a trip. */
const MEMORY = 1024;
const FIRST_PHASE = 2;
/** Milliseconds after which those who wait look for the dead. */
const SLICE = 100;

/** One wait. */
interface Visit {
  /** The place that it took. */
  place: Passage | undefined;
  readonly attempt: Attempt<Passage | null>;
}

/** One per realm and barrier. */
export class BarrierEngine implements Engine<BarrierOps> {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #places: BigInt64Array;
  readonly #changes: EventCount;
  readonly #realms = livingRealms();
  #lastLook = 0;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#places = new BigInt64Array(memory, 4 * (RESETS + MEMORY));
    this.#changes = new EventCount(this.#words, 0, "free");
  }

  /** Makes a new one. */
  static make(parties: number): BarrierEngine {
    const memory = new SharedArrayBuffer(4 * (RESETS + MEMORY) + 8 * parties);
    new Int32Array(memory)[PHASE] = FIRST_PHASE;
    return new BarrierEngine(memory);
  }

  as(client: number): BarrierOps {
    return {
      wait: (timeout) => this.wait(client, timeout),
      trip: (phase) => this.trip(phase),
      spoil: (phase) => this.spoil(phase),
      reset: () => this.reset(),
      nWaiting: () => this.nWaiting(),
      broken: () => this.broken(),
    };
  }

  async wait(client: number, timeout: number | undefined): Promise<Passage | null> {
    const visit = this.#visit(client);
    const result = await this.#changes.wait(visit.attempt, { timeout, client });
    return result === undefined ? this.#leave(visit, client) : result;
  }

  /** As {@linkcode wait}, but blocks this thread. */
  waitSync(client: number, timeout: number | undefined): Passage | null {
    const visit = this.#visit(client);
    const result = this.#changes.waitSync(visit.attempt, { timeout, client });
    return result === undefined ? this.#leave(visit, client) : result;
  }

  trip(phase: number): boolean {
    return this.#move(phase, phase + 2);
  }

  spoil(phase?: number): void {
    if (phase !== undefined) return void this.#move(phase, phase | 1);
    for (let now = this.#phase; !isBroken(now); now = this.#phase) {
      if (this.#move(now, now | 1)) return;
    }
  }

  reset(): void {
    // Where all have come, they pass.
    if (!this.broken() && this.nWaiting() % this.#places.length === 0) return;
    this.spoil();
    const broken = this.#phase;
    if (!isBroken(broken)) return;
    Atomics.store(this.#words, resetWord(broken), broken);
    this.#move(broken, broken + 1);
  }

  nWaiting(): number {
    const phase = this.#phase;
    return isBroken(phase) ? 0 : this.#owners(phase).length;
  }

  broken(): boolean {
    return isBroken(this.#phase);
  }

  /** Whether it is the one that runs the action. */
  #isLast({ index }: Passage): boolean {
    return index === this.#places.length - 1;
  }

  /** Takes a place in the current generation; `undefined` while all are taken, `null` when it is broken. */
  #arrive(client: number): Passage | null | undefined {
    for (;;) {
      const phase = this.#phase;
      if (isBroken(phase)) return null;
      const index = this.#take(wordOf(phase, client), phase);
      if (index !== undefined) return { index, phase };
      if (phase === this.#phase) return undefined;
    }
  }

  /** What came of a wait, as {@linkcode BarrierOps.wait} says it; `undefined` while it lasts. */
  #resultAt(place: Passage): Passage | null | undefined {
    const { phase } = place, now = this.#phase, broken = phase | 1;
    if (now === phase) return this.#isLast(place) ? place : undefined;
    return now === broken || Atomics.load(this.#words, resetWord(phase)) === broken ? null : place;
  }

  /** Breaks the barrier where somebody who has arrived is dead; once in a slice. */
  #lookForDead(): void {
    const now = performance.now();
    if (now - this.#lastLook < SLICE) return;
    this.#lastLook = now;
    this.#breakForDead();
  }

  /** The same, at once. */
  #breakForDead(): void {
    const phase = this.#phase;
    const isDead = (owner: number): boolean => !this.#realms.isAlive(owner);
    if (!isBroken(phase) && this.#owners(phase).some(isDead)) this.spoil(phase);
  }

  #visit(client: number): Visit {
    const visit: Visit = {
      place: undefined,
      attempt: () => {
        this.#lookForDead();
        if (!visit.place) {
          const place = this.#arrive(client);
          if (!place) return place;
          visit.place = place;
          if (this.#isLast(place)) this.#breakForDead();
        }
        return this.#resultAt(visit.place);
      },
    };
    return visit;
  }

  /** Somebody goes whose time is over, or who is dead: breaks it for the others. */
  #leave({ place }: Visit, client: number): Passage | null {
    if (place || this.#realms.isAlive(client)) this.spoil(place?.phase);
    return place && this.#resultAt(place) || null;
  }

  get #phase(): number {
    return Atomics.load(this.#words, PHASE);
  }

  #move(from: number, to: number): boolean {
    if (Atomics.compareExchange(this.#words, PHASE, from, to) !== from) return false;
    this.#changes.notify();
    return true;
  }

  #take(word: bigint, phase: number): number | undefined {
    const places = this.#places;
    for (let index = 0; index < places.length; index++) {
      let seen = Atomics.load(places, index);
      while (isEarlier(phaseOf(seen), phase)) {
        const found = Atomics.compareExchange(places, index, seen, word);
        if (found === seen) return index;
        seen = found;
      }
      if (phaseOf(seen) !== phase) return undefined;
    }
    return undefined;
  }

  /** Who has arrived. */
  #owners(phase: number): number[] {
    const owners: number[] = [];
    for (let index = 0; index < this.#places.length; index++) {
      const place = Atomics.load(this.#places, index);
      if (phaseOf(place) === phase) owners.push(ownerOf(place));
    }
    return owners;
  }
}

function isBroken(phase: number): boolean {
  return (phase & 1) === 1;
}

/** Phases begin anew after two billion. */
function isEarlier(a: number, b: number): boolean {
  return (a - b | 0) < 0;
}

/** The word that says of some phases whether they were reset. */
function resetWord(phase: number): number {
  return RESETS + (phase >>> 1) % MEMORY;
}
