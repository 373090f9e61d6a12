/** What the thread adapters share: traffic over a port of its own, and one end for every worker. */
import type { Transport, TransportEvents, WorkerEnd } from "../core/backend.ts";
import type { FromWorker, ToWorker } from "../protocol/messages.ts";
import type { Transferable } from "../protocol/transferable.ts";
import { workerThreads } from "./builtins.ts";
import { warnOfGivenUp } from "./given_up.ts";
import { host } from "./host.ts";
import { listen } from "./ports.ts";

/** A started thread. */
export interface Thread {
  terminate(): void;
}

/** What a runtime reports of a thread; each may be called more than once, or never. */
export interface ThreadEvents {
  exit(exitCode: number | null): void;
  error(error: unknown): void;
}

/**
 * How long each sign waits for the other, in milliseconds; twice, so that a host that was blocked has
 * looked at its ports in between.
 */
const WAIT = {
  /** After an exit: a thread that fails or is killed while it starts never closes its port on Bun. */
  exited: 50,
  /** After the port's close, for the exit code; Node may take 13 ms. */
  closed: 25,
  /** After a kill; long, because a port that does not close then means a thread that runs on. */
  killed: 250,
};

/**
 * The port's `close` is the truth about a worker's end: it comes after the last message on all three
 * runtimes, where `exit` may come before (in a quarter of the ends on Deno 2.9). Where it never comes,
 * the exit counts after a pause.
 */
export class ThreadTransport implements Transport {
  readonly #port: MessagePort;
  readonly #events: TransportEvents;
  readonly #thread: Thread;
  /** Its program has begun. */
  #up = false;
  #killed = false;
  #closed = false;
  #exited = false;
  #exitCode: number | null = null;
  #error: unknown;
  #ended = false;
  #timer: unknown;

  /** @param start starts the thread and hands it the port */
  constructor(events: TransportEvents, start: (port: MessagePort, on: ThreadEvents) => Thread) {
    // A port that is older than this module cannot be unref'd, and never closes (Deno 2.9).
    if ("Deno" in globalThis) workerThreads();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#events = events;
    listen<FromWorker>(port1, (message) => {
      if (message.type === "up") this.#up = true;
      else events.message(message);
    });
    port1.addEventListener("close", () => {
      this.#closed = true;
      this.#settle();
    });
    // What was in that message is lost: the calls that it was about end with the worker.
    port1.addEventListener("messageerror", () => {
      this.#error ??= new Error("a message could not be read");
      this.terminate();
    });
    unref(port1);
    try {
      this.#thread = start(port2, {
        exit: (exitCode) => {
          this.#exited = true;
          this.#exitCode = exitCode;
          this.#settle();
        },
        error: (error) => this.#error ??= error,
      });
    } catch (error) {
      // Whoever would be told of an end has heard of this already.
      this.#ended = true;
      port1.close();
      throw error;
    }
  }

  post(message: ToWorker, transfer?: Transferable[]): void {
    this.#port.postMessage(message, transfer ?? []);
  }

  terminate(): void {
    this.#killed = true;
    this.#settle();
    this.#thread.terminate();
  }

  #settle(rounds = 2): void {
    if (this.#ended) return;
    host.clock.clearTimeout(this.#timer);
    if ((this.#closed && this.#exited) || rounds === 0) return this.#end();
    const starting = this.#exited && !this.#up;
    const patience = this.#closed
      ? WAIT.closed
      : this.#killed && !starting
      ? WAIT.killed
      : WAIT.exited;
    this.#timer = host.clock.setTimeout(() => this.#settle(rounds - 1), patience);
  }

  #end(): void {
    this.#ended = true;
    this.#port.close();
    // Deno 2.9 says exit at once, and the thread spins on: denoland/deno#35657.
    const givenUp = this.#up && this.#killed && !this.#closed;
    if (givenUp) warnOfGivenUp();
    const outOfMemory =
      (this.#error as { code?: unknown } | undefined)?.code === "ERR_WORKER_OUT_OF_MEMORY";
    const end: WorkerEnd = {
      exitCode: this.#exitCode,
      signal: null,
      error: this.#error,
      outOfMemory,
      givenUp,
    };
    this.#events.exit(end);
  }
}

/** Only jobs keep the program running, not the wires to workers. */
function unref(port: MessagePort): void {
  (port as unknown as { unref(): void }).unref();
}
