/**
 * A call of a manager in shared memory: the way of small calls from the threads of its process.
 *
 *     IDLE ──client: writes, then─▶ CALLED ──manager: writes, then─▶ ANSWERED ──client: reads, then─▶ IDLE
 *                                                                  └▶ KEPT: the answer goes by letter
 *
 * Each client has one slot, and each state has one side that may change it, by one store. Whoever dies
 * leaves the other waiting for a state that does not come: clients look every 100 ms whether the manager
 * lives, and the manager forgets slots of the dead before it goes to sleep.
 */
import { wrapText } from "../../adapters/services.ts";
import { ValueBytes } from "../../protocol/slot_codec.ts";

/** What goes with a slot: where the manager is woken. */
export interface Desk {
  /** An event count: how often it was rung, and whether the manager sleeps. */
  readonly bell: SharedArrayBuffer;
  /** Number of the manager among the threads of its process. */
  readonly server: number;
}

/** States. */
export const IDLE = 0, CALLED = 1, ANSWERED = 2, KEPT = 3;
/** Words of a bell. */
export const RINGS = 0, SLEEPERS = 1;

const STATE = 0, COUNT = 1, HEADER = 16;
/** Bytes; calls and answers that are larger go by letter. */
const SIZE = 8192;

/** Both sides' view of one slot. */
export class CallSlot {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #values: ValueBytes;

  /** @param memory another side's slot; default: a new one */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(SIZE)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, HEADER / 4);
    this.#values = new ValueBytes(memory, wrapText(memory));
  }

  get state(): number {
    return Atomics.load(this.#words, STATE);
  }

  /** Hands it to the other side, which may sleep until then. */
  set state(state: number) {
    Atomics.store(this.#words, STATE, state);
    Atomics.notify(this.#words, STATE);
  }

  /** Writes values; false where they are too large or of a kind that goes by letter. */
  write(values: readonly unknown[]): boolean {
    this.#words[COUNT] = values.length;
    return this.#values.writeAll(values, HEADER, SIZE);
  }

  /** Reads what the other side wrote. */
  read(): unknown[] {
    return this.#values.readAll(this.#words[COUNT]!, HEADER);
  }

  /** Resolves when the state is not `state` any more, or after so many milliseconds. */
  async change(state: number, milliseconds: number): Promise<void> {
    await Atomics.waitAsync(this.#words, STATE, state, milliseconds).value;
  }
}
