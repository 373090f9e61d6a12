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
 * A realm that dies leaves its number on its place. Where the ticket is not 0 the place is free. Where it
 * is, somebody was notified who could do nothing about it: the one who has waited longest inherits that, by
 * the next notifier, or else after a slice by itself. First the heir is marked, then the place is freed: a
 * death in between wakes one too many, and not one too few. A notifier that dies between two marks has
 * notified the first; who was marked and not woken sees it after a slice.
 */
import { livingRealms } from "../../protocol/living_realms.ts";
import { performance } from "../../protocol/timers.ts";
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

interface Waiter {
  readonly place: number;
  readonly ticket: number;
}

/** Who is where. */
interface Survey {
  /** Places that were not notified, in the order in which they were taken. */
  readonly waiting: readonly Waiter[];
  /** Places that were notified and whose owners are dead. */
  readonly inheritable: readonly number[];
  /** All behind these are free. */
  readonly used: number;
}

/** So many can wait at a time. */
const PLACES = 1024;
/** Words: the event count, the last ticket, how many places were in use at the last look; the places. */
const LAST_TICKET = EVENT_COUNT_WORDS, USED = LAST_TICKET + 1, FIRST = USED + 1;
/** Words of a place: who waits there, and its ticket; 0 when it was notified. */
const PLACE_WORDS = 2, TICKET = 1;
/** Milliseconds after which sleepers look for what the dead have left them. */
const SLICE = 100;

/** One per realm and condition. */
export class ConditionEngine implements Engine<ConditionOps> {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #changes: EventCount;
  readonly #realms = livingRealms();
  /** Places for which this realm sleeps. */
  readonly #asleep = new Set<number>();
  #lastLook = 0;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4 * wordOf(PLACES))) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#changes = new EventCount(this.#words, 0, "free");
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
      if (owner !== 0 && this.#isNotified(place)) this.notify(0);
      // Before it is mine: should I die now, whoever looks for the dead comes this far.
      if (place >= Atomics.load(words, USED)) Atomics.store(words, USED, place + 1);
      const found = Atomics.compareExchange(words, at, owner, client);
      if (found !== owner && Atomics.compareExchange(words, at, 0, client) !== 0) continue;
      Atomics.store(words, at + TICKET, this.#nextTicket());
      return place;
    }
    throw new RangeError(`Cannot wait for condition: ${PLACES} are waiting for it`);
  }

  async sleep(client: number, place: number, timeout: number | undefined): Promise<void> {
    this.#asleep.add(place);
    await this.#changes.wait(this.#attempt(place), { timeout, client });
    this.#asleep.delete(place);
  }

  /** As {@linkcode sleep}, but blocks this thread. */
  sleepSync(client: number, place: number, timeout: number | undefined): void {
    this.#asleep.add(place);
    this.#changes.waitSync(this.#attempt(place), { timeout, client });
    this.#asleep.delete(place);
  }

  leave(client: number, place: number): boolean {
    const notified = this.#isNotified(place);
    Atomics.compareExchange(this.#words, wordOf(place), client, 0);
    return notified;
  }

  notify(count: number): void {
    const words = this.#words;
    const { waiting, inheritable, used } = this.#survey();
    Atomics.store(words, USED, used);
    let left = count + inheritable.length;
    for (const { place, ticket } of waiting) {
      if (left === 0) break;
      const at = wordOf(place) + TICKET;
      // One that has just inherited is notified already: this is for the next.
      if (Atomics.compareExchange(words, at, ticket, 0) === ticket) left--;
    }
    for (const place of inheritable) this.#free(place);
    if (waiting.length > 0) this.#changes.notify();
  }

  #attempt(place: number): () => true | undefined {
    return () => {
      this.#lookForDead();
      return this.#isNotified(place) || undefined;
    };
  }

  #isNotified(place: number): boolean {
    return Atomics.load(this.#words, wordOf(place) + TICKET) === 0;
  }

  /** Without the lock: only places for which this realm sleeps can be marked. */
  #lookForDead(): void {
    const now = performance.now();
    if (now - this.#lastLook < SLICE) return;
    this.#lastLook = now;
    const { waiting, inheritable } = this.#survey();
    inheritable.forEach((dead, rank) => {
      const heir = waiting[rank];
      if (!heir || !this.#asleep.has(heir.place)) return;
      const { ticket } = heir, at = wordOf(heir.place) + TICKET;
      // Notified in the meantime: the next in line comes with the next slice.
      if (Atomics.compareExchange(this.#words, at, ticket, 0) !== ticket) return;
      if (!this.#free(dead)) Atomics.store(this.#words, at, ticket);
    });
  }

  /** Takes a place from a dead owner; false where another was faster. */
  #free(place: number): boolean {
    const at = wordOf(place), owner = Atomics.load(this.#words, at);
    if (owner === 0 || this.#realms.isAlive(owner)) return false;
    return Atomics.compareExchange(this.#words, at, owner, 0) === owner;
  }

  /** 0 is left out; after two billion it goes on below zero. */
  #nextTicket(): number {
    return Atomics.add(this.#words, LAST_TICKET, 1) + 1 | 0 || this.#nextTicket();
  }

  #survey(): Survey {
    const words = this.#words, now = Atomics.load(words, LAST_TICKET);
    const waiting: Waiter[] = [], inheritable: number[] = [];
    let used = 0;
    for (let place = 0; place < Atomics.load(words, USED); place++) {
      const owner = Atomics.load(words, wordOf(place));
      if (owner === 0) continue;
      const ticket = Atomics.load(words, wordOf(place) + TICKET);
      const alive = this.#realms.isAlive(owner);
      if (alive || ticket === 0) used = place + 1;
      if (alive && ticket !== 0) waiting.push({ place, ticket });
      if (!alive && ticket === 0) inheritable.push(place);
    }
    // By age, as tickets begin anew.
    waiting.sort((a, b) => (now - b.ticket | 0) - (now - a.ticket | 0));
    return { waiting, inheritable, used };
  }
}

function wordOf(place: number): number {
  return FIRST + place * PLACE_WORDS;
}
