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

/** After an exit without the port's close (a thread that cannot be stopped, a failed start), in ms. */
const WAIT_FOR_CLOSE = 100;
/** After the port's close, for the exit code; Node may take 13 ms. */
const WAIT_FOR_EXIT = 50;
/** After a kill without any sign. */
const WAIT_FOR_DEATH = 500;

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
      this.#settle(WAIT_FOR_EXIT);
    });
    this.#thread = start(port2, {
      exit: (exitCode) => {
        this.#exited = true;
        this.#exitCode = exitCode;
        this.#settle(WAIT_FOR_CLOSE);
      },
      error: (error) => this.#error ??= error,
    });
    unref(port1);
  }

  post(message: ToWorker, transfer?: Transferable[]): void {
    this.#port.postMessage(message, transfer ?? []);
  }

  terminate(): void {
    this.#thread.terminate();
    this.#settle(WAIT_FOR_DEATH);
  }

  #settle(patience: number): void {
    if (this.#ended) return;
    host.clock.clearTimeout(this.#timer);
    if (this.#closed && this.#exited) return this.#end();
    this.#timer = host.clock.setTimeout(() => this.#end(), patience);
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
