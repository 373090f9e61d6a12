/** What a connection is made of: a seat at one end of a pipe, and whether it is open. */
import { InvalidStateError, ProcessError } from "../../core/errors.ts";
import { ownNumber } from "../../protocol/living_realms.ts";
import { PARTS, reviveShared, type SharedParts } from "../../protocol/shareable.ts";
import type { Message } from "../sharing/packer.ts";
import { type Caller, Content } from "./channel.ts";
import type { Seat } from "./holders.ts";
import type { End, PipeEngine } from "./pipe_engine.ts";
import { copyOf } from "./sender.ts";
import { MISSED, type PipeOps } from "./served_pipe.ts";
import type { SharedPipe } from "./shared_pipe.ts";

/** What travels of a handle beside its pipe. */
interface Facts {
  readonly pipe: string;
  readonly duplex: boolean;
  readonly end: End;
  readonly seat: Seat;
  /** Its ticket may still be as old as this: its sender's own adoption is on the way. */
  readonly since: number;
}

type State = "open" | "closed" | "sent" | "missed";

const WHY_NOT: Readonly<Record<Exclude<State, "open">, string>> = {
  closed: "the connection is closed",
  sent: "the connection was passed on",
  missed: MISSED,
};

/** Head of a message of bytes, which says nothing. */
const NO_HEAD = new Uint8Array(1);

/** One handle of one end, in one realm. */
export class Handle {
  readonly #pipe: SharedPipe;
  readonly #duplex: boolean;
  readonly #end: End;
  readonly #seat: Seat;
  readonly #caller: Caller;
  #since: number;
  #state: State = "open";
  /** Calls that have not ended. */
  #waiting = 0;
  /** Until the memory is here that another thread shares, and the handle with it. */
  #arrival: Promise<void> | undefined;

  constructor(pipe: SharedPipe, duplex: boolean, end: End, seat: Seat) {
    this.#pipe = pipe;
    this.#duplex = duplex;
    this.#end = end;
    this.#seat = seat;
    this.#since = seat.ticket;
    this.#caller = { client: ownNumber(), isOpen: () => this.isOpen };
  }

  /** One that came; see {@linkcode Handle.depart}. */
  static arrive({ via, memory, facts }: SharedParts): Handle {
    const { pipe: id, duplex, end, seat, since } = facts as Facts;
    const pipe = reviveShared({ kind: "Pipe", id, via, memory }) as SharedPipe;
    const { place, ticket } = seat;
    const handle = new Handle(pipe, duplex, end, { place, ticket: ticket + 1 });
    handle.#since = since;
    handle.#adopt(seat);
    return handle;
  }

  get canSend(): boolean {
    return this.#duplex || this.#end === 1;
  }

