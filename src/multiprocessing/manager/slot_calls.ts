import { host } from "../../adapters/services.ts";
import { livingRealms } from "../../protocol/living_realms.ts";
import { Spin } from "../../protocol/spin.ts";
import { performance } from "../../protocol/timers.ts";
import { ANSWERED, CALLED, type CallSlot, type Desk, IDLE, RINGS, SLEEPERS } from "./call_slot.ts";

/** So long (ms) a client looks for the answer before it sleeps. */
const LONGEST_SPIN = 0.15;
/** So often (ms) a sleeping client looks whether the manager lives. */
const SLICE = 100;

/** How a call by slot ended; `kept`: the manager keeps the answer until it is asked for by letter. */
export type SlotAnswer = { readonly value: unknown } | "kept" | "gone";

/** The client's side of a slot. */
export class SlotCalls {
  readonly #slot: CallSlot;
  readonly #bell: Int32Array;
  readonly #server: number;
  readonly #spin = new Spin(LONGEST_SPIN);
  /** A getter that is read meanwhile may call, too. */
  #writing = false;

  constructor(slot: CallSlot, { bell, server }: Desk) {
    this.#slot = slot;
    this.#bell = new Int32Array(bell);
    this.#server = server;
  }

  /** Whether the slot can take a call. */
  get isFree(): boolean {
    return !this.#writing && this.#slot.state === IDLE && livingRealms().isAlive(this.#server);
  }

  /**
   * Calls; `undefined` where it must go by letter. To be called only while the slot is free. Looks a little
   * for the answer: most come at once.
   */
  call(values: readonly unknown[]): SlotAnswer | Promise<SlotAnswer> | undefined {
    this.#writing = true;
    try {
      if (!this.#slot.write(values)) return undefined;
    } catch {
      // A getter threw: by letter it is told what and where.
      return undefined;
    } finally {
      this.#writing = false;
    }
    this.#slot.state = CALLED;
    if (Atomics.load(this.#bell, SLEEPERS) > 0) {
      Atomics.add(this.#bell, RINGS, 1);
      Atomics.notify(this.#bell, RINGS);
    }
    return this.#spin.find(this.#look) ? this.#take() : this.#wait();
  }

  #look = (): true | undefined => this.#slot.state !== CALLED || undefined;

  async #wait(): Promise<SlotAnswer> {
    const began = performance.now();
    const keepAlive = host.keepAlive();
    keepAlive.hold();
    try {
      while (this.#slot.state === CALLED) {
        if (!livingRealms().isAlive(this.#server)) return "gone";
        await this.#slot.change(CALLED, SLICE);
      }
    } finally {
      keepAlive.end();
    }
    this.#spin.slept(began);
    return this.#take();
  }

  #take(): SlotAnswer {
    const answer = this.#slot.state === ANSWERED ? { value: this.#slot.read()[0] } : "kept";
    this.#slot.state = IDLE;
    return answer;
  }
}
