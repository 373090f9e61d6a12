import { Fifo } from "../../protocol/fifo.ts";
import { ownNumber } from "../../protocol/living_realms.ts";
import { realm } from "../../protocol/realm.ts";
import { performance } from "../../protocol/timers.ts";
import { keptOf, type Message } from "../sharing/packer.ts";
import type { EventCount } from "../sync/event_count.ts";
import type { QueueParts } from "./queue_parts.ts";

/** Milliseconds for which a full ring is looked at again and again. */
const MOMENT = 0.05;

/** An item that was accepted. */
export interface Waiting {
  readonly message: Message;
  /** Of a bounded queue; see {@linkcode Account}. */
  place: number;
  /** As its frames in the ring have it. */
  tag: number;
  /** Bytes of it that are in the ring, or were. */
  sent: number;
}

/**
 * The way into the ring for the items of one realm. What finds no room waits here, in order, and follows
 * when there is some: what Python's queues have a thread for.
 *
 * Order of steps: the writer's word, the mark of the place, the bytes, the tail, the word back. A realm that
 * dies in between has put nothing, and the next writer begins where it began.
 */
export class Outbox {
  readonly #parts: QueueParts;
  readonly #room: EventCount;
  readonly #end: (now?: boolean) => Promise<void>;
  readonly #waiting = new Fifo<Waiting>();
  /** A part of the first one is in the ring, and the writer's word stays here. */
  #midway = false;
  /** Somebody waits for room. */
  #follows = false;
  #held = false;
  #abandoned = false;
  #isBlocked = false;
  /** Nobody has read since one waited for room in vain. */
  #stuckAt: number | undefined;

  /**
   * @param room of its own: it does not keep the program running
   * @param end what is left goes to somebody before this realm ends
   */
  constructor(parts: QueueParts, room: EventCount, end: (now?: boolean) => Promise<void>) {
    this.#parts = parts;
    this.#room = room;
    this.#end = end;
  }

  /** Items that wait here. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Items that wait here, the first one first. */
  get waiting(): readonly Waiting[] {
    return this.#waiting.toArray();
  }

  /** See {@linkcode Outbox.hold}. */
  get isHeld(): boolean {
    return this.#held;
  }

  /** Whether what waits here waits for the writer's word, not for room. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** Sends an item whose place was taken. The message is only lent, where it is a packer's. */
  send(message: Message, place: number): void {
    const { writer, leftover } = this.#parts;
    if (this.length === 0 && writer.take()) {
      if (leftover.isThere) leftover.clearAsWriter();
      const sent = this.#writeWhole(message, place);
      this.#releaseWriter();
      if (sent) return this.#parts.items.notify(1);
    }
    this.add({ message: keptOf(message), place, tag: 0, sent: 0 });
  }

  /** Lets an item wait behind the others. */
  add(item: Waiting): void {
    this.#waiting.push(item);
    this.#count();
    if (!this.#abandoned) realm.endings.add(this.#end);
    this.flush();
    void this.#followUp();
  }

  /** The same with one of another realm, this one's from now on. */
  inherit(item: Waiting, from: number): void {
    this.#parts.places?.inherit(item.place, from);
    this.add(item);
  }

  /** Writes what there is room for; true where it wrote something. */
  flush(): boolean {
    if (this.length === 0 || this.#held) return false;
    const { items, wanted, leftover } = this.#parts;
    if (!this.#midway) {
      if (!this.#takeWriter(wanted)) {
        // Who writes an item in parts may do so for long: that is to wait for room.
        this.#isBlocked = !leftover.isThere;
        return false;
      }
      if (leftover.isThere) leftover.clearAsWriter();
    }
    let written = 0;
    while (this.length > 0 && this.#writeNext()) written++;
    if (!this.#midway) this.#releaseWriter();
    this.#isBlocked = false;
    if (written > 0) items.notify(written);
    return written > 0;
  }

  /**
   * Keeps what waits, until {@linkcode Outbox.resume}. An unfinished item is out of the ring again: its
   * reader forgets what it has.
   */
  hold(): void {
    this.#held = true;
    if (!this.#midway) return;
    const item = this.#waiting.head!;
    item.place = this.#parts.account.back(item.tag);
    item.sent = 0;
    this.#midway = false;
    this.#count();
    this.#releaseWriter();
    // Those who have read a part of it.
    this.#parts.items.notify();
  }

  /** What waits here when this realm ends shall be lost. */
  abandon(): void {
    this.#abandoned = true;
    realm.endings.delete(this.#end);
  }

  /** Goes on. */
  resume(): void {
    this.#held = false;
    this.flush();
  }

  /** Forgets the first items, which somebody else has; while they are held. */
  drop(count: number): void {
    for (let i = 0; i < count; i++) this.#waiting.shift();
    this.#settle();
  }

  /** Forgets what waits. */
  clear(): void {
    this.hold();
    this.#held = false;
    this.drop(this.length);
    this.#isBlocked = false;
  }

  #writeWhole(message: Message, place: number): boolean {
    const { ring, account } = this.#parts;
    if (ring.sizeNow(message, 0) < message.length && !this.#roomComes(message)) return false;
    ring.write(message, account.enter(place, ring.tail), 0);
    return true;
  }

  /**
   * Whether there is room in a moment. Where somebody reads that is cheaper than to keep a copy of the item, and
   * a producer that is faster than its consumers does not fill the memory.
   */
  #roomComes(message: Message): boolean {
    const { ring } = this.#parts;
    if (2 * message.length > ring.capacity || ring.head === this.#stuckAt) return false;
    const end = performance.now() + MOMENT;
    do {
      for (let looks = 0; looks < 10; looks++) {
        if (ring.sizeNow(message, 0) === message.length) return true;
      }
    } while (performance.now() < end);
    this.#stuckAt = ring.head;
    return false;
  }

  #writeNext(): boolean {
    const { ring, account, leftover } = this.#parts;
    const item = this.#waiting.head!;
    const { message } = item;
    const size = ring.sizeNow(message, item.sent);
    if (size === 0) return false;
    if (item.sent === 0) {
      if (size < message.length) leftover.begin();
      item.tag = account.enter(item.place, ring.tail);
    }
    item.sent = ring.write(message, item.tag, item.sent);
    const wasMidway = this.#midway;
    this.#midway = item.sent < message.length;
    if (this.#midway) {
      if (!wasMidway) this.#count();
      return true;
    }
    if (wasMidway) leftover.end();
    this.#waiting.shift();
    this.#settle();
    return true;
  }

  /** Others see how many there are; this realm may end when there are none. */
  #settle(): void {
    this.#count();
    if (this.length === 0) realm.endings.delete(this.#end);
  }

  /** An item of which a part is in the ring is counted there. */
  #count(): void {
    this.#parts.buffered.own = this.length - (this.#midway ? 1 : 0);
  }

  async #followUp(): Promise<void> {
    if (this.#follows || this.length === 0) return;
    this.#follows = true;
    const attempt = (): true | undefined => {
      this.flush();
      return this.length === 0 || undefined;
    };
    await this.#room.waitAside(attempt, ownNumber());
    this.#follows = false;
    void this.#followUp();
  }

  #takeWriter(wanted: Int32Array): boolean {
    if (this.#parts.writer.take()) return true;
    Atomics.store(wanted, 0, 1);
    return this.#parts.writer.take();
  }

  #releaseWriter(): void {
    const { writer, wanted, room } = this.#parts;
    writer.release();
    if (Atomics.load(wanted, 0) === 0) return;
    Atomics.store(wanted, 0, 0);
    room.notify();
  }
}
