import { type Kind, Link } from "../sharing/link.ts";
import { linkToSemaphore, Semaphore } from "./semaphore.ts";
import { SemaphoreEngine, type SemaphoreOps } from "./semaphore_engine.ts";

/** What it is to its links. */
export const BOUNDED_SEMAPHORE: Kind<SemaphoreOps, SemaphoreEngine> = {
  name: "BoundedSemaphore",
  join: (memory) => new SemaphoreEngine(memory),
  handle: (link) => new BoundedSemaphore(link),
};

/**
 * A {@linkcode Semaphore} whose value never rises above that of the start: one `release` too many rejects
 * with a `RangeError`. Mirrors `multiprocessing.BoundedSemaphore`.
 *
 * @example
 * ```ts
 * import { BoundedSemaphore } from "@pool/core";
 *
 * const seats = new BoundedSemaphore(2);
 * {
 *   using _seat = await seats.acquire();
 *   console.log(await seats.getValue()); // 1
 * }
 * await seats.release().catch((error) => console.log(error.name)); // RangeError
 * ```
 */
// Python's is a subclass too, and code that takes a Semaphore takes this one.
export class BoundedSemaphore extends Semaphore {
  /**
   * Makes one with so many free permits.
   *
   * @param value a whole number from 0 to 2,147,483,647; default 1
   * @throws `RangeError` for other numbers
   */
  constructor(value?: number);
  /** @ignore for one that came from another worker */
  constructor(link: Link<SemaphoreOps, SemaphoreEngine>);
  constructor(value: number | Link<SemaphoreOps, SemaphoreEngine> = 1) {
    super(value instanceof Link ? value : linkToSemaphore(BOUNDED_SEMAPHORE, value, true));
  }
}
