/**
 * The waiting places of a condition, in shared memory.
 *
 *     waiter, with the lock:    take a place (its owner's word from 0 to my number), write the next ticket
 *             without it:       sleep until the ticket is 0
 *             with it again:    was the ticket 0? give the place back
 *     notifier, with the lock:  the oldest n tickets of living owners become 0, then wake
 *
 * Who comes later has a higher ticket, and a notification is a mark on one place: nobody can take
 * that of another. Nothing is lost between the release of the lock and the sleep, because the place was
 * taken before the release.
 *
 * A realm that dies leaves its number on its places, which the next one passes by or takes over. One
 * that dies between two marks has notified the first; those it did not wake see their mark after a slice.
 */
import { livingRealms } from "../../protocol/living_realms.ts";
import type { Engine } from "../sharing/link.ts";
import { EVENT_COUNT_WORDS, EventCount } from "./event_count.ts";

/** What one realm can do with a condition, all but `sleep` with the lock; by calls from other processes. */
export interface ConditionOps {
  /** Takes a place; returns its number. Throws a `RangeError` where too many wait. */
  enter(): number | Promise<number>;
  /** Resolves when the place was notified, or after so many milliseconds. */
  sleep(place: number, timeout: number | undefined): void | Promise<void>;
  /** Gives a place back; whether it was notified. */
  leave(place: number): boolean | Promise<boolean>;
  /** Notifies so many of those who have waited longest. */
  notify(count: number): void | Promise<void>;
}

/** So many can wait at a time. */
const PLACES = 1024;
/** Words: the event count, the last ticket, how many places were in use at the last look; the places. */
const LAST_TICKET = EVENT_COUNT_WORDS, USED = LAST_TICKET + 1, FIRST = USED + 1;
/** Words of a place: who waits there, and its ticket; 0 when it was notified. */
const PLACE_WORDS = 2, TICKET = 1;

/** One per realm and condition. */
export class ConditionEngine implements Engine<ConditionOps> {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #changes: EventCount;
  readonly #realms = livingRealms();

  constructor(memory = new SharedArrayBuffer(4 * (FIRST + PLACES * PLACE_WORDS))) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#changes = new EventCount(this.#words, 0, false);
  }

  as(client: number): ConditionOps {
    return {
      enter: () => this.enter(client),
      sleep: (place, timeout) => this.sleep(client, place, timeout),
      leave: (place) => this.leave(client, place),
      notify: (count) => this.notify(count),
    };
  }

  enter(client: number): number {
    const words = this.#words;
    for (let place = 0; place < PLACES; place++) {
      const at = wordOf(place), owner = Atomics.load(words, at);
      if (owner !== 0 && this.#realms.isAlive(owner)) continue;
      // Before it is mine: should I die now, whoever looks for the dead comes this far.
      if (place >= Atomics.load(words, USED)) Atomics.store(words, USED, place + 1);
      if (Atomics.compareExchange(words, at, owner, client) !== owner) continue;
      Atomics.store(words, at + TICKET, this.#nextTicket());
      return place;
    }
    throw new RangeError(`Cannot wait for condition: ${PLACES} are waiting for it`);
  }

  async sleep(client: number, place: number, timeout: number | undefined): Promise<void> {
    await this.#changes.wait(() => this.#isNotified(place) || undefined, { timeout, client });
  }

  /** As {@linkcode sleep}, but blocks this thread. */
  sleepSync(client: number, place: number, timeout: number | undefined): void {
    this.#changes.waitSync(() => this.#isNotified(place) || undefined, { timeout, client });
  }

  leave(client: number, place: number): boolean {
    const notified = this.#isNotified(place);
    Atomics.compareExchange(this.#words, wordOf(place), client, 0);
    return notified;
  }

  notify(count: number): void {
    const waiting = this.#waiting().slice(0, count);
    for (const place of waiting) Atomics.store(this.#words, wordOf(place) + TICKET, 0);
    if (waiting.length > 0) this.#changes.notify();
  }

  #isNotified(place: number): boolean {
    return Atomics.load(this.#words, wordOf(place) + TICKET) === 0;
  }

  /** 0 is left out; after two billion it goes on below zero. */
  #nextTicket(): number {
    const words = this.#words;
    return Atomics.add(words, LAST_TICKET, 1) + 1 | 0 || this.#nextTicket();
  }

  /** The places of living owners that were not notified, in the order in which they were taken. */
  #waiting(): number[] {
    const words = this.#words, now = Atomics.load(words, LAST_TICKET);
    const ages = new Map<number, number>();
    let used = 0;
    for (let place = 0; place < Atomics.load(words, USED); place++) {
      const owner = Atomics.load(words, wordOf(place));
      if (owner === 0) continue;
      if (!this.#realms.isAlive(owner)) {
        Atomics.compareExchange(words, wordOf(place), owner, 0);
        continue;
      }
      used = place + 1;
      const ticket = Atomics.load(words, wordOf(place) + TICKET);
      if (ticket !== 0) ages.set(place, now - ticket | 0);
    }
    Atomics.store(words, USED, used);
    return [...ages.keys()].sort((a, b) => ages.get(b)! - ages.get(a)!);
  }
}

function wordOf(place: number): number {
  return FIRST + place * PLACE_WORDS;
}
