/** One end of the stream of frames between host and child. */
import { type Frame, frameHeader, FrameReader } from "../../protocol/frames.ts";
import type { Transferable } from "../../protocol/transferable.ts";
import { type Codec, runtimeCodec } from "./codec.ts";
import type { LocalSocket } from "./local_socket.ts";

/**
 * A stream is given so many bytes at a time, and more when it has passed them on. Each time costs a turn of
 * the event loop; the bytes themselves are not copied.
 */
const PIECE = 4 * 1024 * 1024;
/** Frames up to this size (bytes) are written in one piece: a copy is cheaper than a system call. */
const SMALL = 16 * 1024;

/** Sends messages, and calls back for each that comes, in order. */
export class Channel<Sent, Received> {
  readonly #codec: Codec = runtimeCodec();
  readonly #receive: (message: Received) => void;
  readonly #failed: (error: unknown) => void;
  readonly #reader: FrameReader;
  #socket: LocalSocket | undefined;
  #sent = 0;
  #received = 0;
  /** Pieces that the stream has not been given yet; a frame stands at its last piece. */
  readonly #queue: { readonly bytes: Uint8Array; readonly frame: Frame | undefined }[] = [];
  #blocked = false;
  /** Frames that the stream has not passed on to the system, as far as it has told. */
  readonly #unwritten = new Set<Frame>();

  /** @param failed what came cannot be read, such as a buffer for which there is no memory */
  constructor(receive: (message: Received) => void, failed: (error: unknown) => void) {
    this.#receive = receive;
    this.#failed = failed;
    this.#reader = new FrameReader((frame) => this.#accept(frame));
  }

  /** Connects it; what was posted before goes out now. */
  attach(socket: LocalSocket): void {
    this.#socket = socket;
    socket.on("data", (piece: Uint8Array) => {
      try {
        this.#reader.push(piece);
      } catch (error) {
        this.#failed(error);
      }
    });
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

  /** Takes bytes that came on another way; frames that were received already are left out. */
  recover(bytes: Uint8Array): void {
    new FrameReader((frame) => this.#accept(frame)).push(bytes);
  }

  #accept(frame: Frame): void {
    if (frame.number <= this.#received) return;
    this.#received = frame.number;
    this.#receive(this.#codec.unpack(frame) as Received);
  }

  #enqueue(frame: Frame): void {
    const parts = frameParts(frame);
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
        if (!error) this.#unwritten.delete(frame);
      });
      this.#blocked = !socket.write(bytes, passed);
    }
    socket.uncork();
    this.#queue.splice(0, given);
  }
}

/** The bytes of a frame. */
export function frameParts(frame: Frame): Uint8Array[] {
  const header = frameHeader(frame);
  const { body, buffers } = frame;
  const parts: Uint8Array[] = [];
  if (body.byteLength > SMALL) {
    parts.push(header, body);
  } else {
    const head = new Uint8Array(header.byteLength + body.byteLength);
    head.set(header);
    head.set(body, header.byteLength);
    parts.push(head);
  }
  for (const buffer of buffers) if (buffer.byteLength > 0) parts.push(new Uint8Array(buffer));
  return parts;
}
