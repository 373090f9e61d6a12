/** One end of the stream of frames between host and child. */
import { type Frame, frameParts, FrameReader } from "../../protocol/frames.ts";
import type { Transferable } from "../../protocol/transferable.ts";
import { type Resolvers, withResolvers } from "../../protocol/with_resolvers.ts";
import { joinSmall } from "./bytes.ts";
import { type Codec, messageCodec } from "./codec.ts";
import type { LocalSocket } from "./local_socket.ts";
import type { ParcelReader, ParcelWriter } from "./parcels.ts";

/**
 * A stream is given so many bytes at a time, and more when it has passed them on. Each time costs a turn of
 * the event loop; the bytes themselves are not copied.
 */
const PIECE = 4 * 1024 * 1024;
/** Parts of a frame are written in one piece up to this size (bytes): a copy is cheaper than a system call. */
const SMALL = 16 * 1024;

/** The other way, for large parts. */
export interface Parcels {
  readonly out: ParcelWriter;
  readonly in: ParcelReader;
}

/** Where what comes goes. */
export interface ChannelEvents<Received> {
  receive(message: Received): void;
  /** What came cannot be read, such as a buffer for which there is no memory. */
  failed(error: unknown): void;
}

/** Sends messages, and calls back for each that comes, in order. */
export class Channel<Sent, Received> {
  readonly #codec: Codec = messageCodec();
  readonly #parcels: Parcels;
  readonly #events: ChannelEvents<Received>;
  readonly #reader: FrameReader;
  #socket: LocalSocket | undefined;
  #sent = 0;
  #received = 0;
  /** Pieces that the stream has not been given yet; a frame stands at its last piece. */
  readonly #queue: { readonly bytes: Uint8Array; readonly frame: Frame | undefined }[] = [];
  #blocked = false;
  /** Frames that the stream has not passed on to the system, as far as it has told. */
  readonly #unwritten = new Set<Frame>();
  /** Waits until there are none. */
  #written: Resolvers<void> | undefined;

  constructor(parcels: Parcels, events: ChannelEvents<Received>) {
    this.#parcels = parcels;
    this.#events = events;
    this.#reader = new FrameReader(
      (frame) => this.#accept(frame),
      (place, size, lent) => parcels.in.fetch(place, size, lent),
    );
  }

  /** Connects it; what was posted before goes out now. */
  attach(socket: LocalSocket): void {
    this.#socket = socket;
    socket.on("data", (piece: Uint8Array) => this.#read(this.#reader, piece));
    socket.on("drain", () => {
      this.#blocked = false;
      this.#pump();
    });
    this.#pump();
  }

  /** Sends a message; throws, and sends nothing, where it cannot be serialised. */
  post(message: Sent, transfer?: readonly Transferable[]): void {
    const { body, buffers } = this.#codec.pack(message, transfer);
    const frame = { number: ++this.#sent, body, buffers };
    this.#unwritten.add(frame);
    this.#enqueue(frame);
    if (!this.#blocked) this.#pump();
  }

  /** Frames that may not have reached the other side, in order. */
  get unwritten(): Iterable<Frame> {
    return this.#unwritten;
  }

  /** Resolves when the system has all that was posted; `undefined` where it has. */
  written(): Promise<void> | undefined {
    // Node and Bun write at once, and tell it later.
    const left = this.#queue.length + (this.#socket?.writableLength ?? 0);
    if (left === 0 || this.#unwritten.size === 0) return undefined;
    return (this.#written ??= withResolvers<void>()).promise;
  }

  /** Takes bytes that came on another way; frames that were received already are left out. */
  recover(bytes: Uint8Array): void {
    this.#read(new FrameReader((frame) => this.#accept(frame)), bytes);
  }

  #read(reader: FrameReader, bytes: Uint8Array): void {
    try {
      reader.push(bytes);
    } catch (error) {
      this.#events.failed(error);
    }
  }

  #accept(frame: Frame): void {
    // Numbers begin anew after 2 ** 32.
    if ((frame.number - this.#received | 0) <= 0) return;
    this.#received = frame.number;
    this.#events.receive(this.#codec.unpack(frame) as Received);
  }

  #enqueue(frame: Frame): void {
    const parts = joinSmall(frameParts(frame, (part) => this.#parcels.out.put(part)), SMALL);
    parts.forEach((part, i) => {
      const last = i === parts.length - 1;
      let at = 0;
      do {
        const bytes = part.subarray(at, at += PIECE);
        const isEnd = last && at >= part.byteLength;
        this.#queue.push({ bytes, frame: isEnd ? frame : undefined });
      } while (at < part.byteLength);
    });
  }

  #pump(): void {
    const socket = this.#socket;
    if (!socket) return;
    let given = 0;
    // What there is goes out in one system call where the runtime can.
    socket.cork();
    while (given < this.#queue.length && !this.#blocked) {
      const { bytes, frame } = this.#queue[given++]!;
      const passed = frame && ((error?: Error | null): void => {
        if (error) return;
        this.#unwritten.delete(frame);
        if (this.#unwritten.size > 0) return;
        this.#written?.resolve();
        this.#written = undefined;
      });
      this.#blocked = !socket.write(bytes, passed);
    }
    socket.uncork();
    this.#queue.splice(0, given);
  }
}
