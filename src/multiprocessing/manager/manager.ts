import { InvalidStateError } from "../../core/errors.ts";
import { checkChoice, checkOptions, checkString } from "../../core/options.ts";
import { checkSettings } from "../../core/pool_options.ts";
import type { QueueOptions } from "../../core/queue.ts";
import { staysHere } from "../../protocol/stays_here.ts";
import { installRevivers } from "../revivers.ts";
import { JoinableQueue } from "../queues/joinable_queue.ts";
import { Queue } from "../queues/queue.ts";
import { Barrier, type BarrierOptions } from "../sync/barrier.ts";
import { BoundedSemaphore } from "../sync/bounded_semaphore.ts";
import type { CellType, CellValue } from "../sync/cell_types.ts";
import { Condition } from "../sync/condition.ts";
import { Event } from "../sync/event.ts";
import { Lock } from "../sync/lock.ts";
import { RLock } from "../sync/rlock.ts";
import { Semaphore } from "../sync/semaphore.ts";
import { SharedArray } from "../sync/shared_array.ts";
import { Value } from "../sync/value.ts";
import type { DictProxy } from "./dict_proxy.ts";
import { checkedEntries, type DictEntries } from "./dict_entries.ts";
import type { DictKey } from "./dict_key.ts";
import { type ListProxy, valuesOf } from "./list_proxy.ts";
import type { ObjectName } from "./manager_client.ts";
import type { NamespaceProxy } from "./namespace_proxy.ts";
import { type RunningServer, startServer } from "./running_server.ts";

/**
 * Where a {@linkcode Manager} lives.
 *
 * @example
 * ```ts
 * import { Manager, type ManagerOptions } from "@pool/core";
 *
 * const options: ManagerOptions = { backend: "inline", name: "Settings" };
 * await using manager = await Manager.start(options);
 * console.log(manager.name); // Settings
 * ```
 */
export interface ManagerOptions {
  /**
   * `"thread"` (default): in a worker thread of its own. `"inline"`: on the event loop of its creator,
   * which saves the thread, and keeps all others waiting while that is busy.
   */
  readonly backend?: "thread" | "inline" | undefined;
  /** For errors and debuggers; default: `Manager-1` and so on. */
  readonly name?: string | undefined;
  /** Entry of the thread, for bundles in which the default cannot be found. */
  readonly workerUrl?: string | URL | undefined;
}

/** Number of the last one that this realm has made. */
let lastNumber = 0;

/**
 * Keeps dicts, lists and namespaces for many workers, and makes locks, queues and their like. What it gives
 * can be passed to threads and child processes, anywhere inside arguments, results and messages. Mirrors
 * `multiprocessing.Manager`, whose server is a process; here it is a thread.
 *
 * `await Manager.start()` makes one that runs; `new Manager()` starts with its first use. An object lives as
 * long as a worker has a proxy of it, or another object contains it; for ten seconds more, and ten
 * minutes where a proxy may still be on its way. The manager does not keep the program running.
 * {@linkcode Manager.shutdown} ends it, and `await using` calls that; from then on its dicts, lists and
 * namespaces reject all calls.
 *
 * What a call costs: from the threads of the same process 1 to 2 µs while one follows the other, up to 0.2
 * ms after a pause; arguments and results of more than 8 KB, and such with proxies or class instances,
 * go by message, 0.03 to 0.1 ms. From child processes a call is a message there and back, 0.2 to 0.4 ms;
 * where 64 are made at once, 0.03 to 0.05 ms each. So bring much in one call, by `update` and `extend`.
 * `npm run bench:sharing -- --only=manager` repeats it beside Python. Locks, queues and their like cost
 * what they cost without a manager, which has no part in them.
 *
 * @example
 * ```ts
 * import { type DictProxy, Manager, Process, task } from "@pool/core";
 *
 * export const greet = task(import.meta, async (greetings: DictProxy, name: string) => {
 *   await greetings.set(name, `Hello, ${name}`);
 * });
 *
 * if (import.meta.main) {
 *   await using manager = await Manager.start();
 *   const greetings = await manager.dict();
 *   await using process = new Process({ target: greet, args: [greetings, "Ada"] });
 *   process.start();
 *   await process.join();
 *   console.log(await greetings.get("Ada")); // Hello, Ada
 * }
 * ```
 */
export class Manager implements AsyncDisposable {
  static {
    staysHere(this, "a Manager cannot be sent; send what it makes");
  }

  /** As it was given, or `Manager-1` and so on. */
  readonly name: string;
  readonly #options: ManagerOptions;
  #running: Promise<RunningServer> | undefined;
  #isShutDown = false;

  /** One that starts when it is used. Throws `TypeError` for options that make no sense. */
  constructor(options?: ManagerOptions) {
    const checked = checkOptions(options, "create manager", ["backend", "name", "workerUrl"]);
    checkChoice(checked.backend, "backend", ["thread", "inline"]);
    checkSettings(checked);
    this.name = checkString(checked.name, "name") ?? `Manager-${++lastNumber}`;
    this.#options = { ...checked };
    installRevivers();
  }

