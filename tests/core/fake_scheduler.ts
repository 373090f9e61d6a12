/** A real scheduler on fake workers and fake time. */
import { PoolClosedError } from "../../src/core/errors.ts";
import type { CrewConfig } from "../../src/core/crew_config.ts";
import type { KnownFunction } from "../../src/core/functions.ts";
import { Job, type JobRequest } from "../../src/core/job.ts";
import { Scheduler, type SchedulerConfig } from "../../src/core/scheduler.ts";
import { encode } from "../../src/protocol/encode.ts";
import { FakeAdapter, type FakeOptions, type FakeWorker } from "./fake_adapter.ts";
import { FakeHost, turn } from "./fake_host.ts";

/** Settings of a scheduler; those of the crew stand beside the others. */
export type SetUp =
  & Partial<Omit<SchedulerConfig, "host" | "crew">>
  & Partial<Omit<CrewConfig, "adapter">>;

/** How a call ended, and how often: never more than once. */
export class Call {
  settled = 0;
  value: unknown;
  error: unknown;
  job!: Job;
  /** Called once it has ended, within the scheduler's turn. */
  onEnd: (() => void) | undefined;

  get state(): string {
    if (this.settled > 1) return `settled ${this.settled} times`;
    return this.settled === 0 ? "pending" : this.error === undefined ? "fulfilled" : "rejected";
  }

  resolve(value: unknown): void {
    this.settled++;
    this.value = value;
    this.onEnd?.();
  }

  reject(error: unknown): void {
    this.settled++;
    this.error = error ?? new Error("rejected with nothing");
    this.onEnd?.();
  }
}

/** A scheduler and all that surrounds it. */
export class Bench {
  readonly host = new FakeHost();
  readonly adapter: FakeAdapter;
  readonly scheduler: Scheduler;
  readonly fn: KnownFunction;
  ended = false;

  constructor(setUp: SetUp = {}, options: FakeOptions = {}) {
    this.adapter = new FakeAdapter(options, () => this.host.clock.now());
    const { maxQueue = Infinity, whenFull = "reject", grace = 100, ...crew } = setUp;
    const { workers = 1 } = crew;
    this.scheduler = new Scheduler({
      host: this.host,
      maxQueue,
      whenFull,
      grace,
      crew: {
        adapter: this.adapter,
        workers,
        minWorkers: workers,
        idleTimeout: undefined,
        spawnTimeout: 1000,
        maxTasksPerChild: undefined,
        maxMemoryPerChild: undefined,
        name: "Test",
        settings: {},
        initializer: undefined,
        finalizer: undefined,
        ...crew,
      },
    });
    this.scheduler.life.finished.then(() => this.ended = true);
    this.fn = this.function();
  }

  /** A worker by its number in the order of starting, from 0. */
  worker(index: number): FakeWorker {
    const worker = this.adapter.workers[index];
    if (!worker) throw new Error(`there are only ${this.adapter.workers.length} workers`);
    return worker;
  }

  /** A function that the scheduler has not met; with a mean time in ms, one that it knows. */
  function(estimate = Infinity): KnownFunction {
    // Functions of the same source count as one.
    const known = this.scheduler.functions.get(new Function(`return ${++made}`));
    known.estimate = estimate;
    return known;
  }

  submit(
    { fn = this.fn, args = [], ...request }: JobRequest & Partial<Pick<Job, "fn" | "args">> = {},
  ): Call {
    const call = new Call();
    call.job = new Job(fn, args, call, request);
    this.scheduler.submit(call.job);
    return call;
  }

  /** Waits for the end of the turn. */
  turn(): Promise<void> {
    return turn();
  }

  advance(milliseconds: number): Promise<void> {
    return this.host.clock.advance(milliseconds);
  }
}

let made = 0;

/** A scheduler whose workers are ready. */
export async function bench(setUp?: SetUp, options?: FakeOptions): Promise<Bench> {
  const made = new Bench(setUp, options);
  await made.turn();
  return made;
}

/** Names what each call has come to. */
export function states(calls: readonly Call[]): string[] {
  return calls.map((call) => call.state);
}

/** What calls get that a terminated pool did not finish. */
export function closed(): Error {
  return new PoolClosedError("The pool was terminated");
}

/** What a worker sends for something that was thrown. */
export function thrown(error: unknown): unknown {
  return encode(error, "error").value;
}

/** Broadcasts a call whose result is "all". */
export function broadcast({ fn, scheduler }: Bench): Promise<unknown[]> {
  return scheduler.broadcast(fn, { reference: fn.reference, args: ["all"], marked: false });
}

/** Lets workers, by default all, run what they have, until nothing is left. */
export async function drain(made: Bench, index?: number): Promise<void> {
  for (let idle = 0; idle < 3; idle++) {
    await made.turn();
    for (const worker of index === undefined ? made.adapter.living : [made.worker(index)]) {
      while (worker.run(0.001)) idle = 0;
    }
  }
}
