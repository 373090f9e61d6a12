import type { RingReader } from "../sharing/ring_reader.ts";
import type { QueueParts } from "./queue_parts.ts";

/** Makes what a getter wants of the message that was read; it has no other chance. */
export type Take<T> = (reader: RingReader) => T;

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
  readonly #parts: QueueParts;
  readonly #ringReader: RingReader;
  /** Who has the first parts of an item. */
  #midway: object | undefined;

  constructor(parts: QueueParts, ringReader: RingReader) {
    this.#parts = parts;
    this.#ringReader = ringReader;
  }

  /** Whether this getter has the first parts of an item: it must go on. */
  isMidway(getter: object): boolean {
    return this.#midway === getter;
  }

  /** Takes an item, if there is one. */
  take<T>(getter: object, take: Take<T>): Got<T> | undefined {
    const { ring, reader, undone } = this.#parts;
    if (this.#midway === undefined) {
      if (ring.isEmpty || !reader.take()) return undefined;
      undone?.begin();
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
    const { ring, writer, account, room, placeFreed, undone } = this.#parts;
    const read = this.#ringReader;
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
      if (found === "nothing") return void undone?.undo();
      account.leave(read.tag, read.position);
      placeFreed.notify(1);
      if (found === "message") return { value: take(read) };
      read.drop();
      return void undone?.undo();
    }
  }

  /** Gives the word back; who came meanwhile shall not sleep while there are items. */
  #leave(): void {
    const { ring, reader, items } = this.#parts;
    reader.release();
    if (!ring.isEmpty) items.notify(1);
  }
}
