import { show } from "../../core/options.ts";
import { type Kind, Link } from "../sharing/link.ts";
import { Acquirable } from "./acquirable.ts";
import { MOST_PERMITS, SemaphoreEngine, type SemaphoreOps } from "./semaphore_engine.ts";

/** What it is to its links. */
export const SEMAPHORE: Kind<SemaphoreOps, SemaphoreEngine> = {
  name: "Semaphore",
  join: (memory) => new SemaphoreEngine(memory),
  handle: (link) => new Semaphore(link),
};

/**
 * So many permits, each held by one worker at a time. Pass it in arguments, results, initargs or messages:
 * every receiver has the same one. Mirrors `multiprocessing.Semaphore`.
 *
 * A permit belongs to the worker that took it, and is free again when that worker dies: the next
 * `acquire` that gets it says so by `ownerDied`. Anyone may release: whoever holds no permit gives back
 * one of another, and when none is held the value rises, above that of the start too; what it rose by
 * are signals, and one that a dead worker took does not come back.
 *
 * Nobody starves: after a millisecond a waiter is not overtaken any more. Permits beyond the first
 * 4,096 do not come back from the dead either.
 *
 * @example Four at a time
 * ```ts
 * import { Pool, Semaphore, task } from "@pool/core";
 *
 * export const sing = task(import.meta, async (booths: Semaphore, singer: string) => {
 *   using _booth = await booths.acquire();
 *   return `${singer} sings`;
 * });
 *
 * if (import.meta.main) {
 *   const booths = new Semaphore(4);
 *   await using pool = new Pool(2);
 *   console.log(await pool.starmap(sing, [[booths, "Ada"], [booths, "Bob"]])); // ["Ada sings", "Bob sings"]
 *   console.log(await booths.getValue()); // 4
 * }
 * ```
 */
export class Semaphore extends Acquirable {
  readonly #link: Link<SemaphoreOps, SemaphoreEngine>;

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
    const link = value instanceof Link ? value : linkToSemaphore(SEMAPHORE, value, false);
    super("semaphore", link);
    this.#link = link;
  }

  /** How many permits are free; others may take them in the same moment. */
  async getValue(): Promise<number> {
    return await this.#link.ops.getValue();
  }
}

/** Makes the memory of a new semaphore of some kind. */
export function linkToSemaphore(
  kind: Kind<SemaphoreOps, SemaphoreEngine>,
  value: number,
  bounded: boolean,
): Link<SemaphoreOps, SemaphoreEngine> {
  if (typeof value !== "number") {
    throw new TypeError(`Cannot make ${kind.name}: value must be a number, not ${show(value)}`);
  }
  if (!Number.isInteger(value) || value < 0 || value > MOST_PERMITS) {
    throw new RangeError(
      `Cannot make ${kind.name}: value must be a whole number from 0 to ${MOST_PERMITS}, not ${value}`,
    );
  }
  return Link.to(kind, SemaphoreEngine.make(value, bounded));
}
