/**
 * Who holds an end of a pipe: one word of 64 bits for each handle, with the number of the realm that holds
 * it and a ticket, which is new whenever the handle changes hands.
 *
 *     take      (t, nobody or the dead) ──▶ (t + 1, me)
 *     adopt     (t, who sent it)        ──▶ (t + 1, me)      only with ticket t, so only once
 *     give up   (t, me)                 ──▶ (t, nobody)
 *
 * Each is one compare-and-swap. Of two that received the same handle one gets it, and a death between
 * any two lines leaves a word with a living holder or with a dead one.
 *
 * A handle that travels is still held by who sent it: when that realm ends before the arrival, so does
 * the handle. An end is gone when nobody living holds it. This is said once and for all: the dead are
 * struck out first, so that what they had sent away cannot be adopted after others saw the end.
 */
import { livingRealms } from "../../protocol/living_realms.ts";
import { countOf as ticketOf, ownerOf as holderOf, wordOf } from "../sharing/place_word.ts";

/** So many handles of one end can be open at a time. */
const PLACES = 64;
/** Word 0 counts what was taken; the handles follow. */
const TAKEN = 0, FIRST = 1;

/** Bytes of memory for the holders of one end. */
export const HOLDERS_BYTES: number = 8 * (FIRST + PLACES);

/** One handle of an end. */
export interface Seat {
  /** Index of its word. */
  readonly place: number;
  /** Which of those that had the word it is. */
  readonly ticket: number;
}

/** The holders of one end. */
export class Holders {
  readonly #words: BigInt64Array;
  readonly #realms = livingRealms();
  /** Who held it when it was last asked. */
  #known = FIRST;

  /** @param byteOffset of its {@linkcode HOLDERS_BYTES} bytes; a multiple of 8 */
  constructor(memory: SharedArrayBuffer, byteOffset: number) {
    this.#words = new BigInt64Array(memory, byteOffset, FIRST + PLACES);
  }

  /** A new handle for a realm; throws a `RangeError` where too many are open. */
  take(client: number): Seat {
    for (let place = FIRST; place < FIRST + PLACES; place++) {
      const word = Atomics.load(this.#words, place);
      if (this.#realms.isAlive(holderOf(word))) continue;
      const ticket = ticketOf(word) + 1 & 0x7fffffff;
      if (!this.#change(place, word, ticket, client)) continue;
      // Who is looking for the living may have passed this place already.
      Atomics.add(this.#words, TAKEN, 1n);
      return { place, ticket };
    }
    throw new RangeError(`Cannot duplicate connection: ${PLACES} handles of this end are open`);
  }

  /**
   * Takes over what was sent. False where another did, or where its holder ended before.
   * @param since the earliest ticket: one that was passed on before its own adoption was known
   */
  adopt(client: number, { place, ticket }: Seat, since: number): boolean {
    for (;;) {
      const word = Atomics.load(this.#words, place);
      const found = ticketOf(word);
      if (found < since || found > ticket || holderOf(word) === 0) return false;
      if (this.#change(place, word, ticket + 1, client)) return true;
    }
  }

  /** Whether a realm holds a handle. */
  isHeldBy(client: number, { place, ticket }: Seat): boolean {
    return Atomics.load(this.#words, place) === wordOf(ticket, client);
  }

  /** Closes a handle; false where it was closed, or adopted by another. */
  giveUp(client: number, { place, ticket }: Seat): boolean {
    return this.#change(place, wordOf(ticket, client), ticket, 0);
  }

  /** Whether anybody living holds the end. Never again once this is false. */
  areLiving(): boolean {
    if (this.#realms.isAlive(holderOf(Atomics.load(this.#words, this.#known)))) return true;
    for (;;) {
      const taken = Atomics.load(this.#words, TAKEN);
      if (this.#find()) return true;
      if (Atomics.load(this.#words, TAKEN) === taken) return false;
    }
  }

  /** Looks for somebody living, and strikes out the dead. */
  #find(): boolean {
    for (let place = FIRST; place < FIRST + PLACES; place++) {
      for (;;) {
        const word = Atomics.load(this.#words, place);
        const holder = holderOf(word);
        if (holder === 0) break;
        if (this.#realms.isAlive(holder)) {
          this.#known = place;
          return true;
        }
        if (this.#change(place, word, ticketOf(word), 0)) break;
      }
    }
    return false;
  }

  #change(place: number, from: bigint, ticket: number, holder: number): boolean {
    return Atomics.compareExchange(this.#words, place, from, wordOf(ticket, holder)) === from;
  }
}
