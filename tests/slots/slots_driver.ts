/** The host's side of slots_steps_test.ts: sends numbers by slot and letters by message. */
import { Worker } from "node:worker_threads";
import { wrapText } from "../../src/adapters/text_memory.ts";
import { SlotWire } from "../../src/core/slot_wire.ts";
import { Spin } from "../../src/protocol/spin.ts";
import { CELLS } from "../../src/protocol/claims.ts";
import { makeJob } from "../core/fake_lanes.ts";
import { type Dice, spin } from "./dice.ts";

/** Nothing on its way takes longer (ms) while the host is not blocked. */
const LONGEST_WAIT = 1000;

/** How often the driver looks at the clock, in milliseconds. */
const WATCH_EVERY = 50;

interface Sent {
  readonly n: number;
  /** On the driver's clock. */
  readonly at: number;
}

/** Both ends of one lane without a pool around them. */
export class SlotsDriver {
  /** Items that came back. */
  received = 0;
  readonly #wire: SlotWire;
  readonly #worker: Worker;
  readonly #free = Array.from({ length: CELLS }, (_, cell) => cell);
  readonly #items = new Map<number, Sent>();
  readonly #letters = new Map<number, Sent>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #failed = Promise.withResolvers<never>();
  #drained: (() => void) | undefined;
  /** Milliseconds of this host's life in which it was not blocked. */
  #clock = 0;
  #looked = performance.now();
  #watch: ReturnType<typeof setInterval>;
  #next = 0;

  constructor(dice: Dice) {
    this.#wire = new SlotWire(wrapText, {
      attend: () => this.#worker.postMessage("attend"),
      done: () => this.#receive(),
    });
    this.#worker = new Worker(new URL("./slots_worker.ts", import.meta.url), {
      workerData: { memory: this.#wire.memory, seed: dice.below(2 ** 31), turn: dice.below(10) },
    });
    this.#worker.on("error", (error) => this.#failed.reject(error));
    this.#worker.on("message", (message: "ready" | number) => {
      if (message === "ready") return this.#ready.resolve();
      this.#letters.delete(message);
      this.#settle();
    });
    this.#failed.promise.catch(() => {});
    this.#watch = setInterval(() => this.#look(), WATCH_EVERY);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#watch);
    this.#wire.close();
    await this.#worker.terminate();
  }

  ready(): Promise<void> {
    return Promise.race([this.#ready.promise, this.#failed.promise]);
  }

  /** Sends the next number, where a cell is free; `wake` must follow. */
  send(): void {
    const cell = this.#free.pop();
    if (cell === undefined) return;
    const job = makeJob({ args: [++this.#next] });
    job.cell = cell;
    this.#items.set(cell, { n: this.#next, at: this.#clock });
    if (!this.#wire.send(job)) throw new Error("a number does not fit");
  }

  /** Wakes the worker for all that was sent. */
  wake(): void {
    this.#wire.wake();
    this.#wire.listen();
  }

  /** Looks for results itself. */
  lookOut(milliseconds: number): void {
    this.#wire.lookOut(new Spin(milliseconds));
  }

  /** Posts a message that the worker answers. */
  post(): void {
    const n = ++this.#next;
    this.#letters.set(n, { n, at: this.#clock });
    this.#worker.postMessage(n);
    this.#wire.announceMail();
  }

  /** Resolves when all has come back. */
  async drain(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    this.#settle();
    await Promise.race([promise, this.#failed.promise]);
  }

  /** Blocks the host. */
  block(milliseconds: number): void {
    this.#tick();
    spin(milliseconds);
    this.#looked = performance.now();
  }

  #receive(): void {
    this.#wire.take((cell, _outcome, _elapsed, payload) => {
      const item = this.#items.get(cell);
      this.#items.delete(cell);
      this.#free.push(cell);
      this.received++;
      if (item && payload === item.n + 1) return;
      this.#failed.reject(new Error(`cell ${cell} held ${item?.n} and came with ${payload}`));
    });
    if (this.#items.size > 0) this.#wire.listen();
    this.#settle();
  }

  #settle(): void {
    if (this.#items.size === 0 && this.#letters.size === 0) this.#drained?.();
  }

  /** A turn that came late counts as one that came in time: the machine may be busy. */
  #tick(): void {
    const now = performance.now();
    this.#clock += Math.min(now - this.#looked, 2 * WATCH_EVERY);
    this.#looked = now;
  }

  #look(): void {
    this.#tick();
    for (const [kind, sent] of [["item", this.#items], ["letter", this.#letters]] as const) {
      for (const { n, at } of sent.values()) {
        const waited = this.#clock - at;
        if (waited < LONGEST_WAIT) continue;
        const message = `${kind} ${n} waits for ${waited} ms, with ${this.#items.size} items and ` +
          `${this.#letters.size} letters on their way`;
        this.#failed.reject(new Error(message));
      }
    }
  }
}
