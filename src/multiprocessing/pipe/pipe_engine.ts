/** A pipe in shared memory: two ends, each with those who hold it, and a channel for each direction. */
import type { Engine } from "../sharing/link.ts";
import { Packer } from "../sharing/packer.ts";
import { type Caller, Channel, type ChannelMemory } from "./channel.ts";
import { Holders, HOLDERS_BYTES, type Seat } from "./holders.ts";
import { type PipeOps, ServedPipe } from "./served_pipe.ts";
import { Receiver } from "./receiver.ts";
import { Sender } from "./sender.ts";

/** The first end of a pipe, or the second. */
export type End = 0 | 1;

/** What another thread needs to join; cloneable. */
export interface PipeMemory {
  readonly holders: SharedArrayBuffer;
  /** By the end at which one sends. */
  readonly channels: readonly [ChannelMemory | null, ChannelMemory];
}

/** One per realm and pipe. */
export class PipeEngine implements Engine<PipeOps> {
  readonly memory: PipeMemory;
  /** Packs what is sent. */
  readonly packer: Packer = new Packer();
  /** Unpacks what comes; of its own, as a message may come while another waits to be sent. */
  readonly unpacker: Packer = new Packer();
  /** Who has the first end, and the second. */
  readonly holders: readonly [Holders, Holders];
  readonly #channels: readonly Channel[];
  /** By the end at which one sends, and receives. */
  readonly #senders: readonly [Sender | undefined, Sender];
  readonly #receivers: readonly [Receiver, Receiver | undefined];

  constructor(memory: PipeMemory) {
    this.memory = memory;
    const first = new Holders(memory.holders, 0);
    const second = new Holders(memory.holders, HOLDERS_BYTES);
    this.holders = [first, second];
    const [forth, back] = memory.channels;
    const toFirst = new Channel(back, second, first);
    const toSecond = forth ? new Channel(forth, first, second) : undefined;
    const { head } = this.unpacker;
    this.#senders = [toSecond && new Sender(toSecond), new Sender(toFirst)];
    this.#receivers = [new Receiver(toFirst, head), toSecond && new Receiver(toSecond, head)];
    this.#channels = toSecond ? [toFirst, toSecond] : [toFirst];
  }

  /** A new pipe; where it is not duplex the first end receives and the second sends. */
  static make(duplex: boolean): PipeEngine {
    const holders = new SharedArrayBuffer(2 * HOLDERS_BYTES);
    const back = Channel.allocate();
    return new PipeEngine({ holders, channels: [duplex ? Channel.allocate() : null, back] });
  }

  as(client: number): PipeOps {
    return new ServedPipe(this, client);
  }

  /** Closes a handle, and wakes all whom that may concern. */
  close(end: End, client: number, seat: Seat): void {
    if (!this.holders[end].giveUp(client, seat)) return;
    for (const channel of this.#channels) channel.notify();
  }

  /** Who calls by a handle. */
  caller(end: End, client: number, seat: Seat): Caller {
    return { client, isOpen: () => this.holders[end].isHeldBy(client, seat) };
  }

  /** For an end that can send; its handles see to that. */
  sender(end: End): Sender {
    return this.#senders[end]!;
  }

  /** For an end that can receive. */
  receiver(end: End): Receiver {
    return this.#receivers[end]!;
  }
}
