/**
 * One direction of a pipe: messages in a ring of shared memory, from whoever has the writer's turn to
 * whoever has the reader's.
 *
 *     send      take the writer's turn ─▶ write as much as fits, wake the readers ─▶ … ─▶ leave the turn
 *     receive   take the reader's turn ─▶ read what is there, wake the writers    ─▶ … ─▶ leave the turn
 *
 * A turn is a word with the number of the realm that has it, taken and left by one compare-and-swap. It
 * lasts for one message, so that messages do not mix. Who finds a dead realm there takes the turn over:
 * what that one had written of its message, or left of the one it read, is dropped by the ring's rules.
 *
 * Nobody waits for a realm that does not answer: each wait looks again after 100 ms, and sees then that a
 * turn is free, that no writer is left and the ring is empty (the end), or that no reader is left.
 */
import { InvalidStateError } from "../../core/errors.ts";
import { livingRealms } from "../../protocol/living_realms.ts";
import { ByteRing } from "../sharing/byte_ring.ts";
import { EVENT_COUNT_WORDS, EventCount } from "../sync/event_count.ts";
import type { Holders } from "./holders.ts";
import { Turn } from "../sharing/turn.ts";

/** What a message is: the tag of its frames. */
export const Content = { value: 0, bytes: 1 } as const;
/** One of the numbers in {@link Content}. */
export type Content = typeof Content[keyof typeof Content];

/** Words: whose turn it is to write and to read, what readers wait for, what writers wait for. */
const WRITER = 0, READER = 1, DATA = 2, ROOM = DATA + EVENT_COUNT_WORDS;
const WORDS = ROOM + EVENT_COUNT_WORDS;

/** Bytes that wait to be received, at most. */
const CAPACITY = 256 * 1024;

/** What another thread needs to join; cloneable. */
export interface ChannelMemory {
  readonly words: SharedArrayBuffer;
  readonly ring: SharedArrayBuffer;
}

/** One per realm and memory; {@linkcode Sender} and {@linkcode Receiver} are what one can do with it. */
export class Channel {
  readonly memory: ChannelMemory;
  readonly ring: ByteRing;
  readonly writers: Holders;
  readonly readers: Holders;
  readonly writersTurn: Turn;
  readonly readersTurn: Turn;
  /** Something came, or nothing will come any more. */
  readonly data: EventCount;
  /** There is room, or a turn, or nobody will read any more. */
  readonly room: EventCount;

  constructor(memory: ChannelMemory, writers: Holders, readers: Holders) {
    this.memory = memory;
    this.ring = new ByteRing(memory.ring);
    this.writers = writers;
    this.readers = readers;
    const words = new Int32Array(memory.words);
    this.writersTurn = new Turn(words, WRITER);
    this.readersTurn = new Turn(words, READER);
    this.data = new EventCount(words, DATA, "strict");
    this.room = new EventCount(words, ROOM, "strict");
  }

  /** Memory of a new one. */
  static allocate(): ChannelMemory {
    return {
      words: new SharedArrayBuffer(4 * WORDS),
      ring: ByteRing.make(CAPACITY).memory,
    };
  }

  /** Those who wait until nobody reads any more, whom no sender waits behind. */
  watchers(): EventCount {
    return new EventCount(new Int32Array(this.memory.words), ROOM, "free");
  }

  /** For who blocks this thread: those who wait in it cannot go on by themselves. */
  attend(): void {
    this.room.attend();
    this.data.attend();
  }

  /** To be called when an end was given up: others may wait for that. */
  notify(): void {
    this.data.notify();
    this.room.notify();
  }
}

/** Who calls. */
export interface Caller {
  /** Number of its realm. */
  readonly client: number;
  /** Whether its handle is open. */
  isOpen(): boolean;
}

/** How a call ended. */
export type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** The end of a call whose handle was closed, or whose realm has ended; else nothing. */
export function refusal({ client, isOpen }: Caller, call: string): Outcome<never> | undefined {
  if (livingRealms().isAlive(client) && isOpen()) return undefined;
  return { error: new InvalidStateError(`Cannot ${call}: the connection was closed or passed on`) };
}

/** Returns or throws what came out. */
export function resultOf<T>(outcome: Outcome<T>): T {
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}
