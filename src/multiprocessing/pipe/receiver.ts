import { EOFError, InvalidStateError } from "../../core/errors.ts";
import { Spin } from "../../protocol/spin.ts";
import { performance } from "../../protocol/timers.ts";
import { Frame } from "../sharing/byte_ring.ts";
import { RingReader } from "../sharing/ring_reader.ts";
import { type Caller, type Channel, Content, type Outcome, refusal, resultOf } from "./channel.ts";

/** A message whose head is in the memory for heads. */
export interface Found {
  readonly headLength: number;
  /** What is behind the head. */
  readonly rest: Uint8Array<ArrayBuffer> | undefined;
}

/** Takes a message out of the memory for heads, where it does not stay. */
export type Take<T> = (found: Found) => T;

/** A message that was read and not received. */
interface Kept extends Found {
  readonly content: number;
  readonly head: Uint8Array;
}

/** A call that receives. */
interface Receiving<T> {
  readonly caller: Caller;
  readonly content: Content;
  readonly take: Take<T>;
  hasTurn: boolean;
}

const READY: Outcome<boolean> = { value: true }, GIVEN_UP: Outcome<boolean> = { value: false };

/** A receiver looks for as long (ms) as another's wake-up takes: round trips of 3 instead of 50 µs. */
const LONGEST_SPIN = 0.05;

/** Reads the messages of a channel. One per realm and channel. */
export class Receiver {
  readonly #channel: Channel;
  readonly #reader: RingReader;
  readonly #head: Uint8Array;
  readonly #next = new Frame();
  /** One of another kind than was expected, as the one before it was never finished. */
  #kept: Kept | undefined;
  readonly #spin = new Spin(LONGEST_SPIN);

  /** @param head where heads of messages go */
  constructor(channel: Channel, head: Uint8Array) {
    this.#channel = channel;
    this.#head = head;
    this.#reader = new RingReader(channel.ring, head);
  }

  /** The next message; at once and without a promise where it is there. */
  receive<T>(caller: Caller, content: Content, take: Take<T>): T | Promise<T> {
    const receiving: Receiving<T> = { caller, content, take, hasTurn: false };
    if (!this.#channel.data.isAwaited) {
      const { ring } = this.#channel;
      const outcome = this.#attempt(receiving) ??
        this.#spin.find(() => ring.isEmpty ? undefined : this.#attempt(receiving));
      if (outcome) return resultOf(outcome);
    }
    return this.#wait(receiving);
  }

  /** As {@linkcode receive}, but blocks this thread. */
  receiveSync<T>(caller: Caller, content: Content, take: Take<T>): T {
    const { data } = this.#channel;
    const receiving: Receiving<T> = { caller, content, take, hasTurn: false };
    const attempt = () => {
      this.#channel.attend();
      return this.#attempt(receiving);
    };
    const outcome = data.waitSync(attempt, { client: caller.client });
    return resultOf(outcome ?? refusal(caller, "receive")!);
  }

