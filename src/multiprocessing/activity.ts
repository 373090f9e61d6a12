import { host } from "../adapters/services.ts";
import { encodeArguments } from "../core/arguments.ts";
import type { KeepAlive, WorkerAdapter } from "../core/backend.ts";
import { InvalidStateError } from "../core/errors.ts";
import { ownIdentity, workerIdentity } from "../core/identity.ts";
import { checkMainGuard } from "../core/main_guard.ts";
import { checkWait } from "../core/options.ts";
import { appendStack } from "../core/origin.ts";
import { asError } from "../core/outcome.ts";
import type { WaitOptions } from "../core/pool.ts";
import { realm } from "../protocol/realm.ts";
import { sendWith } from "../protocol/shareable.ts";
import { staysHere } from "../protocol/stays_here.ts";
import { orTimeout } from "../protocol/timers.ts";
import { withResolvers } from "../protocol/with_resolvers.ts";
import { type ActivityOptions, checkActivity, type CheckedActivity } from "./activity_options.ts";
import { reportFault } from "./report.ts";
import { installRevivers } from "./revivers.ts";
import { type SoloEnd, SoloWorker, type StopSignal } from "./solo_worker.ts";

/** What differs. */
export interface ActivityKind {
  readonly kind: "process" | "thread";
  /** Names that nobody chose begin with it. */
  readonly prefix: string;
  readonly adapter: () => WorkerAdapter;
  /** First words of the report of an error. */
  readonly headline: string;
}

/** A daemon that handles SIGTERM has this long (ms) when it is disposed of. */
const DAEMON_GRACE = 1000;

/** Numbers of the last ones that this realm has made. */
const last = { process: 0, thread: 0 };

type State =
  | { readonly kind: "initial" }
  | { readonly kind: "started"; readonly worker: SoloWorker; readonly ended: Promise<void> }
  | { readonly kind: "ended"; readonly pid: number | null; readonly exitCode: number }
  | { readonly kind: "closed" };

/**
 * One function in a worker of its own: what {@linkcode Process} and {@linkcode Thread} have in common. Only
 * these two are made of it.
 *
 * @example
 * ```ts
 * import { type Activity, Process, Thread } from "@pool/core";
 *
 * async function run(activity: Activity): Promise<number | null> {
 *   activity.start();
 *   await activity.join();
 *   return activity.exitCode;
 * }
 * console.log(await run(new Process({ target: () => {} })), await run(new Thread({ target: () => {} })));
 * ```
 */
