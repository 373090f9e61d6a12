/**
 * Which realms of a process live: one table in shared memory that all its threads see.
 *
 * What a realm holds of shared things (a lock, a permit, an end of a pipe) is marked with the realm's
 * number. So the next one who wants it sees by itself that the holder is dead, whoever killed it and
 * whatever it was doing.
 */
import { realm } from "./realm.ts";

/** Who a realm is among those of its process. */
export interface Membership {
  readonly realms: LivingRealms;
  readonly number: number;
}

/** So many can live at a time; 64 KiB. */
const PLACES = 16_384;
/** Index of the number that was given last; the table follows. */
const LAST = 0, TABLE = 1;

/** The realms of one process. */
export class LivingRealms {
  /** To be handed to each thread. */
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4 * (TABLE + PLACES))) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** A number for a new realm; never 0. Throws a `RangeError` when too many live. */
  enter(): number {
    for (let tries = 0; tries < PLACES; tries++) {
      // After two billion realms it begins again; the sign and 0 are left out.
      const number = (Atomics.add(this.#words, LAST, 1) + 1) & 0x7fffffff;
      if (number === 0) continue;
      if (Atomics.compareExchange(this.#words, placeOf(number), 0, number) === 0) return number;
    }
    throw new RangeError(`Cannot start worker: ${PLACES} are running in this process`);
  }

  /** A realm is gone; may be said more than once. */
  leave(number: number): void {
    Atomics.compareExchange(this.#words, placeOf(number), number, 0);
  }

  /** Whether a realm lives. */
  isAlive(number: number): boolean {
    return number !== 0 && Atomics.load(this.#words, placeOf(number)) === number;
  }
}

function placeOf(number: number): number {
  return TABLE + number % PLACES;
}

/** The realms of this process. */
export function livingRealms(): LivingRealms {
  return membership().realms;
}

/** The number of this realm. */
export function ownNumber(): number {
  return membership().number;
}

/** The main thread of a process makes the table when it is first asked for. */
function membership(): Membership {
  if (realm.membership) return realm.membership;
  const realms = new LivingRealms();
  return realm.membership = { realms, number: realms.enter() };
}
