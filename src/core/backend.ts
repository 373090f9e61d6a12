/** All that a runtime owes the scheduler. Adapters implement this; nothing else names a runtime. */
import type { HostClaims } from "../protocol/claims.ts";
import type { FromWorker, ToWorker } from "../protocol/messages.ts";
import type { WrapText } from "../protocol/slots.ts";
import type { Transferable } from "../protocol/transferable.ts";

/**
 * How workers are run: threads and processes isolate tasks, inline runs them on this event loop.
 *
 * @example
 * ```ts
 * import type { WorkerKind } from "@pool/core";
 *
 * // A task that computes for long holds up this program where it has no worker of its own.
 * const mayCompute = (kind: WorkerKind) => kind !== "inline";
 * console.log(mayCompute("thread"), mayCompute("inline")); // true false
 * ```
 */
export type WorkerKind = "thread" | "process" | "inline";

/**
 * What a backend can do; the core and the conformance suite read this, never a runtime's name.
 *
 * @example
 * ```ts
 * import type { WorkerTraits } from "@pool/core";
 *
 * // Of an adapter of your own, whose workers are processes on another machine.
 * const traits: WorkerTraits = {
 *   kind: "process",
 *   isolated: true,
 *   sharedMemory: false,
 *   killable: true,
 * };
 * ```
 */
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
 *
 * @example
 * ```ts
 * import { type OutputMode, ProcessPool } from "@pool/core";
 *
 * const stdout: OutputMode = "ignore";
 * await using pool = new ProcessPool(1, { stdout });
 * console.log(await pool.apply(() => console.log("nobody sees this"))); // undefined
 * ```
 */
export type OutputMode = "inherit" | "pipe" | "ignore";

/**
 * A piece of a child's output.
 *
 * @example
 * ```ts
 * import type { TransportEvents, WorkerOutput } from "@pool/core";
 *
 * // For an adapter of your own: hands on what job 7 has written.
 * function written(events: TransportEvents, data: Uint8Array<ArrayBuffer>): void {
 *   const output: WorkerOutput = { jobId: 7, stream: "stdout", data };
 *   events.output?.(output);
 * }
 * ```
 */
