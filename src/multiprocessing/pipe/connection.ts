import { EOFError } from "../../core/errors.ts";
import { checkWait } from "../../core/options.ts";
import type { WaitOptions } from "../../core/pool.ts";
import { PARTS, type SharedParts } from "../../protocol/shareable.ts";
import {
  type Bytes,
  bytesToSend,
  longestMessage,
  noLongerThan,
  type RecvBytesIntoOptions,
  type RecvBytesOptions,
  type SendBytesOptions,
  spaceToFill,
} from "./byte_range.ts";
import { Handle } from "./handle.ts";
import { Tenure } from "./tenure.ts";
import { refuseJson } from "../sharing/refuse_json.ts";

/** What a connection is made of; not part of the public contract. */
export let handleOf: (connection: Connection<unknown, never>) => Handle;

/**
 * One end of a pipe; see {@linkcode Pipe}. Mirrors `multiprocessing.connection.Connection`.
 *
 * It may be passed in arguments, results and messages, and moves: the receiver has it from then on, and
 * this handle is closed. Who wants to keep one passes a {@linkcode Connection.duplicate}. Where the message
 * is refused, as by a full queue, it stays open here.
 *
 * Until it is received it belongs to its sender: it ends with the sender, when the job or worker that should
 * have received it is over, and when it waits in another pipe that nobody is left to read. What waits
 * in a queue, or in the result of a call that was given up, stays open until it is taken or its sender
 * ends: take such items out before a queue is dropped.
 *
 * The other side is at its end (`EOFError`) when all handles of this one are closed, or their workers
 * dead. A handle that is dropped without `close()` stays open as long as its worker lives.
 *
 * A round trip between two threads takes 2 to 4 µs by the `Sync` methods and 2 to 25 µs by promises, where
 * answers come at once; an event loop that has to be woken takes 50 µs. In child processes each call is
 * a message to the process that made the pipe and one back: a round trip takes 400 µs.
 *
 * @example
 * ```ts
 * import { type Connection, Pipe, Pool, task } from "@pool/core";
 *
 * export const double = task(import.meta, async (numbers: Connection<number, number>) => {
 *   for await (const n of numbers) await numbers.send(2 * n);
 * });
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(1);
 *   const [ours, theirs] = Pipe<number, number>();
 *   const done = pool.apply(double, [theirs]);
 *   await ours.send(21);
 *   console.log(await ours.recv()); // 42
 *   await ours.close();
 *   await done;
 * }
 * ```
 */
export class Connection<R = unknown, S = unknown> implements AsyncIterable<R> {
  readonly #handle: Handle;

  static {
    handleOf = (connection) => connection.#handle;
  }

  /** @ignore made by `Pipe` */
  constructor(handle: Handle) {
    this.#handle = handle;
  }

  /** Whether messages come here. */
  get readable(): boolean {
    return this.#handle.canReceive;
  }

  /** Whether messages can be sent here. */
  get writable(): boolean {
    return this.#handle.canSend;
  }

  /** Whether this handle was closed or passed on. */
  get closed(): boolean {
    return !this.#handle.tenure.isOpen;
  }

  /**
   * Sends a value. Resolves when all of it is in the pipe, which holds 256 KiB; so a fast sender waits for
   * the receiver, and a message larger than that is sent while it is received. Messages of several senders do
   * not mix.
   *
   * Rejects with `MaybeEncodingError` for what cannot be sent, with `ProcessError` when nobody is left to
   * receive it, and with `InvalidStateError` when this handle is closed or not for sending.
   */
  async send(value: S): Promise<void> {
    await this.#handle.send(value);
  }

  /** As {@linkcode Connection.send}, but blocks this thread. */
  sendSync(value: S): void {
    this.#handle.sendSync(value);
  }

  /**
   * The next value.
   *
   * Rejects with `EOFError` when there is none and nobody is left who could send one, and with
   * `InvalidStateError` when this handle is closed or not for receiving, and when the next message was sent
   * by `sendBytes`: that one stays.
   */
  async recv(): Promise<R> {
    return await this.#handle.recv() as R;
  }

  /** As {@linkcode Connection.recv}, but blocks this thread. */
  recvSync(): R {
    return this.#handle.recvSync() as R;
  }

  /**
   * Whether there is something to receive, or the end. Waits for so many milliseconds; default 0.
   * Mirrors `poll`, whose `None` is `Infinity` here.
   */
  async poll(options?: WaitOptions): Promise<boolean> {
    return await this.#handle.poll(checkPoll(options));
  }

