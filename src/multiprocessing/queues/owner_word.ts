import { livingRealms, ownNumber } from "../../protocol/living_realms.ts";

/** Times that a taken word is looked at again: it is held while a message is copied. */
const TRIES = 40;

/**
 * A word that one realm holds at a time: 0, or its number. What a dead realm holds is free, so that a
 * death at any moment leaves it to the next.
 */
export class OwnerWord {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #own = ownNumber();
  readonly #realms = livingRealms();

  constructor(words: Int32Array, at: number) {
    this.#words = words;
    this.#at = at;
  }

  /** Takes it; false where a living realm has it, this one included. */
  take(): boolean {
    const words = this.#words, at = this.#at, own = this.#own;
    for (let tries = 0; tries < TRIES; tries++) {
      const owner = Atomics.compareExchange(words, at, 0, own);
      if (owner === 0) return true;
      if (owner === own) return false;
      if (!this.#realms.isAlive(owner)) {
        if (Atomics.compareExchange(words, at, owner, own) === owner) return true;
      }
    }
    return false;
  }

  /** Gives it back, where this realm has it. */
  release(): void {
    Atomics.compareExchange(this.#words, this.#at, this.#own, 0);
  }

  /** Whether a living realm has it. */
  get isHeld(): boolean {
    const owner = Atomics.load(this.#words, this.#at);
    return owner !== 0 && this.#realms.isAlive(owner);
  }
}