  /** One that runs. Rejects with `PoolError` where its thread cannot be started. */
  static async start(options?: ManagerOptions): Promise<Manager> {
    const manager = new Manager(options);
    await manager.#start();
    return manager;
  }

  /** A new dict, filled from a `Map`, from pairs, or from an object. */
  // Without `extends DictKey`, which would make literals of the keys that it is filled with.
  async dict<K = string, V = unknown>(
    init?: DictEntries<K & DictKey, V>,
  ): Promise<DictProxy<K & DictKey, V>> {
    const entries = init === undefined ? [] : checkedEntries(init, "make dict");
    return await this.#make("dict", entries) as DictProxy<K & DictKey, V>;
  }

  /** A new list, filled from an iterable. */
  async list<T = unknown>(init: Iterable<T> = []): Promise<ListProxy<T>> {
    return await this.#make("list", valuesOf(init, "make list")) as ListProxy<T>;
  }

  /** A new namespace, filled from an object. */
  async namespace<T extends object = Record<string, unknown>>(
    init?: T,
  ): Promise<NamespaceProxy<T>> {
    const entries = init === undefined ? [] : checkedEntries(init, "make namespace");
    return await this.#make("namespace", entries) as unknown as NamespaceProxy<T>;
  }

  /** A new {@linkcode Lock}. */
  lock(): Promise<Lock> {
    return this.#shared("lock", () => new Lock());
  }

  /** A new {@linkcode RLock}. */
  rlock(): Promise<RLock> {
    return this.#shared("rlock", () => new RLock());
  }

  /** A new {@linkcode Semaphore} with so many permits; default 1. */
  semaphore(value?: number): Promise<Semaphore> {
    return this.#shared("semaphore", () => new Semaphore(value));
  }

  /** A new {@linkcode BoundedSemaphore} with so many permits; default 1. */
  boundedSemaphore(value?: number): Promise<BoundedSemaphore> {
    return this.#shared("boundedSemaphore", () => new BoundedSemaphore(value));
  }

  /** A new {@linkcode Condition}, with a lock of its own where none is given. */
  condition(lock?: Lock | RLock): Promise<Condition> {
    return this.#shared("condition", () => new Condition(lock));
  }

  /** A new {@linkcode Event}. */
  event(): Promise<Event> {
    return this.#shared("event", () => new Event());
  }

  /** A new {@linkcode Barrier}. */
  barrier(parties: number, options?: BarrierOptions): Promise<Barrier> {
    return this.#shared("barrier", () => new Barrier(parties, options));
  }

  /** A new {@linkcode Queue}. */
  queue<T = unknown>(options?: QueueOptions | number): Promise<Queue<T>> {
    return this.#shared("queue", () => new Queue<T>(options));
  }

  /** A new {@linkcode JoinableQueue}. */
  joinableQueue<T = unknown>(options?: QueueOptions | number): Promise<JoinableQueue<T>> {
    return this.#shared("joinableQueue", () => new JoinableQueue<T>(options));
  }

  /** A new {@linkcode Value}. */
  value<T extends CellType>(type: T, initial?: CellValue<T>): Promise<Value<T>> {
    return this.#shared("value", () => new Value(type, initial));
  }

  /** A new {@linkcode SharedArray}. */
  array<T extends CellType>(
    type: T,
    lengthOrValues: number | Iterable<CellValue<T>>,
  ): Promise<SharedArray<T>> {
    return this.#shared("array", () => new SharedArray(type, lengthOrValues));
  }

  /**
   * Ends the manager: calls that wait and all later ones reject. May be called again.
   *
   * Locks, queues and their like go on, as they are in the memory of this process.
   */
  async shutdown(): Promise<void> {
    this.#isShutDown = true;
    // One that could not be started need not be ended.
    const server = await this.#running?.catch(() => undefined);
    await server?.stop();
  }

  /** As {@linkcode Manager.shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** Throws: JSON cannot carry it. */
  toJSON(): never {
    throw new TypeError("Cannot turn Manager into JSON");
  }

  #start(): Promise<RunningServer> {
    return this.#running ??= startServer({ ...this.#options, name: this.name }).catch((error) => {
      this.#running = undefined;
      throw error;
    });
  }

  async #make(kind: ObjectName, init: unknown): Promise<unknown> {
    this.#checkRuns(kind);
    const { client } = await this.#start();
    return await client.ask(`make ${kind}`, "create", [init], kind);
  }

  /** What is shared by memory needs no server. */
  // deno-lint-ignore require-await
  async #shared<T>(kind: string, make: () => T): Promise<T> {
    this.#checkRuns(kind);
    return make();
  }

  #checkRuns(kind: string): void {
    if (!this.#isShutDown) return;
    throw new InvalidStateError(`Cannot make ${kind}: ${this.name} was shut down`);
  }
}