  /** Whether there is something to receive, or the end. */
  #isReady(client: number): boolean {
    const { ring, writers } = this.#channel;
    return this.#kept !== undefined || this.#hasMessage(client) ||
      (!writers.areLiving() && (ring.isEmpty || this.#hasMessage(client)));
  }

  /** Waits for that, at most so many milliseconds and until `isOver`. */
  async poll(
    caller: Caller,
    timeout: number | undefined,
    isOver: () => boolean,
  ): Promise<boolean> {
    const { client } = caller;
    if (this.#isReady(client)) return true;
    if (timeout === 0) return false;
    const attempt = (): Outcome<boolean> | undefined => {
      if (isOver()) return GIVEN_UP;
      return refusal(caller, "poll") ?? (this.#isReady(client) ? READY : undefined);
    };
    const outcome = await this.#channel.data.wait(attempt, { timeout, client });
    return outcome ? resultOf(outcome) : false;
  }

  /** As {@linkcode poll}, but blocks this thread. */
  pollSync({ client }: Caller, timeout: number | undefined): boolean {
    const { data } = this.#channel;
    const attempt = () => {
      this.#channel.attend();
      return this.#isReady(client) || undefined;
    };
    return data.waitSync(attempt, { timeout, client }) ?? false;
  }

  /** To be called when `isOver` has changed. */
  attend(): void {
    this.#channel.data.attend();
  }

  async #wait<T>(receiving: Receiving<T>): Promise<T> {
    const { caller } = receiving;
    const attempt = () => refusal(caller, "receive") ?? this.#attempt(receiving);
    const { client } = caller;
    const began = performance.now();
    const outcome = await this.#channel.data.wait(attempt, { client });
    this.#spin.slept(began);
    this.#leave(receiving);
    return resultOf(outcome ?? refusal(caller, "receive")!);
  }

  /** Reads what is there; nothing while the message is not whole. */
  #attempt<T>(receiving: Receiving<T>): Outcome<T> | undefined {
    const { ring, readersTurn, room } = this.#channel;
    if (this.#kept) return this.#takeKept(this.#kept, receiving);
    if (!receiving.hasTurn) {
      if (ring.isEmpty) return this.#endIfOver(receiving);
      if (!readersTurn.take(receiving.caller.client)) return undefined;
      receiving.hasTurn = true;
      this.#reader.drop();
    }
    if (!this.#reader.isMidway && this.#skipRest() && this.#next.tag !== receiving.content) {
      this.#leave(receiving);
      return refuseOther(receiving);
    }
    const { head } = ring;
    const found = this.#reader.read();
    if (ring.head !== head) room.notify();
    if (found === "part") return this.#endIfOver(receiving);
    if (found === "nothing") {
      this.#leave(receiving);
      return this.#endIfOver(receiving);
    }
    const { tag, headLength, rest } = this.#reader;
    this.#reader.drop();
    this.#leave(receiving);
    if (tag === receiving.content) return attemptTo(() => receiving.take({ headLength, rest }));
    this.#kept = { content: tag, head: this.#head.slice(0, headLength), headLength, rest };
    return refuseOther(receiving);
  }

  #takeKept<T>(kept: Kept, receiving: Receiving<T>): Outcome<T> {
    if (kept.content !== receiving.content) return refuseOther(receiving);
    this.#kept = undefined;
    this.#head.set(kept.head);
    return attemptTo(() => receiving.take(kept));
  }

  /** The end: nobody is left who could send, and what they have sent is read. */
  #endIfOver<T>(receiving: Receiving<T>): Outcome<T> | undefined {
    const { writers, ring } = this.#channel;
    if (writers.areLiving() || !ring.isEmpty) return undefined;
    this.#leave(receiving);
    return { error: new EOFError("Cannot receive: nothing is left, and nobody who could send") };
  }

  /** Whether a message begins at the head of the ring; it may be another's by now. */
  #hasMessage(client: number): boolean {
    const { ring, readersTurn } = this.#channel;
    if (!ring.peek(this.#next)) return false;
    if (this.#next.first) return true;
    // Somebody is reading it, or has died over that.
    if (!readersTurn.take(client)) return false;
    const found = this.#skipRest();
    readersTurn.leave(client);
    return found;
  }

  /** Drops what is left of a message whose reader died; whether another follows. Needs the turn. */
  #skipRest(): boolean {
    const { ring, room } = this.#channel;
    while (ring.peek(this.#next)) {
      if (this.#next.first) return true;
      if (ring.pass(this.#next)) room.notify();
    }
    return false;
  }

  #leave<T>(receiving: Receiving<T>): void {
    if (!receiving.hasTurn) return;
    receiving.hasTurn = false;
    const { ring, readersTurn, data } = this.#channel;
    readersTurn.leave(receiving.caller.client);
    if (!ring.isEmpty) data.notify();
  }
}

/** A message that is to be received otherwise stays. */
function refuseOther({ content }: Receiving<unknown>): Outcome<never> {
  const error = content === Content.value
    ? "Cannot receive value: the next message was sent by sendBytes; use recvBytes"
    : "Cannot receive bytes: the next message was sent by send; use recv";
  return { error: new InvalidStateError(error) };
}

/** What was sent may be refused where it is unpacked. */
function attemptTo<T>(act: () => T): Outcome<T> {
  try {
    return { value: act() };
  } catch (error) {
    return { error };
  }
}
