/** What a connection is made of: the calls of one realm by one handle of a pipe. */
import { InvalidStateError } from "../../core/errors.ts";
import { ownNumber } from "../../protocol/living_realms.ts";
import { sendWith, type SharedParts } from "../../protocol/shareable.ts";
import { type Message, messageOf } from "../sharing/packer.ts";
import { type Caller, Content } from "./channel.ts";
import type { Seat } from "./holders.ts";
import type { End, PipeEngine } from "./pipe_engine.ts";
import type { Found, Take } from "./receiver.ts";
import { copyOf } from "./sender.ts";
import type { PipeOps } from "./served_pipe.ts";
import type { SharedPipe } from "./shared_pipe.ts";
import { settled, Tenure } from "./tenure.ts";

/** Head of a message of bytes, which says nothing. */
const NO_HEAD = new Uint8Array(1);

/** One handle of one end, in one realm. */
export class Handle {
  /** Whether it is this realm's. */
  readonly tenure: Tenure;
  readonly #pipe: SharedPipe;
  readonly #end: End;
  readonly #seat: Seat;
  readonly #caller: Caller;
  /** Calls that have not ended. */
  #waiting = 0;

  constructor(tenure: Tenure) {
    this.tenure = tenure;
    this.#pipe = tenure.pipe;
    this.#end = tenure.end;
    this.#seat = tenure.seat;
    this.#caller = { client: ownNumber(), isOpen: () => tenure.isOpen };
  }

  get canSend(): boolean {
    return this.tenure.duplex || this.#end === 1;
  }

  get canReceive(): boolean {
    return this.tenure.duplex || this.#end === 0;
  }

  /** Takes it apart; see {@linkcode Tenure.depart}. */
  depart(shared: boolean): SharedParts {
    this.tenure.check("pass on connection");
    if (this.#waiting > 0) {
      throw new InvalidStateError(
        "Cannot pass on connection: a call of it has not ended",
      );
    }
    return this.tenure.depart(shared);
  }

  send(value: unknown): void | Promise<void> {
    this.#checkSend();
    const message = this.#pipe.packer.pack(value, "value");
    return message.copy === undefined
      ? this.#send(message, Content.value)
      : this.#sendHandles(message, message.copy);
  }

  sendBytes(bytes: Uint8Array): void | Promise<void> {
    this.#checkSend();
    return this.#send(messageOf(NO_HEAD, bytes), Content.bytes);
  }

  sendSync(value: unknown): void {
    this.#checkSend();
    const sender = this.#memory("send").sender(this.#end);
    const message = this.#pipe.packer.pack(value, "value"), { copy } = message;
    sendWith(copy, () => sender.sendSync(this.#caller, message, Content.value));
    if (copy !== undefined) sender.unread.add(copy);
  }

  sendBytesSync(bytes: Uint8Array): void {
    this.#checkSend();
    const sender = this.#memory("send").sender(this.#end);
    sender.sendSync(this.#caller, messageOf(NO_HEAD, bytes), Content.bytes);
  }

  recv(): unknown {
    return this.#receive(Content.value, this.#unpack);
  }

  recvBytes(): Arrived | Promise<Arrived> {
    return this.#receive(Content.bytes, takeBytes);
  }

  recvSync(): unknown {
    return this.#receiveSync(Content.value, this.#unpack);
  }

  recvBytesSync(): Arrived {
    return this.#receiveSync(Content.bytes, takeBytes);
  }

  /** @param token by which {@linkcode Handle.endPoll} ends the wait, which says false then */
  poll(timeout: number | undefined, token = 0): boolean | Promise<boolean> {
    this.checkReceive("poll");
    return this.#run((ops) => ops.poll(this.#end, this.#seat, timeout, token));
  }

  endPoll(token: number): void {
    if (this.tenure.isOpen) void settled(() => this.#pipe.link.ops.endPoll(this.#end, token));
  }

  pollSync(timeout: number | undefined): boolean {
    this.checkReceive("poll");
    return this.#memory("poll").receiver(this.#end).pollSync(this.#caller, timeout);
  }

  async duplicate(): Promise<Handle> {
    this.tenure.check("duplicate connection");
    const seat = await this.#run((ops) => ops.duplicate(this.#end, this.#seat));
    return new Handle(new Tenure(this.#pipe, this.tenure.duplex, this.#end, seat));
  }

  /** Calls at once, and counts the call until it ends. */
  #run<T>(act: (ops: PipeOps) => T | Promise<T>): T | Promise<T> {
    const { arrival } = this.tenure;
    if (arrival) return this.#arriveAndRun(arrival, act);
    const result = act(this.#pipe.link.ops);
    return result instanceof Promise ? this.#count(result) : result;
  }

  async #arriveAndRun<T>(
    arrival: Promise<void>,
    act: (ops: PipeOps) => T | Promise<T>,
  ): Promise<T> {
    await this.#count(arrival);
    this.tenure.check("use connection");
    return await this.#count(act(this.#pipe.link.ops));
  }

  async #count<T>(result: T | Promise<T>): Promise<T> {
    this.#waiting++;
    try {
      return await result;
    } finally {
      this.#waiting--;
    }
  }

  async #sendHandles(message: Message, copy: unknown): Promise<void> {
    await sendWith(copy, () => this.#send(message, Content.value));
    this.#pipe.link.near?.sender(this.#end).unread.add(copy);
  }

  #send(message: Message, content: Content): void | Promise<void> {
    const { near } = this.#pipe.link;
    if (near && !this.tenure.arrival) {
      const sent = near.sender(this.#end).send(this.#caller, message, content);
      return sent && this.#count(sent);
    }
    // The packer's memory is another message's when this one leaves.
    const copy = copyOf(message);
    return this.#run((ops) => ops.send(this.#end, this.#seat, copy, content));
  }

  #receive<T>(content: Content, take: Take<T>): T | Promise<T> {
    this.checkReceive("receive");
    const { near } = this.#pipe.link;
    if (near && !this.tenure.arrival) {
      const received = near.receiver(this.#end).receive(this.#caller, content, take);
      return received instanceof Promise ? this.#count(received) : received;
    }
    return this.#receiveFar(content, take);
  }

  async #receiveFar<T>(content: Content, take: Take<T>): Promise<T> {
    const { head, rest } = await this.#run((ops) => ops.receive(this.#end, this.#seat, content));
    this.#pipe.unpacker.head.set(head);
    return take({ headLength: head.length, rest });
  }

  #receiveSync<T>(content: Content, take: Take<T>): T {
    this.checkReceive("receive");
    return this.#memory("receive").receiver(this.#end).receiveSync(this.#caller, content, take);
  }

  readonly #unpack: Take<unknown> = ({ headLength, rest }) =>
    this.#pipe.unpacker.unpack(headLength, rest);

  #memory(call: string): PipeEngine {
    return this.#pipe.link.engine(call);
  }

  #checkSend(): void {
    this.tenure.check("send");
    if (!this.canSend) {
      throw new InvalidStateError("Cannot send: this end of the pipe only receives");
    }
  }

  checkReceive(call: string): void {
    this.tenure.check(call);
    if (!this.canReceive) {
      throw new InvalidStateError(`Cannot ${call}: this end of the pipe only sends`);
    }
  }
}

/** Bytes that came. */
type Arrived = Uint8Array<ArrayBuffer>;

function takeBytes({ rest }: Found): Arrived {
  return rest ?? new Uint8Array(0);
}
