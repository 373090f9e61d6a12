import { BrokenBarrierError, InvalidStateError } from "../../core/errors.ts";
import {
  checkCount,
  checkDuration,
  checkFunction,
  checkOptions,
  checkTimeout,
  endless,
  refuse,
} from "../../core/options.ts";
import type { WaitOptions } from "../../core/pool.ts";
import { referenceOf } from "../../core/task.ts";
import { findFunction, findLoaded } from "../../protocol/find_function.ts";
import { ownNumber } from "../../protocol/living_realms.ts";
import { type AnyFunction, type FunctionReference, realm } from "../../protocol/realm.ts";
import { PARTS, type SharedParts } from "../../protocol/shareable.ts";
import { type Kind, Link } from "../sharing/link.ts";
import { BarrierEngine, type BarrierOps, type Passage } from "./barrier_engine.ts";
import { checkSync } from "./check_sync.ts";
import { refuseJson } from "../sharing/refuse_json.ts";

/**
 * Options of {@linkcode Barrier}.
 *
 * @example
 * ```ts
 * import { Barrier, type BarrierOptions } from "@pool/core";
 *
 * const options: BarrierOptions = {
 *   action: () => console.log("all are here"), // all are here
 *   timeout: 10_000,
 * };
 * const barrier = new Barrier(2, options);
 * await Promise.all([barrier.wait(), barrier.wait()]);
 * ```
 */
export interface BarrierOptions {
  /**
   * Runs before those who wait are let go, in the worker that came last: a task, or an inline function
   * that needs nothing around it. Default: none.
   */
  readonly action?: (() => unknown) | undefined;
  /** Longest wait in milliseconds for those who give none; default: for ever. */
  readonly timeout?: number | undefined;
}

/** What never changes of a barrier. */
interface BarrierFacts {
  readonly parties: number;
  readonly timeout: number | undefined;
  readonly action: FunctionReference | undefined;
}

/** What it is to its links. */
export const BARRIER: Kind<BarrierOps, BarrierEngine> = {
  name: "Barrier",
  join: (memory) => new BarrierEngine(memory),
  handle: (link) => new Barrier(link),
};

/**
 * A place where so many wait for one another, and go on together; then it serves for the next time. Make
 * it anywhere and pass it in arguments, results, initargs or messages. Mirrors
 * `multiprocessing.Barrier`.
 *
 * It breaks when one of those who wait gives up (`timeout`), when its worker dies, when the action
 * throws, and by {@linkcode Barrier.abort}: then all who wait, and all who come later, get a
 * `BrokenBarrierError`, until {@linkcode Barrier.reset}. Several async functions of one worker count
 * each for itself.
 *
 * Unlike Python's, a wait with a timeout ends in time also while the action runs, and breaks the barrier.
 *
 * @example
 * ```ts
 * import { Barrier, Pool, task } from "@pool/core";
 *
 * export const meet = task(import.meta, async (barrier: Barrier) => {
 *   const index = await barrier.wait();
 *   if (index === 0) console.log("all are here");
 * });
 *
 * if (import.meta.main) {
 *   const barrier = new Barrier(3);
 *   await using pool = new Pool(2);
 *   const two = pool.map(meet, [barrier, barrier]);
 *   await barrier.wait();
 *   await two;
 * }
 * ```
 */
export class Barrier {
  /** How many wait for one another. */
  readonly parties: number;
  readonly #timeout: number | undefined;
  readonly #link: Link<BarrierOps, BarrierEngine>;
  /** As it was given here, or when it was found. */
  #action: AnyFunction | undefined;

  /**
   * Makes a barrier for so many.
   *
   * @throws `RangeError` for less than one, `TypeError` for an action that is no function or cannot run
   * elsewhere
   */
  constructor(parties: number, options?: BarrierOptions);
  /** @ignore for one that came from another worker */
  constructor(link: Link<BarrierOps, BarrierEngine>);
  constructor(of: number | Link<BarrierOps, BarrierEngine>, options?: BarrierOptions) {
    this.#link = of instanceof Link ? of : make(of, options);
    const { parties, timeout, action } = this.#facts;
    this.parties = parties;
    this.#timeout = timeout;
    if (action && action.kind !== "export") this.#action = options?.action;
  }

