import { livingRealms, ownNumber } from "../../protocol/living_realms.ts";

/** So many realms can be counted at a time, with two words each. */
const REALMS = 256;

/** Words for {@linkcode Buffered}. */
export const BUFFERED_WORDS: number = 2 * REALMS;

/**
 * How many items each realm has that did not fit into the ring: words in pairs, the number of a realm and
 * its count, which only that realm changes. What a dead realm had is lost and counts no more.
 */
export class Buffered {
  readonly #words: Int32Array;
  readonly #realms = livingRealms();
  #at: number | undefined;
  #count = 0;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** What this realm has. */
  set own(count: number) {
    this.#count = count;
    this.#at ??= count > 0 ? this.#claim() : undefined;
    if (this.#at === undefined) return;
    Atomics.store(this.#words, this.#at + 1, count);
    if (count > 0) return;
    Atomics.store(this.#words, this.#at, 0);
    this.#at = undefined;
  }

  /** What all living realms have. */
  get all(): number {
    let all = this.#at === undefined ? this.#count : 0;
    for (let at = 0; at < this.#words.length; at += 2) {
      const owner = Atomics.load(this.#words, at);
      if (owner !== 0 && this.#realms.isAlive(owner)) all += Atomics.load(this.#words, at + 1);
    }
    return all;
  }

  /** A pair for this realm; nothing where all are taken, so that others do not see what it has. */
  #claim(): number | undefined {
    const own = ownNumber();
    for (let at = 0; at < this.#words.length; at += 2) {
      const owner = Atomics.load(this.#words, at);
      if (owner !== 0 && this.#realms.isAlive(owner)) continue;
      if (Atomics.compareExchange(this.#words, at, owner, own) === owner) return at;
    }
    return undefined;
  }
}
