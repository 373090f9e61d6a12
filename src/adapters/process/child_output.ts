/** What a child writes: passed on, dropped, or cut by job. */
import type { Readable } from "node:stream";
import process from "node:process";
import type { OutputMode, WorkerOutput } from "../../core/backend.ts";
import type { FromWorker } from "../../protocol/messages.ts";
import { HeldReplies } from "./held_replies.ts";
import { MarkCutter } from "./marks.ts";
import { StderrTail } from "./stderr_tail.ts";

/** Where it goes; default: `"inherit"`. */
export interface OutputModes {
  readonly stdout?: OutputMode | undefined;
  readonly stderr?: OutputMode | undefined;
}

/** What it tells its transport. */
export interface ChildOutputEvents {
  output(output: WorkerOutput): void;
  /** A message of the child is due: the output that belongs before it was told. */
  message(message: FromWorker): void;
  /** A stream is through. */
  over(stream: "stdout" | "stderr"): void;
}

/** Descriptors that the child has to mark. */
export function captured({ stdout, stderr }: OutputModes): boolean[] {
  return [stdout === "pipe", stderr === "pipe"];
}

/** The output of one child. */
export class ChildOutput {
  readonly #events: ChildOutputEvents;
  readonly #tail = new StderrTail();
  /** Of the streams that are captured and not through. */
  readonly #cutters = new Set<MarkCutter>();
  readonly #held: HeldReplies | undefined;

  constructor(modes: OutputModes, events: ChildOutputEvents) {
    this.#events = events;
    if (!captured(modes).includes(true)) return;
    this.#held = new HeldReplies(
      (message) => events.message(message),
      (jobs) => [...this.#cutters].every((cutter) => cutter.ended >= jobs),
    );
  }

  /** The last lines of stderr. */
  get lastLines(): string | undefined {
    return this.#tail.text;
  }

  /** A message of the child came. */
  receive(message: FromWorker): void {
    if (this.#held) this.#held.receive(message);
    else this.#events.message(message);
  }

  /** Reads stderr, which is a pipe in any case: its end is kept. */
  readStderr(stream: Readable, mode: OutputMode | undefined, token: Uint8Array): void {
    if (mode === "pipe") {
      return this.capture("stderr", stream, token, (piece) => this.#tail.add(piece));
    }
    this.#read("stderr", stream, (piece) => {
      if (mode !== "ignore") {
        const { stderr } = process;
        stderr.write(piece, (error) => {
          // Nobody reads it any more: that must not end this program, which has written nothing.
          if (error && !stderr.listenerCount("error")) stderr.once("error", () => {});
        });
      }
      this.#tail.add(piece);
    });
  }

  /** Reads a stream that the child marks. */
  capture(
    name: "stdout" | "stderr",
    stream: Readable,
    token: Uint8Array,
    keep?: (data: Uint8Array) => void,
  ): void {
    const cutter = new MarkCutter(token, (data, jobId) => {
      keep?.(data);
      this.#events.output({ jobId, stream: name, data });
    });
    this.#cutters.add(cutter);
    this.#read(name, stream, (piece) => {
      cutter.push(piece);
      this.#held?.advance();
    }, () => this.#finish(cutter));
  }

  /** The child is gone; a grandchild may have the streams still. */
  end(): void {
    for (const cutter of this.#cutters) this.#finish(cutter);
  }

  #finish(cutter: MarkCutter): void {
    if (!this.#cutters.delete(cutter)) return;
    cutter.end();
    this.#held?.advance();
  }

  #read(
    name: "stdout" | "stderr",
    stream: Readable,
    take: (piece: Uint8Array) => void,
    finish?: () => void,
  ): void {
    const over = (): void => {
      finish?.();
      this.#events.over(name);
    };
    stream.on("data", take);
    stream.on("close", over);
    stream.on("error", over);
    (stream as unknown as { unref?(): void }).unref?.();
  }
}
