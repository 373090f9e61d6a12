import { ByteRing } from "../sharing/byte_ring.ts";
import { Packer } from "../sharing/packer.ts";
import { EVENT_COUNT_WORDS, EventCount, type Order } from "../sync/event_count.ts";
import { Buffered, BUFFERED_WORDS } from "./buffered.ts";
import { Leftover } from "./leftover.ts";
import { OwnerWord } from "./owner_word.ts";
import { type Account, Places } from "./places.ts";
import { Tally } from "./tally.ts";
import { Undone } from "./undone.ts";

/** What threads need to join a queue. */
export interface QueueMemory {
  /** The same in all realms. */
  readonly id: string;
  readonly words: SharedArrayBuffer;
  readonly ring: SharedArrayBuffer;
  /** Whether it counts what is done. */
  readonly joinable: boolean;
  /** Items that were taken for a client that ended before it had them: a queue without bound. */
  readonly returned?: QueueMemory;
  /** Words of the queue that this one is part of: its getters are woken. */
  readonly getters?: SharedArrayBuffer;
}

/** Words: those that producers change, then those of consumers, each in a cache line of its own. */
const ITEMS = 0, DONE = ITEMS + EVENT_COUNT_WORDS;
const ROOM = 16, PLACES = ROOM + EVENT_COUNT_WORDS;
const WRITER = 32, WANTED = 33, NEXT = 34, LEFTOVER = 35;
const READER = 48, TAKEN = 49;
const BUFFERED = 64, FIXED = BUFFERED + BUFFERED_WORDS;

/** Bytes of the ring for what came back, mostly little. */
const RETURNED = 16 * 1024;

/** What of a queue is in shared memory, as one realm has it. */
export class QueueParts {
  readonly memory: QueueMemory;
  readonly ring: ByteRing;
  /** For the items of this realm. */
  readonly packer: Packer;
  /** Who may put items into the ring. */
  readonly writer: OwnerWord;
  /** Who may take items out of the ring. */
  readonly reader: OwnerWord;
  /** 1 where somebody waits for the writer's word. */
  readonly wanted: Int32Array;
  /** Of bounded queues. */
  readonly places: Places | undefined;
  readonly account: Account;
  readonly leftover: Leftover;
  readonly buffered: Buffered;
  /** Of queues that can be joined. */
  readonly undone: Undone | undefined;
  /** Getters wait for items. */
  readonly items: EventCount;
  /** Putters wait for room in the ring. */
  readonly room: EventCount;
  /** Putters wait for a place. */
  readonly placeFreed: EventCount;
  /** Those of the items that came back; it has none of its own. */
  readonly returned: QueueParts | undefined;
  readonly #words: Int32Array;
  readonly #getters: Int32Array;

  constructor(memory: QueueMemory, packer: Packer = new Packer()) {
    this.memory = memory;
    this.packer = packer;
    const words = this.#words = new Int32Array(memory.words);
    this.#getters = memory.getters ? new Int32Array(memory.getters) : words;
    this.ring = new ByteRing(memory.ring);
    this.writer = new OwnerWord(words, WRITER);
    this.reader = new OwnerWord(words, READER);
    this.wanted = words.subarray(WANTED, WANTED + 1);
    this.buffered = new Buffered(words.subarray(BUFFERED, FIXED));
    if (this.maxsize > 0) {
      this.places = new Places(words.subarray(FIXED), this.ring, this.writer);
    }
    this.account = this.places ?? new Tally(words, NEXT, this.ring, this.buffered);
    this.leftover = new Leftover(words, LEFTOVER, this);
    this.undone = memory.joinable ? new Undone(words, TAKEN, DONE) : undefined;
    this.items = this.moreWhoWaitForItems("strict");
    this.room = this.moreWhoWaitForRoom();
    this.placeFreed = new EventCount(words, PLACES, "strict");
    this.returned = memory.returned && new QueueParts(memory.returned, packer);
  }

  /** Memory of a new queue of so many places; 0 for as many as come. */
  static allocate(maxsize: number, joinable: boolean): QueueMemory {
    const words = new SharedArrayBuffer(4 * (FIXED + maxsize));
    const id = crypto.randomUUID();
    const returned: QueueMemory = {
      id: `${id} returned`,
      words: new SharedArrayBuffer(4 * FIXED),
      ring: ByteRing.make(RETURNED).memory,
      joinable: false,
      getters: words,
    };
    return { id, words, ring: ByteRing.make().memory, joinable, returned };
  }

  /** Places; 0 for as many as come. */
  get maxsize(): number {
    return this.#words.length - FIXED;
  }

  /** Those who wait for items apart from the others. */
  moreWhoWaitForItems(order: Order): EventCount {
    return new EventCount(this.#getters, ITEMS, order);
  }

  /** Those who wait for room apart from the others. */
  moreWhoWaitForRoom(): EventCount {
    return new EventCount(this.#words, ROOM, "free");
  }
}
