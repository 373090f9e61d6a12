import { InvalidStateError } from "../../core/errors.ts";
import type { QueueOptions } from "../../core/queue.ts";
import { ownNumber } from "../../protocol/living_realms.ts";
import { sendWith, type SharedHandle } from "../../protocol/shareable.ts";
import { type Kind, Link } from "../sharing/link.ts";
import { keptOf, Packer } from "../sharing/packer.ts";
import type { RingReader } from "../sharing/ring_reader.ts";
import { checkMaxsize } from "./check_maxsize.ts";
import { QueueEngine, type QueueOps } from "./queue_engine.ts";

/** A queue's way to its memory, or to the process that has it. */
export type QueueLink = Link<QueueOps, QueueEngine>;

/** What a class of queues is to its links. */
export type QueueKind = Kind<QueueOps, QueueEngine>;

/** Makes it; `wrap` makes the queue of a handle. */
export function queueKind(
  name: string,
  wrap: (handle: QueueHandle<unknown>) => SharedHandle,
): QueueKind {
  return {
    name,
    join: (memory) => new QueueEngine(memory),
    handle: (link) => wrap(new QueueHandle(link)),
  };
}

/** What the classes of shared queues are made of: items as values, here and elsewhere. */
export class QueueHandle<T> {
  readonly link: QueueLink;
  readonly #client = ownNumber();
  #packer: Packer | undefined;
  #closed = false;
  /** Puts that are on their way to another process. */
  readonly #sent = new Set<Promise<void>>();

  constructor(link: QueueLink) {
    this.link = link;
  }

  /** For a new queue. */
  static make<T>(
    kind: QueueKind,
    options?: QueueOptions | number,
    joinable = false,
  ): QueueHandle<T> {
    const maxsize = checkMaxsize(options, `create ${kind.name}`);
    return new QueueHandle(Link.to(kind, QueueEngine.make(maxsize, joinable)));
  }

  /** Puts an item; the timeout is in milliseconds. */
  put(item: T, timeout: number | undefined): void | Promise<void> {
    this.#checkOpen();
    const engine = this.link.near;
    if (!engine) return this.#putElsewhere(item, timeout);
    const { packer } = engine;
    const message = packer.pack(item, "item"), { copy } = message;
    const limits = { timeout, client: this.#client };
    try {
      if (copy === undefined) return engine.putters.put(message, limits);
      return sendWith(copy, () => engine.putters.put(message, limits));
    } finally {
      packer.forget();
    }
  }

  putSync(item: T, timeout: number | undefined): void {
    this.#checkOpen();
    const engine = this.link.engine("put item");
    const message = engine.packer.pack(item, "item");
    const limits = { timeout, client: this.#client };
    sendWith(message.copy, () => engine.putters.putSync(message, limits));
    engine.packer.forget();
  }

  get(timeout: number | undefined): T | Promise<T> {
    const engine = this.link.near;
    if (!engine) return this.#getElsewhere(timeout);
    return engine.getters.get(this.#unpack, { timeout, client: this.#client });
  }

  getSync(timeout: number | undefined): T {
    return this.link.engine("get item").getters.getSync(this.#unpack, {
      timeout,
      client: this.#client,
    });
  }

  /** Operations that need no item. */
  async ops(): Promise<QueueOps> {
    if (!this.link.near) await this.link.attaching;
    return this.link.ops;
  }

  close(): void {
    this.#closed = true;
  }

  /** Resolves when everything that was put here has left this worker. */
  async joinThread(): Promise<void> {
    if (!this.#closed) {
      throw new InvalidStateError(`Cannot join thread of ${this.link.kind}: close() it first`);
    }
    await Promise.allSettled(this.#sent);
    await this.link.near?.putters.flushed();
  }

  /** What cannot be written before this worker ends is lost. */
  cancelJoinThread(): void {
    this.link.near?.putters.outbox.abandon();
  }

  readonly #unpack = ({ headLength, rest }: RingReader): T =>
    this.link.near!.packer.unpack(headLength, rest) as T;

  async #putElsewhere(item: T, timeout: number | undefined): Promise<void> {
    const packer = this.#packer ??= new Packer();
    const packed = packer.pack(item, "item"), { copy } = packed, message = keptOf(packed);
    packer.forget();
    await this.link.attaching;
    const put = sendWith(copy, () => Promise.resolve(this.link.ops.put(message, timeout)));
    this.#sent.add(put);
    try {
      await put;
    } finally {
      this.#sent.delete(put);
    }
  }

  async #getElsewhere(timeout: number | undefined): Promise<T> {
    await this.link.attaching;
    const { head, rest } = await this.link.ops.get(timeout);
    const packer = this.#packer ??= new Packer();
    packer.head.set(head);
    return packer.unpack(head.length, rest) as T;
  }

  #checkOpen(): void {
    if (this.#closed) {
      throw new InvalidStateError(`Cannot put item: this ${this.link.kind} was closed here`);
    }
  }
}
