/** A worker of its own for one function: it starts, runs it, and ends. */
import { signalNumber } from "../adapters/services.ts";
import type { Transport, WorkerAdapter, WorkerEnd, WorkerSpec } from "../core/backend.ts";
import { MaybeEncodingError } from "../core/errors.ts";
import { Neighbour } from "../core/neighbour.ts";
import type { FromWorker, SentValue, SetupCall } from "../protocol/messages.ts";
import type { Identity } from "../protocol/realm.ts";
import { reviveOrFault } from "../protocol/revive.ts";
import { dropCopy } from "../protocol/shareable.ts";
import type { Transferable } from "../protocol/transferable.ts";

/** What the worker does, and as whom. */
export interface SoloStart {
  readonly call: SetupCall;
  readonly transfer: Transferable[] | undefined;
  readonly identity: Identity;
}

/** How it ended. */
export interface SoloEnd {
  /** −N for signal N. */
  readonly exitCode: number;
  /** What it died of, where that was an error. */
  readonly fault?: { readonly error: unknown };
}

/** What asks a worker to end, and what ends it. */
export type StopSignal = "SIGTERM" | "SIGKILL";

/**
 * The function runs as the worker's set-up does, because nobody asks for its result: a value that
 * cannot be sent is no failure here.
 */
export class SoloWorker {
  readonly #transport: Transport;
  readonly #neighbour: Neighbour;
  readonly #isProcess: boolean;
  readonly #ended: (end: SoloEnd) => void;
  readonly #args: unknown;
  /** How the function ended. */
  #outcome: SoloEnd | undefined;
  #dying: { readonly exitCode: number | null; readonly error: SentValue | null } | undefined;
  /** The first thing that somebody here did to end it. */
  #stoppedBy: StopSignal | undefined;
  #refused = false;

  /** Starts it; throws what the adapter throws. `ended` is called once, and never before this returns. */
  constructor(
    adapter: WorkerAdapter,
    spec: WorkerSpec,
    { call, transfer, identity }: SoloStart,
    ended: (end: SoloEnd) => void,
  ) {
    this.#ended = ended;
    this.#args = call.marked && call.args;
    this.#isProcess = adapter.traits.kind === "process";
    this.#neighbour = new Neighbour(adapter, spec, {
      message: (message) => this.#receive(message),
      exit: (end) => this.#exit(end),
    });
    const { transport, place } = this.#neighbour;
    this.#transport = transport;
    const { workerId } = spec;
    const rest = {
      ...(place && { place }),
      claims: null,
      slots: null,
      finalizer: null,
      reportMemory: false,
    };
    try {
      this.#transport.post({ type: "start", workerId, setup: [call], identity, ...rest }, transfer);
    } catch (cause) {
      this.#refused = true;
      this.#transport.terminate();
      throw new MaybeEncodingError(`Cannot send args: ${cause}`, { path: "args", cause });
    }
  }

  /** Number of the process that it is, or nothing. */
  get pid(): number | undefined {
    return this.#transport.pid;
  }

  /** A thread handles no signals: for one both are the end. */
  stop(signal: StopSignal): void {
    this.#stoppedBy ??= signal;
    if (signal === "SIGTERM" && this.#transport.askToEnd) this.#transport.askToEnd();
    else this.#transport.terminate();
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case "ready":
        return this.#finish({ exitCode: 0 });
      case "setupFailed":
        return this.#finish({ exitCode: 1, fault: { error: reviveOrFault(message.error) } });
      case "dying":
        this.#dying = message;
        return;
      case "mail":
        return this.#neighbour.receive(message.letters);
      case "closed":
        return this.#transport.terminate();
    }
  }

  #finish(outcome: SoloEnd): void {
    this.#outcome = outcome;
    // It waits for its own children first.
    this.#transport.post({ type: "close" });
  }

  #exit(end: WorkerEnd): void {
    this.#neighbour.end();
    // Whoever made it has heard of that.
    if (this.#refused) return;
    dropCopy(this.#args);
    this.#ended(this.#judge(end));
  }

  #judge(end: WorkerEnd): SoloEnd {
    const signal = end.signal ?? (this.#isProcess ? undefined : this.#stoppedBy);
    if (signal && (this.#stoppedBy || !this.#outcome)) return { exitCode: -signalNumber(signal) };
    if (this.#outcome) return this.#outcome;
    const exitCode = this.#dying?.exitCode ?? end.exitCode ?? 1;
    const sent = this.#dying?.error;
    if (sent) return { exitCode, fault: { error: reviveOrFault(sent) } };
    return { exitCode, ...(end.error !== undefined && { fault: { error: end.error } }) };
  }
}