  /**
   * Waits until all have come. Resolves to a number from 0 to `parties - 1`, another one for each: their
   * order. Who comes last runs the action, and rejects with what that throws.
   *
   * Rejects with `BrokenBarrierError` where the barrier is or gets broken; a wait that takes longer
   * than `timeout` (milliseconds) breaks it for all. Rejects with `ProcessError` where the process that
   * made it has ended.
   */
  async wait(options?: WaitOptions): Promise<number> {
    const passage = passed(await this.#link.ops.wait(this.#limit(options)));
    if (this.#isLast(passage)) await this.#trip(passage);
    return passage.index;
  }

  /**
   * As {@linkcode Barrier.wait}, but blocks this thread. The action cannot be async then.
   *
   * @throws `InvalidStateError` in child processes of the creator's, and for an action whose module this
   * worker has not loaded
   */
  waitSync(options?: WaitOptions): number {
    const timeout = this.#limit(options);
    const engine = this.#link.engine("wait for barrier");
    const action = this.#loadedAction();
    const passage = passed(engine.waitSync(ownNumber(), timeout));
    if (this.#isLast(passage)) tripSync(engine, passage, action);
    return passage.index;
  }

  /** Sends away those who wait, with a `BrokenBarrierError`; then the barrier is as new. */
  async reset(): Promise<void> {
    await this.#link.ops.reset();
  }

  /** Breaks the barrier: those who wait, and those who come later, get a `BrokenBarrierError`. */
  async abort(): Promise<void> {
    await this.#link.ops.spoil();
  }

  /** How many wait; 0 when it is broken. */
  async nWaiting(): Promise<number> {
    return await this.#link.ops.nWaiting();
  }

  /** Whether it is broken. */
  async broken(): Promise<boolean> {
    return await this.#link.ops.broken();
  }

  /** @ignore */
  [PARTS](shared: boolean): SharedParts {
    return this.#link.parts(this, shared);
  }

  /** Throws: JSON cannot carry it. */
  toJSON(): never {
    return refuseJson("Barrier");
  }

  get #facts(): BarrierFacts {
    return this.#link.facts as BarrierFacts;
  }

  #limit(options: WaitOptions | undefined): number | undefined {
    const { timeout } = checkOptions(options, "wait for barrier", ["timeout"]);
    return endless(checkDuration(timeout, "timeout") ?? this.#timeout);
  }

  #isLast({ index }: Passage): boolean {
    return index === this.parties - 1;
  }

  async #trip({ phase }: Passage): Promise<void> {
    const { action } = this.#facts;
    try {
      if (action) await (this.#action ??= await findFunction(action, realm.identity !== null))();
    } catch (error) {
      await this.#link.ops.spoil(phase);
      throw error;
    }
    if (!await this.#link.ops.trip(phase)) throw broken();
  }

  #loadedAction(): AnyFunction | undefined {
    const { action } = this.#facts;
    if (action && !(this.#action ??= findLoaded(action))) {
      throw new InvalidStateError(
        "Cannot wait for barrier: the module of its action is not loaded here; use wait()",
      );
    }
    return this.#action;
  }
}

function make(
  parties: number,
  options: BarrierOptions | undefined,
): Link<BarrierOps, BarrierEngine> {
  const checked = checkOptions(options, "make barrier", ["action", "timeout"]);
  const action = checkFunction(checked.action, "action");
  const timeout = checkTimeout(checked.timeout, "timeout");
  if (checkCount(parties, "parties", 1, MOST) === undefined) refuse("parties", "a number", parties);
  const facts: BarrierFacts = { parties, timeout, action: action && referenceOf(action) };
  return Link.to(BARRIER, BarrierEngine.make(parties), facts);
}

/** As many parties as realms can live in one process. */
const MOST = 16_384;

function passed(passage: Passage | null): Passage {
  if (passage) return passage;
  throw broken();
}

function tripSync(
  engine: BarrierEngine,
  { phase }: Passage,
  action: AnyFunction | undefined,
): void {
  try {
    checkSync(action?.(), "action");
  } catch (error) {
    engine.spoil(phase);
    throw error;
  }
  if (!engine.trip(phase)) throw broken();
}

function broken(): BrokenBarrierError {
  return new BrokenBarrierError(
    "Cannot pass barrier: it was broken by a timeout, an abort, a reset, its action, or a death",
  );
}
