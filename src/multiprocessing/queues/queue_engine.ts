/** A queue in shared memory. */
import { Empty, Full } from "../../core/errors.ts";
import { livingRealms, ownNumber } from "../../protocol/living_realms.ts";
import { ByteRing } from "../sharing/byte_ring.ts";
import type { Engine } from "../sharing/link.ts";
import { type Message, Packer } from "../sharing/packer.ts";
import { RingReader } from "../sharing/ring_reader.ts";
import { EVENT_COUNT_WORDS, EventCount, type WaitLimits } from "../sync/event_count.ts";
import { Buffered, BUFFERED_WORDS } from "./buffered.ts";
import { handOver } from "./hand_over.ts";
import { type Got, Intake, type Take } from "./intake.ts";
import { Outbox } from "./outbox.ts";
import { Leftover } from "./leftover.ts";
import { OwnerWord } from "./owner_word.ts";
import { Patience } from "./patience.ts";
import { type Account, Places } from "./places.ts";
import { Tally } from "./tally.ts";
import { Undone } from "./undone.ts";

/** What threads need to join a queue. */
export interface QueueMemory {
  readonly words: SharedArrayBuffer;
  readonly ring: SharedArrayBuffer;
  /** Whether it counts what is done. */
  readonly joinable: boolean;
}

/** An item in memory of its own. */
export interface Parcel {
  readonly head: Uint8Array;
  readonly rest: Uint8Array<ArrayBuffer> | undefined;
}

/** What other realms can do with a queue, by calls; items travel packed. */
export interface QueueOps {
  put(message: Message, timeout: number | undefined): void | Promise<void>;
  get(timeout: number | undefined): Parcel | Promise<Parcel>;
  count(): number | Promise<number>;
  isEmpty(): boolean | Promise<boolean>;
  isFull(): boolean | Promise<boolean>;
  taskDone(): void | Promise<void>;
  join(timeout: number | undefined): boolean | Promise<boolean>;
}

/** Words: those that producers change, then those of consumers, each in a cache line of its own. */
const ITEMS = 0, DONE = ITEMS + EVENT_COUNT_WORDS;
const ROOM = 16, PLACES = ROOM + EVENT_COUNT_WORDS;
const WRITER = 32, WANTED = 33, NEXT = 34, LEFTOVER = 35;
const READER = 48, TAKEN = 49;
const BUFFERED = 64, FIXED = BUFFERED + BUFFERED_WORDS;

/**
 * One ring of bytes between two words: whoever has the writer's puts items in, whoever has the reader's takes
 * them out, so that the two do not disturb each other. Both words belong to realms: a death at any moment
 * leaves them to the next one, and the ring as it was before or after a step.
 *
 * A bounded queue has a word for each place, which an item takes before it enters the ring. What was accepted
 * and does not fit into the ring waits in the memory of its realm (`outbox.ts`).
 */
export class QueueEngine implements Engine<QueueOps> {
  readonly memory: QueueMemory;
  /** For the items of this realm. */
  readonly packer: Packer = new Packer();
  readonly outbox: Outbox;
  readonly places: Places | undefined;
  readonly #ring: ByteRing;
  readonly #intake: Intake;
  readonly #account: Account;
  readonly #leftover: Leftover;
  readonly #buffered: Buffered;
  readonly #undone: Undone | undefined;
  readonly #words: Int32Array;
  readonly #items: EventCount;
  /** For getters who are late and have a part of an item: those in line cannot take one before them. */
  readonly #parts: EventCount;
  readonly #room: EventCount;
  readonly #placeFreed: EventCount;
  readonly #patience: Patience;
  readonly #realms = livingRealms();

