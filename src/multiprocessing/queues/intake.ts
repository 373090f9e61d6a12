import type { ByteRing } from "../sharing/byte_ring.ts";
import type { RingReader } from "../sharing/ring_reader.ts";
import type { EventCount } from "../sync/event_count.ts";
import type { OwnerWord } from "./owner_word.ts";
import type { Account } from "./places.ts";

/** Makes what a getter wants of the message that was read; it has no other chance. */
export type Take<T> = (reader: RingReader) => T;

/** What the intake of a realm reads, and whom it tells. */
export interface IntakeParts {
  readonly ring: ByteRing;
  readonly read: RingReader;
  readonly reader: OwnerWord;
  readonly writer: OwnerWord;
  readonly account: Account;
  /** Of those who wait for items. */
  readonly items: EventCount;
  /** Of those who wait for room in the ring. */
  readonly room: EventCount;
  /** Of those who wait for a place. */
  readonly places: EventCount;
  /** Counts what was taken and not done. */
  readonly taken: Taken | undefined;
}

/** A count of items that were taken; for queues that can be joined. */
export interface Taken {
  /** Before one is taken. */
  begin(): void;
  /** It was not taken after all. */
  undo(): void;
}

/** What a getter has got. */
export interface Got<T> {
  readonly value: T;
}

/**
 * The way out of the ring for the getters of one realm, which take one item each.
 *
 * Order of steps: the reader's word, the bytes, the head, the place, the word back. A realm that dies
 * before the head has taken nothing. An item that comes in parts belongs to the getter who has the first
 * one, and the reader's word stays here until the last.
 */
export class Intake {
  readonly #parts: IntakeParts;
  /** Who has the first parts of an item. */
  #midway: object | undefined;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Whether this getter has the first parts of an item: it must go on. */
  isMidway(getter: object): boolean {
    return this.#midway === getter;
  }

  /** Takes an item, if there is one. */
  take<T>(getter: object, take: Take<T>): Got<T> | undefined {
    const { ring, reader, taken } = this.#parts;
    if (this.#midway === undefined) {
      if (ring.isEmpty || !reader.take()) return undefined;
      taken?.begin();
    } else if (this.#midway !== getter) {
      return undefined;
    }
    this.#midway = getter;
    try {
      return this.#read(take);
    } finally {
      if (this.#midway === undefined) this.#leave();
    }
  }

  #read<T>(take: Take<T>): Got<T> | undefined {
    const { ring, read, writer, account, room, places, taken } = this.#parts;
    // Before the look at the ring: a writer gives its word back after the last part.
    let abandoned = !writer.isHeld;
    for (;;) {
      const found = read.read();
      if (ring.used <= ring.capacity / 2) room.notify();
      if (found === "part" && !abandoned) {
        abandoned = !writer.isHeld;
        if (!abandoned) return undefined;
        continue;
      }
      this.#midway = undefined;
      if (found === "nothing") return void taken?.undo();
      account.leave(read.tag, read.position);
      places.notify(1);
      if (found === "message") return { value: take(read) };
      read.drop();
      return void taken?.undo();
    }
  }

  /** Gives the word back; who came meanwhile shall not sleep while there are items. */
  #leave(): void {
    const { ring, reader, items } = this.#parts;
    reader.release();
    if (!ring.isEmpty) items.notify(1);
  }
}
