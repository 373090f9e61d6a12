/** All that a runtime owes the scheduler. Adapters implement this; nothing else names a runtime. */
import type { HostClaims } from "../protocol/claims.ts";
import type { FromWorker, ToWorker } from "../protocol/messages.ts";
import type { WrapText } from "../protocol/slots.ts";
import type { Transferable } from "../protocol/transferable.ts";

/** How workers are run: threads and processes isolate tasks, inline runs them on this event loop. */
export type WorkerKind = "thread" | "process" | "inline";

/** What a backend can do; the core and the conformance suite read this, never a runtime's name. */
export interface WorkerTraits {
  /** How workers are run. */
  readonly kind: WorkerKind;
  /** A task cannot block or end the host, and has module state of its own. */
  readonly isolated: boolean;
  /** A `SharedArrayBuffer` may be sent. */
  readonly sharedMemory: boolean;
  /** A worker can be stopped in the middle of a task. */
  readonly killable: boolean;
}

/**
 * Where a child's output goes: to where this program's goes, into the events of the pool, or nowhere.
 * The words are those of `subprocess`.
 */
export type OutputMode = "inherit" | "pipe" | "ignore";

/** A piece of a child's output. */
export interface WorkerOutput {
  /** The job that ran when it was written; `undefined` between jobs. */
  readonly jobId: number | undefined;
  /** Where it was written. */
  readonly stream: "stdout" | "stderr";
  /** Bytes as they came; a character may be cut. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** What workers may be given beyond the code that they run. */
export interface WorkerSettings {
  /** All environment variables of the worker; default: those of the host. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Command-line options of the runtime for the worker, where it takes them. Default: those of the host,
   * as far as it knows them (Node) and they are not about its own program.
   */
  readonly execArgv?: readonly string[];
  /**
   * Deno's permissions of a child process: `"none"`, an object such as `{ read: ["./data"], net: true }`
   * in which what is not named is not given, or `"inherit"` (default): every kind of which this program
   * has all. Of a kind that it has in part it cannot tell which, so that this is not passed on. To
   * this comes the wire to this program.
   */
  readonly permissions?: unknown;
  /**
   * Where the standard output of child processes goes: `"inherit"` (default), `"ignore"`, or `"pipe"`: it
   * comes as `output` events of the pool, which say what job it belongs to; without listeners it is
   * dropped. Other backends refuse it: their tasks write to the output of the whole program.
   */
  readonly stdout?: OutputMode;
  /** The same for standard error; its last lines stand in `WorkerDiedError` in any case. */
  readonly stderr?: OutputMode;
  /** Memory limits in the runtime's own terms, such as `{ maxOldGenerationSizeMb: 64 }`. */
  readonly resourceLimits?: Readonly<Record<string, number>>;
  /** Entry of the worker, for bundles in which the default cannot be found. */
  readonly workerUrl?: string | URL;
}

/** One worker to be. */
export interface WorkerSpec extends WorkerSettings {
  /** Its number, unique in its pool. */
  readonly workerId: number;
  /** Its name, for messages and debuggers. */
  readonly name: string;
}

/** How a worker ended. */
export interface WorkerEnd {
  /** Exit code; `null` when the runtime reported none. */
  readonly exitCode: number | null;
  /** Signal name for child processes, else `null`. */
  readonly signal: string | null;
  /** An error that the runtime reported. */
  readonly error?: unknown;
  /** Last lines of its stderr, where they are captured. */
  readonly stderr?: string;
  /** True when memory ran out, as far as is known. */
  readonly outOfMemory?: boolean;
  /** True when the thread could not be stopped: it was given up, and may run on. */
  readonly givenUp?: boolean;
}

/** What a transport tells its lane. */
export interface TransportEvents {
  /** A message came; MUST be called in the order of sending. */
  message(message: FromWorker): void;
  /**
   * The worker is gone. MUST be called exactly once for every worker, after its last message, however
   * it ended: failed start, exit, crash, kill.
   */
  exit(end: WorkerEnd): void;
  /** It wrote something, where output is piped. To be called before the result of that job, and `exit`. */
  output?(output: WorkerOutput): void;
}

/** The host's wire to one worker. It MUST NOT keep the program alive by itself. */
export interface Transport {
  /**
   * Where memory is not shared: another place for the states of jobs, in which both sides see at once
   * what the other does. Without it a worker is sent one job at a time.
   */
  readonly claims?: HostClaims | undefined;
  /**
   * Sends. MUST throw at once where a value cannot be cloned, and then send nothing; MUST ignore
   * messages to a worker that is gone.
   */
  post(message: ToWorker, transfer?: Transferable[]): void;
  /** Number of the process, where the worker is one and could be started. */
  readonly pid?: number | undefined;
  /** Sends SIGTERM, which a process may handle; threads know no such thing. */
  askToEnd?(): void;
  /** Ends the worker now; `exit` MUST follow within a second, even if the thread cannot be stopped. */
  terminate(): void;
}

/** Keeps the program running while `hold` was called last, and lets it end after `release`. */
export interface KeepAlive {
  hold(): void;
  release(): void;
  /** It is not needed any more. */
  end(): void;
}

/** A kind of worker on one runtime. */
export interface WorkerAdapter {
  /** What it can do. */
  readonly traits: WorkerTraits;
  /** Throws for settings that it cannot honour. */
  check?(settings: WorkerSettings): void;
  /** Views shared memory as text; only where workers are threads, which may block: turns slots on. */
  readonly wrapText?: WrapText;
  /** Starts a worker. May throw; else every later failure arrives through `events.exit`. */
  spawn(spec: WorkerSpec, events: TransportEvents): Transport;
}

/** Time as the core sees it, so that tests can inject their own. */
export interface Clock {
  /** Milliseconds; the clock that workers write into shared memory. */
  now(): number;
  /** MUST NOT keep the program running. */
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** What the host's side of a runtime supplies. */
export interface Host {
  readonly clock: Clock;
  /** A handle of its own for each scheduler. */
  keepAlive(): KeepAlive;
}

/** Kinds of workers that every runtime has, as options name them. */
export type BackendName = "thread" | "process" | "inline";

/** What a runtime supplies to pools and executors. */
export interface Runtime {
  readonly host: Host;
  /** Number of processors that this process may really use. */
  availableWorkers(): number;
  readonly adapters: { readonly [Name in BackendName]: () => WorkerAdapter };
}
