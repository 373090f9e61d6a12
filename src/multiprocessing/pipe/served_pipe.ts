/** What other processes do with a pipe, by calls to a realm that has its memory. */
import { InvalidStateError } from "../../core/errors.ts";
import type { Message } from "../sharing/packer.ts";
import type { Caller, Content } from "./channel.ts";
import type { Seat } from "./holders.ts";
import type { End, PipeEngine } from "./pipe_engine.ts";
import type { Found } from "./receiver.ts";

/** A message that was received, in memory of its own. */
export interface Received {
  readonly head: Uint8Array;
  /** What is behind the head. */
  readonly rest: Uint8Array<ArrayBuffer> | undefined;
}

/** The calls, each by a handle: its end and its seat. */
export interface PipeOps {
  /** Takes over a handle that was sent; false where it cannot be had any more. */
  adopt(end: End, seat: Seat, since: number): boolean | Promise<boolean>;
  /** A new handle of the same end. */
  duplicate(end: End, seat: Seat): Seat | Promise<Seat>;
  close(end: End, seat: Seat): void | Promise<void>;
  send(end: End, seat: Seat, message: Message, content: Content): void | Promise<void>;
  receive(end: End, seat: Seat, content: Content): Received | Promise<Received>;
  /** @param token ends the wait by {@linkcode PipeOps.endPoll}; 0 for none */
  poll(
    end: End,
    seat: Seat,
    timeout: number | undefined,
    token: number,
  ): boolean | Promise<boolean>;
  endPoll(end: End, token: number): void | Promise<void>;
}

/** A pipe as one client has it. */
export class ServedPipe implements PipeOps {
  readonly #engine: PipeEngine;
  readonly #client: number;
  /** The waits that {@linkcode endPoll} may end. */
  readonly #polls = new Set<number>();

  constructor(engine: PipeEngine, client: number) {
    this.#engine = engine;
    this.#client = client;
  }

  adopt(end: End, seat: Seat, since: number): boolean {
    return this.#engine.holders[end].adopt(this.#client, seat, since);
  }

  duplicate(end: End, seat: Seat): Seat {
    this.#caller(end, seat, "duplicate connection");
    return this.#engine.holders[end].take(this.#client);
  }

  close(end: End, seat: Seat): void {
    this.#engine.close(end, this.#client, seat);
  }

  send(end: End, seat: Seat, message: Message, content: Content): void | Promise<void> {
    const caller = this.#caller(end, seat, "send");
    return this.#engine.sender(end).send(caller, message, content);
  }

  receive(end: End, seat: Seat, content: Content): Received | Promise<Received> {
    const caller = this.#caller(end, seat, "receive");
    const { head } = this.#engine.unpacker;
    const take = ({ headLength, rest }: Found): Received => {
      return { head: head.slice(0, headLength), rest };
    };
    return this.#engine.receiver(end).receive(caller, content, take);
  }

  async poll(
    end: End,
    seat: Seat,
    timeout: number | undefined,
    token: number,
  ): Promise<boolean> {
    const caller = this.#caller(end, seat, "poll");
    if (token !== 0) this.#polls.add(token);
    try {
      const isOver = () => token !== 0 && !this.#polls.has(token);
      return await this.#engine.receiver(end).poll(caller, timeout, isOver);
    } finally {
      this.#polls.delete(token);
    }
  }

  endPoll(end: End, token: number): void {
    this.#polls.delete(token);
    this.#engine.receiver(end).attend();
  }

  #caller(end: End, seat: Seat, call: string): Caller {
    const caller = this.#engine.caller(end, this.#client, seat);
    if (caller.isOpen()) return caller;
    throw new InvalidStateError(`Cannot ${call}: ${MISSED}`);
  }
}

/** Why a handle that came is of no use. */
export const MISSED = "another worker has received it before, or it ended with its sender";
