/** A queue in shared memory. */
import { type Returnable, TAKE_BACK } from "../../protocol/receipts.ts";
import type { Engine } from "../sharing/link.ts";
import { type Message, messageOf, type Packer } from "../sharing/packer.ts";
import type { WaitLimits } from "../sync/event_count.ts";
import { Getters } from "./getters.ts";
import type { Take } from "./intake.ts";
import type { Outbox } from "./outbox.ts";
import { Putters } from "./putters.ts";
import { type QueueMemory, QueueParts } from "./queue_parts.ts";

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

/**
 * One ring of bytes between two words: whoever has the writer's puts items in, whoever has the reader's takes
 * them out, so that the two do not disturb each other. Both words belong to realms: a death at any moment
 * leaves them to the next one, and the ring as it was before or after a step.
 *
 * A bounded queue has a word for each place, which an item takes before it enters the ring. What was accepted
 * and does not fit into the ring waits in the memory of its realm (`outbox.ts`).
 *
 * An item that was taken for a client in another process, which ended before it had the answer, comes back
 * into a ring of its own, from which getters take first. It has no place there: for so many items a queue
 * may be longer than its bound. For `join` it stays an item that was taken and is not done.
 */
export class QueueEngine implements Engine<QueueOps> {
  readonly putters: Putters;
  readonly getters: Getters;
  readonly #parts: QueueParts;
  /** For what comes back. */
  readonly #back: Outbox;

  constructor(memory: QueueMemory) {
    const parts = this.#parts = new QueueParts(memory);
    this.putters = new Putters(parts);
    this.#back = new Putters(parts.returned!).outbox;
    this.getters = new Getters(parts, [this.putters.outbox, this.#back]);
  }

  /** A new queue of so many places; 0 for as many as come. */
  static make(maxsize: number, joinable: boolean): QueueEngine {
    return new QueueEngine(QueueParts.allocate(maxsize, joinable));
  }

  get memory(): QueueMemory {
    return this.#parts.memory;
  }

  /** For the items of this realm. */
  get packer(): Packer {
    return this.#parts.packer;
  }

  as(client: number): QueueOps {
    return {
      put: (message, timeout) => this.putters.put(message, { timeout, client }),
      get: (timeout) => this.getters.get(this.#parcel, { timeout, client }),
      count: () => this.count(),
      isEmpty: () => this.isEmpty(),
      isFull: () => this.isFull(),
      taskDone: () => this.#parts.undone!.done(),
      join: (timeout) => this.join({ timeout, client }),
    };
  }

  /** Items now. */
  count(): number {
    return countOf(this.#parts) + countOf(this.#parts.returned!);
  }

  /** Looks in the order in which items pass: none can be overlooked. */
  isEmpty(): boolean {
    return isEmpty(this.#parts) && isEmpty(this.#parts.returned!);
  }

  isFull(): boolean {
    const { maxsize } = this.#parts;
    return maxsize > 0 && this.count() >= maxsize;
  }

  /** Waits until all items are done; false where that is not so in time. */
  async join(limits: WaitLimits): Promise<boolean> {
    const undone = this.#parts.undone!;
    return await undone.wait(() => this.isEmpty() && undone.isDone, limits);
  }

  readonly #parcel: Take<Parcel & Returnable> = ({ headLength, rest }) => {
    const head = this.packer.head.slice(0, headLength);
    return { head, rest, [TAKE_BACK]: () => this.#back.send(messageOf(head, rest), 0) };
  };
}

function countOf({ leftover, account }: QueueParts): number {
  leftover.clear();
  return account.count();
}

function isEmpty({ leftover, buffered, ring }: QueueParts): boolean {
  leftover.clear();
  return buffered.all === 0 && ring.isEmpty;
}