  get canReceive(): boolean {
    return this.#duplex || this.#end === 0;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Takes it apart; it is this realm's until {@linkcode Handle.left}. */
  depart(shared: boolean): SharedParts {
    this.#check("pass on connection");
    if (this.#waiting > 0) {
      throw new InvalidStateError(
        "Cannot pass on connection: a call of it has not ended; await that first",
      );
    }
    const { id, via, memory } = this.#pipe[PARTS](shared);
    const end = this.#end, seat = this.#seat;
    const facts: Facts = { pipe: id, duplex: this.#duplex, end, seat, since: this.#since };
    const name = `${id} ${end}.${seat.place}.${seat.ticket}`;
    return { kind: "Connection", id: name, via, ...(memory !== undefined && { memory }), facts };
  }

  /** It is its receiver's now. */
  left(): void {
    this.#state = "sent";
  }

  /** The message with which it left was not sent. */
  back(): void {
    if (this.#state === "sent") this.#state = "open";
  }

  /** Nobody will receive it any more: where nobody has, it ends here. */
  missed(): void {
    if (this.#state === "sent") void this.#release();
  }

  send(value: unknown): void | Promise<void> {
    this.#checkSend();
    return this.#send(this.#pipe.packer.pack(value, "value"), Content.value);
  }

  sendBytes(bytes: Uint8Array): void | Promise<void> {
    this.#checkSend();
    return this.#send(messageOf(bytes), Content.bytes);
  }

  sendSync(value: unknown): void {
    this.#checkSend();
    const { packer } = this.#pipe;
    this.#memory("send").sender(this.#end).sendSync(
      this.#caller,
      packer.pack(value, "value"),
      Content.value,
    );
  }

  sendBytesSync(bytes: Uint8Array): void {
    this.#checkSend();
    const sender = this.#memory("send").sender(this.#end);
    sender.sendSync(this.#caller, messageOf(bytes), Content.bytes);
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
    if (this.isOpen) void settled(() => this.#pipe.link.ops.endPoll(this.#end, token));
  }

  pollSync(timeout: number | undefined): boolean {
    this.checkReceive("poll");
    return this.#memory("poll").receiver(this.#end).pollSync(this.#caller, timeout);
  }

  async duplicate(): Promise<Handle> {
    this.#check("duplicate connection");
    const seat = await this.#run((ops) => ops.duplicate(this.#end, this.#seat));
    return new Handle(this.#pipe, this.#duplex, this.#end, seat);
  }

  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.#state = "closed";
    await this.#release();
  }

  /** Where it cannot be said any more, it is closed already. */
  async #release(): Promise<void> {
    if (this.#arrival) await this.#arrival;
    await settled(() => this.#pipe.link.ops.close(this.#end, this.#seat));
  }

  #adopt(seat: Seat): void {
    const { link } = this.#pipe;
    const since = this.#since;
    const adopt = () => link.ops.adopt(this.#end, seat, since);
    const end = (adopted: boolean | undefined): void => {
      if (adopted) this.#since = this.#seat.ticket;
      else if (adopted === false && this.isOpen) this.#state = "missed";
    };
    if (link.near) return end(adopt() as boolean);
    const adopted = link.attaching
      ? this.#arrival = link.attaching.then(() => settled(adopt)).then(end)
      : settled(adopt).then(end);
    void adopted;
  }

  /** Calls at once, and counts the call until it ends. */
  #run<T>(act: (ops: PipeOps) => T | Promise<T>): T | Promise<T> {
    if (this.#arrival) return this.#arriveAndRun(this.#arrival, act);
    const result = act(this.#pipe.link.ops);
    return result instanceof Promise ? this.#count(result) : result;
  }

  async #arriveAndRun<T>(
    arrival: Promise<void>,
    act: (ops: PipeOps) => T | Promise<T>,
  ): Promise<T> {
    await this.#count(arrival);
    this.#check("use connection");
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

  #send(message: Message, content: Content): void | Promise<void> {
    const { near } = this.#pipe.link;
    if (near && !this.#arrival) {
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
    if (near && !this.#arrival) {
      const received = near.receiver(this.#end).receive(
        this.#caller,
        content,
        ({ headLength, rest }) => take(headLength, rest),
      );
      return received instanceof Promise ? this.#count(received) : received;
    }
    return this.#receiveFar(content, take);
  }

  async #receiveFar<T>(content: Content, take: Take<T>): Promise<T> {
    const { head, rest } = await this.#run((ops) => ops.receive(this.#end, this.#seat, content));
    this.#pipe.unpacker.head.set(head);
    return take(head.length, rest);
  }

  #receiveSync<T>(content: Content, take: Take<T>): T {
    this.checkReceive("receive");
    return this.#memory("receive").receiver(this.#end).receiveSync(
      this.#caller,
      content,
      ({ headLength, rest }) => take(headLength, rest),
    );
  }

  readonly #unpack: Take<unknown> = (headLength, rest) => {
    return this.#pipe.unpacker.unpack(headLength, rest);
  };

  #memory(call: string): PipeEngine {
    return this.#pipe.link.engine(call);
  }

  #checkSend(): void {
    this.#check("send");
    if (!this.canSend) {
      throw new InvalidStateError("Cannot send: this end of the pipe only receives");
    }
  }

  checkReceive(call: string): void {
    this.#check(call);
    if (!this.canReceive) {
      throw new InvalidStateError(`Cannot ${call}: this end of the pipe only sends`);
    }
  }

  #check(call: string): void {
    if (this.#state === "open") return;
    throw new InvalidStateError(`Cannot ${call}: ${WHY_NOT[this.#state]}`);
  }
}

/** Takes a message whose head is in the memory of the unpacker. */
type Take<T> = (headLength: number, rest: Arrived | undefined) => T;

/** Bytes that came. */
type Arrived = Uint8Array<ArrayBuffer>;

function takeBytes(_headLength: number, rest: Arrived | undefined): Arrived {
  return rest ?? new Uint8Array(0);
}

function messageOf(bytes: Uint8Array): Message {
  return { head: NO_HEAD, headLength: 1, rest: [bytes], length: 1 + bytes.length };
}

/** The result of a call; nothing where the pipe is gone with the process that served it. */
async function settled<T>(call: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ProcessError) return undefined;
    throw error;
  }
}