export abstract class Activity<A extends readonly unknown[] = readonly unknown[]>
  implements AsyncDisposable {
  static {
    staysHere(this);
  }

  /** As it was given, or its kind and a number: `Process-1`, `Thread-2`. */
  readonly name: string;
  /** It does not keep the program running. */
  readonly daemon: boolean;
  readonly #kind: ActivityKind;
  readonly #options: CheckedActivity;
  readonly #adapter: WorkerAdapter;
  readonly #number: number;
  readonly #path: string;
  #state: State = { kind: "initial" };
  #keepAlive: KeepAlive | undefined;
  /** Waits that keep the program running for a daemon, too. */
  #waits = 0;

  /** @ignore only for the two kinds */
  protected constructor(kind: ActivityKind, options: ActivityOptions<A>) {
    installRevivers();
    this.#kind = kind;
    this.#options = checkActivity(options, kind.kind);
    this.#adapter = kind.adapter();
    this.#adapter.check?.(this.#options.settings);
    this.#number = ++last[kind.kind];
    const outer = ownIdentity();
    this.#path = outer.path ? `${outer.path}:${this.#number}` : String(this.#number);
    this.name = this.#options.name ?? `${kind.prefix}-${this.#path}`;
    this.daemon = this.#options.daemon ?? outer[kind.kind].daemon;
  }

  /** Number of the process in the system; `null` before the start, and for a thread, which has none. */
  get pid(): number | null {
    const state = this.#open("read the pid of");
    if (state.kind === "started") return state.worker.pid ?? null;
    return state.kind === "ended" ? state.pid : null;
  }

  /**
   * How it ended: 0, 1 after an error that nobody caught, what it gave to `process.exit()`, or −N where
   * signal N ended it: −15 after {@linkcode Activity.terminate}, −9 after {@linkcode Activity.kill}, for
   * threads too. `null` until then. Mirrors `exitcode`.
   */
  get exitCode(): number | null {
    const state = this.#open("read the exit code of");
    return state.kind === "ended" ? state.exitCode : null;
  }

  /** From the start to the end. */
  isAlive(): boolean {
    return this.#open("tell the state of").kind === "started";
  }

  /**
   * Starts it, and returns at once. What comes after that, such as a module that cannot be imported, is
   * reported on stderr like an error of the function.
   *
   * @throws `InvalidStateError` when it was started before, `MaybeEncodingError` for arguments that
   * cannot be sent, `PoolError` where the system starts no process
   */
  start(): void {
    if (this.#open("start").kind !== "initial") {
      throw new InvalidStateError(`Cannot start ${this.name}: it was started before`);
    }
    checkMainGuard(this.#kind.kind);
    const { target, args, settings } = this.#options;
    const { sharedMemory } = this.#adapter.traits;
    const { value, marked, transfer } = encodeArguments(args, undefined, sharedMemory);
    const { name, daemon } = this;
    const identity = workerIdentity(this.#kind.kind, { name, daemon }, this.#path);
    const origin = new Error();
    const { promise, resolve } = withResolvers<void>();
    const worker = sendWith(marked && value, () =>
      new SoloWorker(
        this.#adapter,
        { ...settings, workerId: this.#number, name },
        { call: { reference: target, args: value, marked }, transfer, identity },
        (end) => {
          this.#end(worker, end, origin);
          resolve();
        },
      ));
    this.#state = { kind: "started", worker, ended: promise };
    realm.children.add(this);
    this.#keepAlive = host.keepAlive();
    this.#hold();
  }

  /**
   * Waits for the end; resolves to `true` when it has come, and to `false` after `timeout` milliseconds.
   * Mirrors `join`, which tells nothing.
   *
   * Rejects with `InvalidStateError` before the start.
   */
  async join(options?: WaitOptions): Promise<boolean> {
    const limit = checkWait(options, `join ${this.#kind.kind}`);
    const state = this.#open("join");
    if (state.kind === "initial") {
      throw new InvalidStateError(`Cannot join ${this.name}: it was not started`);
    }
    if (state.kind !== "started") return true;
    this.#waits++;
    this.#hold();
    try {
      await orTimeout(state.ended, limit);
    } finally {
      this.#waits--;
      this.#hold();
    }
    return this.#state.kind !== "started";
  }

  /**
   * Ends it. A process is asked by SIGTERM; one that does not handle the signal ends at once, in a busy
   * loop too, and its own children end with it. A thread ends at once, in the middle of what it does,
   * where the runtime can do that. Nothing happens after the end.
   *
   * @throws `InvalidStateError` before the start
   */
  terminate(): void {
    this.#stop("terminate", "SIGTERM");
  }

  /** Ends it as {@linkcode Activity.terminate} does; a process by SIGKILL, which it cannot handle. */
  kill(): void {
    this.#stop("kill", "SIGKILL");
  }

  /**
   * Gives the handle back: from now on all but `name` and `daemon` throws. May be called again.
   *
   * @throws `InvalidStateError` while it runs
   */
  close(): void {
    if (this.#state.kind === "started") {
      throw new InvalidStateError(
        `Cannot close ${this.name}: it is still running; join() or terminate() it first`,
      );
    }
    this.#state = { kind: "closed" };
  }

  /** Waits for the end, which a daemon is brought to first, and gives the handle back. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state.kind === "started" && this.daemon) {
      this.terminate();
      if (!await this.join({ timeout: DAEMON_GRACE })) this.kill();
    }
    if (this.#state.kind === "started") await this.join();
    this.close();
  }

  #stop(verb: string, signal: StopSignal): void {
    const state = this.#open(verb);
    if (state.kind === "initial") {
      throw new InvalidStateError(`Cannot end ${this.name}: it was not started`);
    }
    if (state.kind === "started") state.worker.stop(signal);
  }

  #open(verb: string): Exclude<State, { readonly kind: "closed" }> {
    if (this.#state.kind !== "closed") return this.#state;
    throw new InvalidStateError(`Cannot ${verb} ${this.name}: it is closed`);
  }

  #hold(): void {
    if (!this.daemon || this.#waits > 0) this.#keepAlive?.hold();
    else this.#keepAlive?.release();
  }

  #end({ pid }: SoloWorker, { exitCode, fault }: SoloEnd, origin: Error): void {
    this.#state = { kind: "ended", pid: pid ?? null, exitCode };
    realm.children.delete(this);
    this.#keepAlive?.end();
    this.#keepAlive = undefined;
    if (!fault) return;
    const error = asError(fault.error);
    appendStack(error, origin);
    reportFault(`${this.#kind.headline} ${this.name}:`, error);
  }
}