export interface WorkerOutput {
  /** The job that ran when it was written; `undefined` between jobs. */
  readonly jobId: number | undefined;
  /** Where it was written. */
  readonly stream: "stdout" | "stderr";
  /** Bytes as they came; a character may be cut. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * What workers may be given beyond the code that they run.
 *
 * @example
 * ```ts
 * import { Pool, type WorkerSettings } from "@pool/core";
 *
 * const settings: WorkerSettings = { env: { LEVEL: "debug" } };
 * await using pool = new Pool({ workers: 1, ...settings });
 * const level = await pool.apply(async () => (await import("node:process")).default.env.LEVEL);
 * console.log(level); // debug
 * ```
 */
export interface WorkerSettings {
  /** All environment variables of the worker; default: those of the host. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /**
   * Command-line options of the runtime for the worker, where it takes them. Default: those of the host,
   * as far as it knows them (Node) and they are not about its own program. Bun's children get none.
   */
  readonly execArgv?: readonly string[] | undefined;
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
  readonly stdout?: OutputMode | undefined;
  /** The same for standard error; its last lines stand in `WorkerDiedError` in any case. */
  readonly stderr?: OutputMode | undefined;
  /** Memory limits in the runtime's own terms, such as `{ maxOldGenerationSizeMb: 64 }`. */
  readonly resourceLimits?: Readonly<Record<string, number>> | undefined;
  /** Entry of the worker, for bundles in which the default cannot be found. */
  readonly workerUrl?: string | URL | undefined;
}

/**
 * One worker to be.
 *
 * @example
 * ```ts
 * import type { WorkerSpec } from "@pool/core";
 *
 * // How an adapter of your own may call what it starts.
 * const title = ({ name, workerId }: WorkerSpec) => `${name}: worker ${workerId}`;
 * console.log(title({ name: "Pool-1", workerId: 1 })); // Pool-1: worker 1
 * ```
 */
export interface WorkerSpec extends WorkerSettings {
  /** Its number, unique in its pool. */
  readonly workerId: number;
  /** Its name, for messages and debuggers. */
  readonly name: string;
}

/**
 * How a worker ended.
 *
 * @example
 * ```ts
 * import type { TransportEvents, WorkerEnd } from "@pool/core";
 *
 * // For an adapter of your own: tells that the system has killed the process of a worker.
 * function killed(events: TransportEvents, stderr: string): void {
 *   const end: WorkerEnd = { exitCode: null, signal: "SIGKILL", stderr };
 *   events.exit(end);
 * }
 * ```
 */
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

/**
 * What a transport tells its lane.
 *
 * @example
 * ```ts
 * import type { Worker } from "node:worker_threads";
 * import type { TransportEvents } from "@pool/core";
 *
 * // For an adapter of your own: hands on what a thread says, and how it ends.
 * function listen(worker: Worker, events: TransportEvents): void {
 *   worker.on("message", (message) => events.message(message));
 *   worker.on("exit", (exitCode) => events.exit({ exitCode, signal: null }));
 * }
 * ```
 */
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

/**
 * The host's wire to one worker. It MUST NOT keep the program alive by itself.
 *
 * @example
 * ```ts
 * import type { Worker } from "node:worker_threads";
 * import type { Transport } from "@pool/core";
 *
 * // For an adapter of your own: the wire to a thread that hears messages of its parent.
 * function transportTo(worker: Worker): Transport {
 *   return {
 *     post: (message, transfer = []) => worker.postMessage(message, transfer as never[]),
 *     terminate: () => void worker.terminate(),
 *   };
 * }
 * ```
 */
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

/**
 * A kind of worker on one runtime.
 *
 * @example
 * ```ts
 * import { MessageChannel, Worker } from "node:worker_threads";
 * import { Pool, type WorkerAdapter } from "@pool/core";
 *
 * // The least that an adapter needs, here for threads: the built-in one also sees to odd ends.
 * const threads: WorkerAdapter = {
 *   traits: { kind: "thread", isolated: true, sharedMemory: true, killable: true },
 *   spawn({ name }, events) {
 *     const { port1: port, port2 } = new MessageChannel();
 *     const worker = new Worker(new URL(import.meta.resolve("@pool/core/worker")), {
 *       workerData: { "@pool/core": { port: port2 } },
 *       transferList: [port2],
 *       name,
 *     });
 *     let exitCode: number | null = null;
 *     worker.on("exit", (code) => exitCode = code);
 *     port.on("message", (message) => events.message(message));
 *     port.on("close", () => events.exit({ exitCode, signal: null }));
 *     port.unref();
 *     worker.unref();
 *     return {
 *       post: (message, transfer = []) => port.postMessage(message, transfer as never[]),
 *       terminate: () => void worker.terminate(),
 *     };
 *   },
 * };
 *
 * await using pool = new Pool({ workers: 1, backend: threads });
 * console.log(await pool.apply((x: number) => 2 * x, [21])); // 42
 * ```
 */
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

/**
 * Kinds of workers that every runtime has, as options name them.
 *
 * @example
 * ```ts
 * import { type BackendName, Pool } from "@pool/core";
 *
 * // Threads for what computes, this event loop for what only waits.
 * const backendFor = (work: "computes" | "waits"): BackendName =>
 *   work === "computes" ? "thread" : "inline";
 * await using pool = new Pool({ workers: 2, backend: backendFor("waits") });
 * console.log(await pool.apply(async () => (await fetch("data:,hello")).text())); // hello
 * ```
 */
export type BackendName = "thread" | "process" | "inline";

/** What a runtime supplies to pools and executors. */
export interface Runtime {
  readonly host: Host;
  /** Number of processors that this process may really use. */
  availableWorkers(): number;
  readonly adapters: { readonly [Name in BackendName]: () => WorkerAdapter };
}
