/** The real scheduler on simulated workers: what it decides and what it costs, without any thread. */
import type {
  Host,
  Transport,
  TransportEvents,
  WorkerAdapter,
  WorkerSpec,
} from "../../src/core/backend.ts";
import type { KnownFunction } from "../../src/core/functions.ts";
import { Scheduler } from "../../src/core/scheduler.ts";
import { Claims } from "../../src/protocol/claims.ts";
import type { Outcome, ToWorker } from "../../src/protocol/messages.ts";

/** One simulated worker. What it does and when is its owner's to say. */
export class SimulatedWorker implements Transport {
  readonly index: number;
  readonly #events: TransportEvents;
  readonly #owner: WorkerOwner;
  #claims: Claims | undefined;

  constructor(index: number, events: TransportEvents, owner: WorkerOwner) {
    this.index = index;
    this.#events = events;
    this.#owner = owner;
  }

  post(message: ToWorker): void {
    switch (message.type) {
      case "start":
        this.#claims = message.claims ? new Claims(message.claims) : undefined;
        return queueMicrotask(() => this.#events.message({ type: "ready" }));
      case "run":
        return this.#owner.mail(this, message.jobs);
      case "close":
        return queueMicrotask(() => this.#events.message({ type: "closed", error: null }));
    }
  }

  terminate(): void {
    queueMicrotask(() => this.#events.exit({ exitCode: null, signal: null }));
  }

  /** Begins a job; false when the host has taken it back. */
  claim(cell: number, now: number): boolean {
    return !this.#claims || this.#claims.claim(cell, now);
  }

  /** The job has its result, though the host does not know yet. */
  finish(cell: number): void {
    this.#claims?.finish(cell);
  }

  /** Sends one reply; `times` as in the message. */
  reply(cell: number, outcome: Outcome, payload: unknown, times: number[]): void {
    this.#events.message({ type: "done", replies: [cell, outcome, payload], times });
  }
}

/** Who works in the place of simulated workers. */
export interface WorkerOwner {
  /** Jobs came to this worker, as the protocol packs them. */
  mail(worker: SimulatedWorker, jobs: readonly unknown[]): void;
}

/** A scheduler, its workers, and the function that its jobs call. */
export interface SimulatedPool {
  readonly scheduler: Scheduler;
  readonly body: (value: number) => number;
  /** The same as the scheduler knows it. */
  readonly fn: KnownFunction;
  /** In the order of their start. */
  readonly workers: readonly SimulatedWorker[];
}

/** Starts a scheduler whose workers are ready after the next microtasks. Slots are off. */
export function startSimulatedPool(
  lanes: number,
  host: Host,
  owner: WorkerOwner,
  estimate = Infinity,
): SimulatedPool {
  const workers: SimulatedWorker[] = [];
  const adapter: WorkerAdapter = {
    traits: { kind: "thread", isolated: true, sharedMemory: true, killable: true },
    spawn: (_spec: WorkerSpec, events: TransportEvents) => {
      const worker = new SimulatedWorker(workers.length, events, owner);
      workers.push(worker);
      return worker;
    },
  };
  const scheduler = new Scheduler({
    host,
    maxQueue: Infinity,
    whenFull: "reject",
    grace: 100,
    crew: {
      adapter,
      workers: lanes,
      minWorkers: lanes,
      idleTimeout: undefined,
      spawnTimeout: 1e9,
      maxTasksPerChild: undefined,
      maxMemoryPerChild: undefined,
      name: "Simulated",
      settings: {},
      initializer: undefined,
      finalizer: undefined,
    },
  });
  const body = (value: number) => value;
  const fn = scheduler.functions.get(body);
  fn.estimate = estimate;
  return { scheduler, body, fn, workers };
}

/** One call as `Pool.apply` makes it. `resolve` gets the result, or a promise that rejects. */
export function submitCall(
  { scheduler, body }: SimulatedPool,
  argument: number,
  resolve: (value: unknown) => void,
  priority = 0,
): void {
  scheduler.call(body, [argument], { limits: undefined, priority }, resolve, undefined);
}
