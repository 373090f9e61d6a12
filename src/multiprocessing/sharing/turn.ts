import { livingRealms } from "../../protocol/living_realms.ts";

/** Whose turn it is: a word with the number of a realm, or 0. The dead have none. */
export class Turn {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #realms = livingRealms();

  constructor(words: Int32Array, at: number) {
    this.#words = words;
    this.#at = at;
  }

  /** False where somebody living has it, also another call of this realm. */
  take(client: number): boolean {
    const owner = Atomics.compareExchange(this.#words, this.#at, 0, client);
    if (owner === 0) return true;
    if (this.#realms.isAlive(owner)) return false;
    return Atomics.compareExchange(this.#words, this.#at, owner, client) === owner;
  }

  /** Whether a living realm has it. */
  get isTaken(): boolean {
    const owner = Atomics.load(this.#words, this.#at);
    return owner !== 0 && this.#realms.isAlive(owner);
  }

  leave(client: number): void {
    Atomics.compareExchange(this.#words, this.#at, client, 0);
  }
}
