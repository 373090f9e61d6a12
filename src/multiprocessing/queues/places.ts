import { livingRealms, ownNumber } from "../../protocol/living_realms.ts";
import { performance } from "../../protocol/timers.ts";
import type { ByteRing } from "../sharing/byte_ring.ts";
import type { OwnerWord } from "./owner_word.ts";

/** How a queue counts its items. */
export interface Account {
  /** Takes a place for an item; -1 where there is none. */
  take(): number;
  /** An item enters the ring at this position, as the next step; its tag there. */
  enter(place: number, position: number): number;
  /** An item that entered will have to enter again; its place, or -1 where it has lost it. */
  back(tag: number): number;
  /** An item has left the ring. */
  leave(tag: number, position: number): void;
  /** Items now, as far as can be known while others work. */
  count(): number;
}

/** Milliseconds between two searches for places that the dead have left. */
const SEARCH_EVERY = 50;

/**
 * The places of a bounded queue: a word for each.
 *
 *     free 0 ─▶ number of the realm whose item waits ─▶ minus (1 + position in the ring) ─▶ free 0
 *
 * Each step is one compare-and-swap. A place of a dead realm is free again. A place whose item should be
 * in the ring is free when there is nothing at that position any more, or when it is the next position
 * and nobody writes: its writer has died between the mark and the item.
 */
export class Places implements Account {
  readonly #words: Int32Array;
  readonly #ring: ByteRing;
  readonly #writer: OwnerWord;
  readonly #own = ownNumber();
  readonly #realms = livingRealms();
  /** Where a free one is likely. */
  #next = 0;
  #searched = 0;

  /** @param words one for each place */
  constructor(words: Int32Array, ring: ByteRing, writer: OwnerWord) {
    this.#words = words;
    this.#ring = ring;
    this.#writer = writer;
  }

  take(): number {
    const found = this.#takeFree();
    if (found >= 0) return found;
    const now = performance.now();
    if (now - this.#searched < SEARCH_EVERY) return -1;
    this.#searched = now;
    return this.#freeLost() ? this.#takeFree() : -1;
  }

  /** An item of another realm is this realm's from now on. */
  inherit(place: number, from: number): void {
    Atomics.compareExchange(this.#words, place, from, this.#own);
  }

  enter(place: number, position: number): number {
    if (place < 0) return 0;
    Atomics.compareExchange(this.#words, place, this.#own, markOf(position));
    return place + 1;
  }

  back(tag: number): number {
    const place = tag - 1;
    const mark = place < 0 ? 0 : Atomics.load(this.#words, place);
    if (mark >= 0) return -1;
    return Atomics.compareExchange(this.#words, place, mark, this.#own) === mark ? place : -1;
  }

  leave(tag: number, position: number): void {
    if (tag > 0) Atomics.compareExchange(this.#words, tag - 1, markOf(position), 0);
  }

  count(): number {
    this.#freeLost();
    let count = 0;
    for (const word of this.#words) if (word !== 0) count++;
    return count;
  }

  #takeFree(): number {
    const words = this.#words, { length } = words;
    let place = this.#next;
    while (words[place] === 0 || (place = this.#search(place)) >= 0) {
      if (Atomics.compareExchange(words, place, 0, this.#own) === 0) {
        this.#next = place + 1 === length ? 0 : place + 1;
        return place;
      }
    }
    return -1;
  }

  #search(from: number): number {
    const place = this.#words.indexOf(0, from);
    return place >= 0 ? place : this.#words.indexOf(0);
  }

  /** Frees the places of the dead; true where there were some. */
  #freeLost(): boolean {
    const words = this.#words;
    let freed = false;
    for (let place = 0; place < words.length; place++) {
      const word = Atomics.load(words, place);
      if (word === 0 || !this.#isLost(word)) continue;
      if (Atomics.compareExchange(words, place, word, 0) === word) freed = true;
    }
    return freed;
  }

  #isLost(word: number): boolean {
    if (word > 0) return !this.#realms.isAlive(word);
    const ring = this.#ring;
    const head = ring.head, tail = ring.tail;
    const ahead = distance(word, head);
    if (ahead < distance(markOf(tail), head)) return false;
    // Its writer may be about to publish it: who has published it first writes on.
    return word !== markOf(tail) || (!this.#writer.isHeld && ring.tail === tail);
  }
}

/** Positions are whole words, 30 bits. */
function markOf(position: number): number {
  return -1 - (position >>> 2);
}

/** Words of the ring from its head to a mark. */
function distance(mark: number, head: number): number {
  return (-1 - mark - (head >>> 2)) & 0x3fffffff;
}
