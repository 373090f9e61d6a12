import { nextTurn } from "../../adapters/services.ts";
import { livingRealms, ownNumber } from "../../protocol/living_realms.ts";
import { performance } from "../../protocol/timers.ts";
import { ANSWERED, CALLED, CallSlot, type Desk, KEPT, RINGS, SLEEPERS } from "./call_slot.ts";

/**
 * The manager looks so long (ms) for the next call before it sleeps. Longer where calls come soon after
 * that: as long as a client needs to wake up for an answer, or both would sleep by turns.
 */
const SHORTEST_SPIN = 0.02, LONGEST_SPIN = 0.4;
/** What comes so soon (ms) after it went to sleep is worth to be waited for. */
const NEAR = 1;
/**
 * It lets its event loop have a turn, as letters must not wait: after so long (ms) with calls, and so long
 * without.
 */
const LONGEST_TURN = 2, GLANCE = 0.05;

/** How a call ended. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** What the desk needs of its manager. */
export interface Clerk {
  /** Runs a call. */
  run(call: readonly unknown[]): Outcome;
  /** What does not fit into the slot is asked for by letter. */
  keep(client: number, outcome: Outcome): void;
}

/**
 * The manager's side of the slots. It sleeps as an event count has it (see sync/event_count.ts): it says
 * that it sleeps, reads the count of rings, looks once more, and sleeps unless somebody rang in the
 * meantime. So either it sees a call, or the caller sees that it sleeps, and rings.
 */
export class SlotDesk {
  readonly #desk: Desk = { bell: new SharedArrayBuffer(8), server: ownNumber() };
  readonly #bell = new Int32Array(this.#desk.bell);
  readonly #clerk: Clerk;
  readonly #slots = new Map<number, CallSlot>();
  #attends = false;
  #spin = SHORTEST_SPIN;
  /** When the last call came. */
  #served = 0;

  constructor(clerk: Clerk) {
    this.#clerk = clerk;
  }

  /** From now on a client may call by this slot. */
  open(client: number, memory: SharedArrayBuffer): Desk {
    this.#slots.set(client, new CallSlot(memory));
    if (!this.#attends) {
      this.#attends = true;
      this.#attend();
    }
    return this.#desk;
  }

  /** Answers all that have called; whether any had. */
  serve(): boolean {
    let served = false;
    for (const [client, slot] of this.#slots) {
      if (slot.state !== CALLED) continue;
      served = true;
      const outcome = this.#clerk.run(slot.read());
      const fits = "value" in outcome && slot.write([outcome.value]);
      if (!fits) this.#clerk.keep(client, outcome);
      slot.state = fits ? ANSWERED : KEPT;
    }
    return served;
  }

  #attend(): void {
    const began = performance.now();
    for (let now = began, served = began;;) {
      if (this.serve()) this.#served = served = now;
      now = performance.now();
      if (now - this.#served >= this.#spin) return this.#sleep();
      if (now - served < GLANCE && now - began < LONGEST_TURN) continue;
      return nextTurn(() => this.#attend());
    }
  }

  #sleep(): void {
    this.#forgetTheDead();
    Atomics.add(this.#bell, SLEEPERS, 1);
    const rings = Atomics.load(this.#bell, RINGS);
    const sleep = this.serve() ? undefined : Atomics.waitAsync(this.#bell, RINGS, rings);
    // What came by then is looked after in a turn of its own.
    const woken = sleep?.async ? sleep.value : Promise.resolve();
    const since = performance.now();
    woken.then(() => {
      const soon = performance.now() - since < NEAR;
      this.#spin = soon ? LONGEST_SPIN : Math.max(SHORTEST_SPIN, this.#spin / 2);
      Atomics.sub(this.#bell, SLEEPERS, 1);
      this.#served = performance.now();
      this.#attend();
    });
  }

  #forgetTheDead(): void {
    for (const client of this.#slots.keys()) {
      if (!livingRealms().isAlive(client)) this.#slots.delete(client);
    }
  }
}