  constructor(memory: QueueMemory) {
    this.memory = memory;
    const words = this.#words = new Int32Array(memory.words);
    const ring = this.#ring = new ByteRing(memory.ring);
    const items = this.#items = new EventCount(words, ITEMS, true);
    this.#parts = new EventCount(words, ITEMS, false);
    const room = this.#room = new EventCount(words, ROOM, false);
    const places = this.#placeFreed = new EventCount(words, PLACES, true);
    const writer = new OwnerWord(words, WRITER), reader = new OwnerWord(words, READER);
    const buffered = this.#buffered = new Buffered(words.subarray(BUFFERED, FIXED));
    if (words.length > FIXED) this.places = new Places(words.subarray(FIXED), ring, writer);
    const account = this.#account = this.places ?? new Tally(words, NEXT, ring, buffered);
    const leftover = this.#leftover = new Leftover(words, LEFTOVER, {
      ring,
      writer,
      reader,
      account,
    });
    if (memory.joinable) this.#undone = new Undone(words, TAKEN, DONE);
    this.outbox = new Outbox({
      ring,
      packer: this.packer,
      writer,
      wanted: words.subarray(WANTED, WANTED + 1),
      account,
      leftover,
      buffered,
      items,
      room: new EventCount(words, ROOM, false),
      end: () => handOver(this),
    });
    this.#patience = new Patience(ring);
    this.#intake = new Intake({
      ring,
      read: new RingReader(ring, this.packer.head),
      reader,
      writer,
      account,
      items,
      room,
      places,
      taken: this.#undone,
    });
  }

  /** A new queue of so many places; 0 for as many as come. */
  static make(maxsize: number, joinable = false): QueueEngine {
    const words = new SharedArrayBuffer(4 * (FIXED + maxsize));
    return new QueueEngine({ words, ring: ByteRing.make().memory, joinable });
  }

  as(client: number): QueueOps {
    return {
      put: (message, timeout) => this.put(message, { timeout, client }),
      get: (timeout) => this.get(this.#parcel, { timeout, client }),
      count: () => this.count(),
      isEmpty: () => this.isEmpty(),
      isFull: () => this.isFull(),
      taskDone: () => this.taskDone(),
      join: (timeout) => this.join({ timeout, client }),
    };
  }

  /**
   * Accepts an item at once, or when there is a place. It is accepted when it is in the ring, or waits for
   * room there; not yet where another realm has the writer's word: with the death of this one it would
   * be lost for no reason.
   */
  put(message: Message, limits: WaitLimits): void | Promise<void> {
    const placed = !this.#placeFreed.isAwaited && this.#place(message);
    if (placed) return this.outbox.isBlocked ? this.#accepted() : undefined;
    if (limits.timeout === 0) throw this.#full();
    return this.#putLater(message === this.packer ? this.packer.keep() : message, limits);
  }

  /** As {@linkcode put}, but blocks this thread. */
  putSync(message: Message, limits: WaitLimits): void {
    if (!this.#place(message)) {
      if (limits.timeout === 0) throw this.#full();
      const kept = this.packer.keep();
      const attempt = (): true | undefined => {
        this.outbox.flush();
        return this.#place(kept) || undefined;
      };
      if (!this.#placeFreed.waitSync(attempt, limits)) throw this.#full();
    }
    if (this.outbox.isBlocked) this.#room.waitSync(this.#unblocked, this.#forEver);
  }

  /** Takes an item at once, or when one comes. */
  get<T>(take: Take<T>, limits: WaitLimits): T | Promise<T> {
    if (!this.#items.isAwaited) {
      const getter = {};
      const got = this.#take(getter, take) ??
        (limits.timeout !== 0 && this.#patience.isItemComing()
          ? this.#take(getter, take)
          : undefined);
      if (got) return got.value;
      if (limits.timeout !== 0 || this.#intake.isMidway(getter)) {
        return this.#getLater(getter, take, limits);
      }
    } else if (limits.timeout !== 0) return this.#getLater({}, take, limits);
    throw empty();
  }

  /** As {@linkcode get}, but blocks this thread. */
  getSync<T>(take: Take<T>, limits: WaitLimits): T {
    const getter = {};
    const attempt = (): Got<T> | undefined => {
      // Those who came before, and cannot wake while this thread is blocked.
      if (this.#items.isAwaited) this.#items.attend();
      if (this.#parts.isAwaited) this.#parts.attend();
      return this.#take(getter, take);
    };
    const got = this.#items.waitSync(attempt, limits) ??
      (this.#intake.isMidway(getter) ? this.#items.waitSync(attempt, this.#forEver) : undefined);
    if (got) return got.value;
    throw empty();
  }

  count(): number {
    this.#leftover.clear();
    return this.#account.count();
  }

  /** In the order in which items pass: none can be overlooked. */
  isEmpty(): boolean {
    this.#leftover.clear();
    return this.#buffered.all === 0 && this.#ring.isEmpty;
  }

  isFull(): boolean {
    return this.places !== undefined && this.count() >= this.#words.length - FIXED;
  }

  taskDone(): void {
    this.#undone!.done();
  }

  /** Waits until all items are done; false where that is not so in time. */
  async join(limits: WaitLimits): Promise<boolean> {
    const isDone = (): boolean => this.isEmpty() && this.#undone!.isDone;
    return await this.#undone!.wait(isDone, limits);
  }

  /** Resolves when nothing of this realm waits for room any more; false where that takes longer (ms). */
  async flushed(timeout?: number): Promise<boolean> {
    const attempt = (): true | undefined => {
      this.outbox.flush();
      return this.outbox.length === 0 || undefined;
    };
    return await this.#room.wait(attempt, { timeout, client: ownNumber() }) ?? false;
  }

  get #forEver(): WaitLimits {
    return { timeout: undefined, client: ownNumber() };
  }

  /** Takes a place for an item and sends it; false where there is none. */
  #place(message: Message): boolean {
    let place = this.#account.take();
    if (place < 0 && this.#leftover.isThere) {
      this.#leftover.clear();
      place = this.#account.take();
    }
    if (place < 0) return false;
    this.outbox.send(message, place);
    return true;
  }

  async #putLater(message: Message, { timeout, client }: WaitLimits): Promise<void> {
    const attempt = (): true | undefined =>
      this.#realms.isAlive(client) && this.#place(message) || undefined;
    if (!await this.#placeFreed.wait(attempt, { timeout, client })) throw this.#full();
    if (this.outbox.isBlocked) await this.#accepted();
  }

  async #accepted(): Promise<void> {
    await this.#room.wait(this.#unblocked, this.#forEver);
  }

  readonly #unblocked = (): true | undefined => {
    if (this.outbox.isBlocked) this.outbox.flush();
    return !this.outbox.isBlocked || undefined;
  };

  /** What waits here for room may be what it waits for. */
  #take<T>(getter: object, take: Take<T>): Got<T> | undefined {
    for (;;) {
      const got = this.#intake.take(getter, take);
      if (got || !this.outbox.flush()) return got;
    }
  }

  async #getLater<T>(getter: object, take: Take<T>, { timeout, client }: WaitLimits): Promise<T> {
    const outcome = (): Outcome<T> | undefined => {
      if (!this.#realms.isAlive(client) && !this.#intake.isMidway(getter)) return undefined;
      try {
        return this.#take(getter, take);
      } catch (fault) {
        return { fault };
      }
    };
    let got = await this.#items.wait(outcome, { timeout, client });
    while (!got && this.#intake.isMidway(getter)) {
      got = await this.#parts.wait(outcome, this.#forEver);
    }
    if (!got) throw empty();
    if ("fault" in got) throw got.fault;
    return got.value;
  }

  readonly #parcel: Take<Parcel> = ({ headLength, rest }) => {
    return { head: this.packer.head.slice(0, headLength), rest };
  };

  #full(): Full {
    const { length } = this.#words;
    return new Full(`Cannot put item: the queue is full (maxsize ${length - FIXED})`);
  }
}

type Outcome<T> = Got<T> | { readonly fault: unknown };

function empty(): Empty {
  return new Empty("Cannot get item: the queue is empty");
}