  /** As {@linkcode Connection.poll}, but blocks this thread. */
  pollSync(options?: WaitOptions): boolean {
    return this.#handle.pollSync(checkPoll(options));
  }

  /**
   * Sends bytes as one message, which may be empty; else as {@linkcode Connection.send}.
   *
   * Rejects with `RangeError` where `offset` and `size` are not within the buffer.
   */
  async sendBytes(buffer: Bytes, options?: SendBytesOptions): Promise<void> {
    await this.#handle.sendBytes(bytesToSend(buffer, options));
  }

  /** As {@linkcode Connection.sendBytes}, but blocks this thread. */
  sendBytesSync(buffer: Bytes, options?: SendBytesOptions): void {
    this.#handle.sendBytesSync(bytesToSend(buffer, options));
  }

  /**
   * The next message, sent by `sendBytes`; else as {@linkcode Connection.recv}.
   *
   * Rejects with `BufferTooShort`, which has the whole message, when it is longer than `maxLength`. Python
   * closes the connection and loses the message.
   */
  async recvBytes(options?: RecvBytesOptions): Promise<Uint8Array<ArrayBuffer>> {
    const longest = longestMessage(options);
    return noLongerThan(longest, await this.#handle.recvBytes());
  }

  /** As {@linkcode Connection.recvBytes}, but blocks this thread. */
  recvBytesSync(options?: RecvBytesOptions): Uint8Array<ArrayBuffer> {
    const longest = longestMessage(options);
    return noLongerThan(longest, this.#handle.recvBytesSync());
  }

  /**
   * Puts the next message, sent by `sendBytes`, into a buffer; resolves to its length in bytes. Else as
   * {@linkcode Connection.recv}.
   *
   * Rejects with `BufferTooShort`, which has the whole message, where it does not fit, and with
   * `RangeError` where `offset` is not within the buffer.
   */
  async recvBytesInto(
    buffer: Bytes,
    options?: RecvBytesIntoOptions,
  ): Promise<number> {
    const space = spaceToFill(buffer, options);
    return fill(space, await this.#handle.recvBytes());
  }

  /** As {@linkcode Connection.recvBytesInto}, but blocks this thread. */
  recvBytesIntoSync(
    buffer: Bytes,
    options?: RecvBytesIntoOptions,
  ): number {
    const space = spaceToFill(buffer, options);
    return fill(space, this.#handle.recvBytesSync());
  }

  /**
   * One more handle of this end, for another worker: what comes is received by one of them, and the
   * other side is at its end when all are closed. Mirrors `os.dup`. An end has 64 handles at most.
   */
  async duplicate(): Promise<Connection<R, S>> {
    return new Connection(await this.#handle.duplicate());
  }

  /**
   * Closes this handle. What was sent can still be received. Its own calls that wait reject with
   * `InvalidStateError`. May be called again.
   */
  async close(): Promise<void> {
    await this.#handle.tenure.close();
  }

  /** The values that come, to the end. */
  async *[Symbol.asyncIterator](): AsyncIterator<R, void, undefined> {
    for (;;) {
      let value: R;
      try {
        value = await this.recv();
      } catch (error) {
        if (error instanceof EOFError) return;
        throw error;
      }
      yield value;
    }
  }

  /** Closes this handle. */
  [Symbol.dispose](): void {
    void this.#handle.tenure.close();
  }

  /** Closes this handle. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.tenure.close();
  }

  /** @ignore */
  [PARTS](shared: boolean): SharedParts {
    return this.#handle.depart(shared);
  }

  /** @ignore */
  left(): void {
    this.#handle.tenure.left();
  }

  /** @ignore */
  missed(): void {
    this.#handle.tenure.missed();
  }

  /** @ignore */
  back(): void {
    this.#handle.tenure.back();
  }

  /** @ignore */
  isOnWay(): boolean {
    return this.#handle.tenure.isOnWay;
  }

  /** Throws: JSON cannot carry it. */
  toJSON(): never {
    return refuseJson("Connection");
  }
}

/** The connection of this realm for one that came. */
export function reviveConnection(parts: SharedParts): Connection {
  return new Connection(new Handle(Tenure.arrive(parts)));
}

function checkPoll(options: WaitOptions | undefined): number | undefined {
  const limit = checkWait(options, "poll connection");
  return options?.timeout === undefined ? 0 : limit;
}

function fill(space: Uint8Array, message: Uint8Array): number {
  space.set(noLongerThan(space.length, message));
  return message.length;
}
