import { ProcessError } from "../../core/errors.ts";
import type { Message } from "../sharing/packer.ts";
import {
  type Caller,
  type Channel,
  type Content,
  type Outcome,
  refusal,
  resultOf,
} from "./channel.ts";
import { Unread } from "./unread.ts";

/** A message on its way. */
interface Sending {
  readonly caller: Caller;
  message: Message;
  readonly content: Content;
  hasTurn: boolean;
  /** Bytes that are written. */
  sent: number;
}

const DONE: Outcome<void> = { value: undefined };

/** Writes messages to a channel. One per realm and channel. */
export class Sender {
  /** Messages with handles that wait to be read. */
  readonly unread: Unread;
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
    this.unread = new Unread(channel);
  }

  /** Resolves when the message is in the ring; at once and without a promise where it has room. */
  send(caller: Caller, message: Message, content: Content): void | Promise<void> {
    const sending: Sending = { caller, message, content, hasTurn: false, sent: 0 };
    if (!this.#channel.room.isAwaited) {
      const outcome = this.#attempt(sending);
      if (outcome) return resultOf(outcome);
    }
    // The caller may change its bytes in the meantime, and the packer its memory.
    sending.message = copyOf(message);
    return this.#wait(sending);
  }

  /** As {@linkcode send}, but blocks this thread. */
  sendSync(caller: Caller, message: Message, content: Content): void {
    const { room } = this.#channel;
    const sending: Sending = { caller, message, content, hasTurn: false, sent: 0 };
    const attempt = () => {
      this.#channel.attend();
      return this.#attempt(sending);
    };
    const { client } = caller;
    const outcome = room.waitSync(attempt, { client });
    resultOf(outcome ?? refusal(caller, "send")!);
  }

  async #wait(sending: Sending): Promise<void> {
    const { caller } = sending;
    const { client } = caller;
    const attempt = () => refusal(caller, "send") ?? this.#attempt(sending);
    const outcome = await this.#channel.room.wait(attempt, { client });
    this.#leave(sending);
    resultOf(outcome ?? refusal(caller, "send")!);
  }

  /** Writes as much as fits; nothing while there is more. */
  #attempt(sending: Sending): Outcome<void> | undefined {
    const { writersTurn, readers, ring, data } = this.#channel;
    sending.hasTurn ||= writersTurn.take(sending.caller.client);
    if (!sending.hasTurn) return undefined;
    if (!readers.areLiving()) {
      this.#leave(sending);
      return { error: brokenPipe() };
    }
    const { message, content, sent } = sending;
    sending.sent = ring.write(message, content, sent);
    if (sending.sent > sent) data.notify();
    if (sending.sent < message.length) return undefined;
    this.#leave(sending);
    return DONE;
  }

  #leave(sending: Sending): void {
    if (!sending.hasTurn) return;
    sending.hasTurn = false;
    this.#channel.writersTurn.leave(sending.caller.client);
    this.#channel.room.notify();
  }
}

function brokenPipe(): ProcessError {
  return new ProcessError("Cannot send: the pipe is broken, as nobody is left who could receive");
}

/** A message in memory of its own. */
export function copyOf({ head, headLength, rest, length }: Message): Message {
  return {
    head: head.slice(0, headLength),
    headLength,
    // `slice` of a Node Buffer copies nothing.
    rest: rest.map((part) => new Uint8Array(part)),
    length,
  };
}
