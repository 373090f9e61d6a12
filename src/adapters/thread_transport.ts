/** What the thread adapters share: traffic over a port of its own, and one end for every worker. */
import type { Transport, TransportEvents, WorkerEnd } from "../core/backend.ts";
import type { FromWorker, ToWorker } from "../protocol/messages.ts";
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
  /** After an exit: a thread that cannot be stopped and a failed start on Bun never close their port. */
  exited: 50,
  /** After the port's close, for the exit code; Node may take 13 ms. */
  closed: 25,
  /** After a kill. */
  neither: 250,
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
  #closed = false;
  #exited = false;
  #exitCode: number | null = null;
  #error: unknown;
  #ended = false;
  #timer: unknown;

  /** @param start starts the thread and hands it the port */
  constructor(events: TransportEvents, start: (port: MessagePort, on: ThreadEvents) => Thread) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#events = events;
    listen<FromWorker>(port1, (message) => events.message(message));
    port1.addEventListener("close", () => {
      this.#closed = true;
      this.#settle();
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
      port1.close();
      throw error;
    }
  }

  post(message: ToWorker, transfer?: Transferable[]): void {
    this.#port.postMessage(message, transfer ?? []);
  }

  terminate(): void {
    this.#settle();
    this.#thread.terminate();
  }

  #settle(rounds = 2): void {
    if (this.#ended) return;
    host.clock.clearTimeout(this.#timer);
    if ((this.#closed && this.#exited) || rounds === 0) return this.#end();
    const patience = this.#exited ? WAIT.exited : this.#closed ? WAIT.closed : WAIT.neither;
    this.#timer = host.clock.setTimeout(() => this.#settle(rounds - 1), patience);
  }

  #end(): void {
    this.#ended = true;
    this.#port.close();
    const outOfMemory =
      (this.#error as { code?: unknown } | undefined)?.code === "ERR_WORKER_OUT_OF_MEMORY";
    const end: WorkerEnd = {
      exitCode: this.#exitCode,
      signal: null,
      ...(this.#error !== undefined && { error: this.#error }),
      outOfMemory,
    };
    this.#events.exit(end);
  }
}

/** Only jobs keep the program running, not the wires to workers. */
function unref(port: MessagePort): void {
  (port as unknown as { unref(): void }).unref();
}
