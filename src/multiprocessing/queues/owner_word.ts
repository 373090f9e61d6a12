import { ownNumber } from "../../protocol/living_realms.ts";
import { Turn } from "../sharing/turn.ts";

/** Times that a taken word is looked at again: it is held while a message is copied. */
const TRIES = 40;

/**
 * A word that one realm holds at a time. What a dead realm holds is free, so that a death at any moment
 * leaves it to the next.
 */
export class OwnerWord {
  readonly #turn: Turn;
  readonly #own = ownNumber();

  constructor(words: Int32Array, at: number) {
    this.#turn = new Turn(words, at);
  }

  /** Takes it; false where a living realm has it, this one included. */
  take(): boolean {
    for (let tries = 0; tries < TRIES; tries++) if (this.#turn.take(this.#own)) return true;
    return false;
  }

  /** Gives it back, where this realm has it. */
  release(): void {
    this.#turn.leave(this.#own);
  }

  /** Whether a living realm has it. */
  get isHeld(): boolean {
    return this.#turn.isTaken;
  }
}
