import { checkWait } from "../../core/options.ts";
import { ownNumber } from "../../protocol/living_realms.ts";
import { PARTS, type SharedParts } from "../../protocol/shareable.ts";
import { type Kind, Link } from "../sharing/link.ts";
import { EventEngine, type EventOps } from "./event_engine.ts";
import { refuseJson } from "../sharing/refuse_json.ts";

/** What it is to its links. */
export const EVENT: Kind<EventOps, EventEngine> = {
  name: "Event",
  join: (memory) => new EventEngine(memory),
  handle: (link) => new Event(link),
};

/**
 * A flag for which workers wait. Pass it in arguments, results, initargs or messages: every receiver has
 * the same one. Mirrors `multiprocessing.Event`. The web's class of this name is `globalThis.Event`.
 *
 * Nobody holds it, so that the death of a worker leaves it as it is.
 *
 * @example
 * ```ts
 * import { Event, Pool, task } from "@pool/core";
 *
 * export const drive = task(import.meta, async (green: Event, car: number) => {
 *   await green.wait();
 *   return car;
 * });
 *
 * if (import.meta.main) {
 *   const green = new Event();
 *   await using pool = new Pool(2);
 *   const cars = pool.starmap(drive, [[green, 1], [green, 2]]);
 *   await green.set();
 *   console.log(await cars); // [1, 2]
 * }
 * ```
 */
export class Event {
  readonly #link: Link<EventOps, EventEngine>;

  /** Makes one that is not set. */
  constructor();
  /** @ignore for one that came from another worker */
  constructor(link: Link<EventOps, EventEngine>);
  constructor(link: Link<EventOps, EventEngine> = Link.to(EVENT, new EventEngine())) {
    this.#link = link;
  }

  /** Sets it and wakes all who wait, also when `clear()` follows at once. */
  async set(): Promise<void> {
    await this.#link.ops.set();
  }

  /** Clears it: who calls `wait()` from now on waits for the next `set()`. */
  async clear(): Promise<void> {
    await this.#link.ops.clear();
  }

  /** Whether it is set. */
  async isSet(): Promise<boolean> {
    return await this.#link.ops.isSet();
  }

  /**
   * Waits until it is set: true; false where that took longer than `timeout` milliseconds.
   *
   * Rejects with `ProcessError` where the process that made it has ended.
   */
  async wait(options?: { readonly timeout?: number }): Promise<boolean> {
    return await this.#link.ops.wait(checkWait(options, "wait for event"));
  }

  /**
   * As {@linkcode Event.set}, at once.
   *
   * @throws `InvalidStateError` in child processes of the creator's, as do all methods that return no
   * promise
   */
  setSync(): void {
    this.#link.engine("set event").set();
  }

  /** As {@linkcode Event.clear}, at once. */
  clearSync(): void {
    this.#link.engine("clear event").clear();
  }

  /** As {@linkcode Event.isSet}, at once. */
  isSetSync(): boolean {
    return this.#link.engine("look at event").isSet();
  }

  /** As {@linkcode Event.wait}, but blocks this thread. */
  waitSync(options?: { readonly timeout?: number }): boolean {
    const timeout = checkWait(options, "wait for event");
    return this.#link.engine("wait for event").waitSync(ownNumber(), timeout);
  }

  /** @ignore */
  [PARTS](shared: boolean): SharedParts {
    return this.#link.parts(this, shared);
  }

  /** Throws: JSON cannot carry it. */
  toJSON(): never {
    return refuseJson("Event");
  }
}
