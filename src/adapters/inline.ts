/** Workers on this event loop: no threads, no isolation, the same calls. For I/O, tests and debugging. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Transport, TransportEvents, WorkerAdapter, WorkerSettings } from "../core/backend.ts";
import { CancelledError } from "../protocol/errors.ts";
import { timestamp } from "../protocol/claims.ts";
import type { FromWorker, ToWorker } from "../protocol/messages.ts";
import { realm } from "../protocol/realm.ts";
import { throwLater } from "../protocol/throw_later.ts";
import { queueMicrotask } from "../protocol/timers.ts";
import type { RunningTask } from "../worker/running_task.ts";
import { serve, type ServedWorker } from "../worker/serve.ts";
import { inNoContext } from "./async_context.ts";
import { nextTurn } from "./host.ts";
import { refusePermissions } from "./permissions.ts";

/** After so many milliseconds of tasks, timers and sockets get their turn. */
const TURN = 10;

let storage: AsyncLocalStorage<RunningTask> | undefined;

/** Workers that are only loops in this realm. */
export const inline: WorkerAdapter = {
  traits: { kind: "inline", isolated: false, sharedMemory: true, killable: false },

  check: refuseSettings,

  spawn(_spec, events) {
    return new InlineTransport(events);
  },
};

/** Tasks here have what this program has. */
function refuseSettings(settings: WorkerSettings): void {
  refusePermissions(settings);
  for (const name of ["env", "execArgv", "resourceLimits"] as const) {
    if (settings[name] === undefined) continue;
    throw new TypeError(`Cannot use ${name}: inline tasks run in this program, not in workers`);
  }
}

/** Makes `currentTask()` find the right one of the tasks that overlap here. */
function taskStorage(): AsyncLocalStorage<RunningTask> {
  if (storage) return storage;
  const created = storage = new AsyncLocalStorage<RunningTask>();
  const outer = realm.context;
  realm.context = () => created.getStore() ?? outer?.();
  return created;
}

class InlineTransport implements Transport {
  readonly #events: TransportEvents;
  readonly #worker: ServedWorker;
  /** Messages of both directions, in order. */
  readonly #queue: (() => void)[] = [];
  #ended = false;
  #turnBegan = 0;

  constructor(events: TransportEvents) {
    const tasks = taskStorage();
    this.#events = events;
    this.#worker = serve({
      post: (message) => this.#deliver(() => events.message(message as FromWorker)),
      runWith: (context, run) => inNoContext(() => tasks.run(context, run)),
      yieldAfter: TURN,
      yieldTurn: nextTurn,
      guarded: false,
    });
  }

  post(message: ToWorker): void {
    // What prepares one worker must not be shared with the next.
    const own = message.type === "start" ? structuredClone(message) : message;
    this.#deliver(() => this.#worker.receive(own));
  }

  /** A task that runs cannot be stopped, only told; what it still does reaches nobody. */
  terminate(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#worker.context?.abort(new CancelledError("The worker was terminated"));
    queueMicrotask(() => this.#events.exit({ exitCode: null, signal: null }));
  }

  #deliver(act: () => void): void {
    if (this.#queue.push(act) > 1) return;
    // Microtasks alone would never let a timer fire.
    if (timestamp() - this.#turnBegan < TURN) queueMicrotask(this.#flush);
    else nextTurn(this.#flushInNewTurn);
  }

  #flushInNewTurn = (): void => {
    this.#turnBegan = timestamp();
    this.#flush();
  };

  #flush = (): void => {
    // What is added meanwhile is delivered in the same go.
    for (let i = 0; i < this.#queue.length && !this.#ended; i++) {
      try {
        this.#queue[i]!();
      } catch (error) {
        throwLater(error);
      }
    }
    this.#queue.length = 0;
  };
}
