/** Workers that do what a test says. */
import type {
  Transport,
  TransportEvents,
  WorkerAdapter,
  WorkerEnd,
  WorkerSpec,
  WorkerTraits,
} from "../../src/core/backend.ts";
import { Claims } from "../../src/protocol/claims.ts";
import {
  type FromWorker,
  type JobRecord,
  Outcome,
  readJobs,
  type ToWorker,
} from "../../src/protocol/messages.ts";

/** What a fake worker is like. */
export interface FakeOptions {
  readonly kind?: WorkerTraits["kind"];
  readonly sharedMemory?: boolean;
  /** It says `ready` to its first message at once (default), or when the test calls `ready()`. */
  readonly boots?: boolean;
  /** A killed worker ends in the next turn (default), or when the test calls `exit()`. */
  readonly dies?: boolean;
  /** It answers `close` at once (default), or when the test calls `say()`. */
  readonly closes?: boolean;
  /** Called at the start of each worker; may throw as an adapter does. */
  readonly onSpawn?: (worker: FakeWorker) => void;
  /** Called before a message is sent; throws for what cannot be cloned. */
  readonly onPost?: (message: ToWorker, transfer: Transferable[] | undefined) => void;
}

/** One worker, told by the test what to do. */
export class FakeWorker implements Transport {
  readonly spec: WorkerSpec;
  /** All that the host said, in order. */
  readonly received: ToWorker[] = [];
  readonly transfers: (Transferable[] | undefined)[] = [];
  /** Jobs that were sent and that it has not begun. */
  readonly inbox: JobRecord[] = [];
  terminated = 0;
  ended = false;
  claims: Claims | undefined;
  readonly #options: FakeOptions;
  readonly #events: TransportEvents;
  /** The time of this worker, for its claims. */
  readonly #now: () => number;

  constructor(spec: WorkerSpec, events: TransportEvents, options: FakeOptions, now: () => number) {
    this.spec = spec;
    this.#events = events;
    this.#options = options;
    this.#now = now;
  }

  post(message: ToWorker, transfer?: Transferable[]): void {
    this.#options.onPost?.(message, transfer);
    if (this.ended) return;
    this.received.push(message);
    this.transfers.push(transfer);
    if (message.type === "start") this.#start(message.claims);
    if (message.type === "run") readJobs(message.jobs, (job) => this.inbox.push(job));
    if (message.type === "close" && this.#options.closes !== false) {
      queueMicrotask(() => this.say({ type: "closed", error: null }));
    }
  }

  #start(claims: SharedArrayBuffer | null): void {
    this.claims = claims ? new Claims(claims) : undefined;
    if (this.#options.boots !== false) queueMicrotask(() => this.ready());
  }

  terminate(): void {
    this.terminated++;
    if (this.#options.dies !== false) queueMicrotask(() => this.exit());
  }

  /** Messages of one kind. */
  all<T extends ToWorker["type"]>(type: T): (ToWorker & { readonly type: T })[] {
    return this.received.filter((message): message is ToWorker & { readonly type: T } =>
      message.type === type
    );
  }

  say(message: FromWorker): void {
    if (!this.ended) this.#events.message(message);
  }

  ready(): void {
    this.say({ type: "ready" });
  }

  /** Begins the next job that the host has not taken back; those it has are reported as skipped. */
  begin(): JobRecord | undefined {
    for (let job = this.inbox.shift(); job; job = this.inbox.shift()) {
      if (!this.claims || this.claims.claim(job.cell, this.#now())) return job;
      this.reply(job, Outcome.skipped, undefined);
    }
  }

  /** Marks a job as done, as a worker does before its reply leaves. */
  finish(job: JobRecord): void {
    this.claims?.finish(job.cell);
  }

  reply(job: JobRecord, outcome: Outcome, payload: unknown): void {
    this.say({ type: "done", replies: [job.cell, outcome, payload], times: [] });
  }

  /** Begins the next job, if any, and answers it with its first argument. */
  run(milliseconds?: number): JobRecord | undefined {
    const job = this.begin();
    if (!job) return undefined;
    this.finish(job);
    const times = milliseconds === undefined ? [] : [job.functionId, 1, milliseconds];
    this.say({ type: "done", replies: [job.cell, Outcome.value, job.args[0]], times });
    return job;
  }

  /** Ends as a worker of its own accord. */
  exit(end: Partial<WorkerEnd> = {}): void {
    if (this.ended) return;
    this.ended = true;
    this.#events.exit({ exitCode: null, signal: null, ...end });
  }
}

/** Starts fake workers and remembers them. */
export class FakeAdapter implements WorkerAdapter {
  readonly traits: WorkerTraits;
  readonly workers: FakeWorker[] = [];
  readonly #options: FakeOptions;
  readonly #now: () => number;

  constructor(options: FakeOptions = {}, now: () => number = () => 0) {
    this.#options = options;
    this.#now = now;
    this.traits = {
      kind: options.kind ?? "thread",
      isolated: true,
      sharedMemory: options.sharedMemory ?? true,
      killable: true,
    };
  }

  /** Workers that have not ended. */
  get living(): FakeWorker[] {
    return this.workers.filter((worker) => !worker.ended);
  }

  spawn(spec: WorkerSpec, events: TransportEvents): Transport {
    const worker = new FakeWorker(spec, events, this.#options, this.#now);
    this.#options.onSpawn?.(worker);
    this.workers.push(worker);
    return worker;
  }
}
