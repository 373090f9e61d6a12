import { type ByteRing, Frame } from "../sharing/byte_ring.ts";
import type { OwnerWord } from "./owner_word.ts";
import type { Account } from "./places.ts";

/** What a leftover is part of. */
export interface LeftoverParts {
  readonly ring: ByteRing;
  readonly writer: OwnerWord;
  readonly reader: OwnerWord;
  readonly account: Account;
}

/**
 * The parts of an item whose writer died, or held it back, before the last part: nobody will get them, so they
 * shall neither take a place nor make a queue look as if it had an item.
 *
 * The word says where the item begins, from before its first part until after its last. So it is looked
 * whether the last is there.
 */
export class Leftover {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #parts: LeftoverParts;
  readonly #frame = new Frame();

  /** @param at index of the word */
  constructor(words: Int32Array, at: number, parts: LeftoverParts) {
    this.#words = words;
    this.#at = at;
    this.#parts = parts;
  }

  /** The writer begins an item in parts, at the tail. */
  begin(): void {
    // Positions are whole words: this is none of them, and not 0.
    Atomics.store(this.#words, this.#at, this.#parts.ring.tail | 1);
  }

  /** It is complete. */
  end(): void {
    Atomics.store(this.#words, this.#at, 0);
  }

  /** Whether there is something to look at; of no meaning while an item is written. */
  get isThere(): boolean {
    return Atomics.load(this.#words, this.#at) !== 0;
  }

  /** Takes the parts out again, where nobody writes or reads. */
  clear(): void {
    const { writer } = this.#parts;
    if (!this.isThere || !writer.take()) return;
    this.clearAsWriter();
    writer.release();
  }

  /** As {@linkcode clear}, by who has the writer's word and has begun no item. */
  clearAsWriter(): void {
    const { ring, reader, account } = this.#parts;
    const word = Atomics.load(this.#words, this.#at);
    // A reader that is there drops them.
    if (word === 0 || !reader.take()) return;
    const begin = word & ~1;
    if (ring.isUnfinished(begin, this.#frame)) {
      account.leave(this.#frame.tag, begin);
      ring.rewind(begin);
    }
    this.end();
    reader.release();
  }
}
