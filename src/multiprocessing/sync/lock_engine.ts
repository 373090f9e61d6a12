/** A lock in shared memory. */
import { InvalidStateError } from "../../core/errors.ts";
import { livingRealms } from "../../protocol/living_realms.ts";
import type { Engine } from "../sharing/link.ts";
import { EVENT_COUNT_WORDS, EventCount } from "./event_count.ts";

/** What one realm can do with a lock; the same by calls from other processes. */
export interface LockOps {
  /** Whether the last holder had died; `null` when it could not be had in time (ms). */
  acquire(timeout: number | undefined): Taken | null | Promise<Taken | null>;
  /** Throws where this realm does not hold it. */
  release(): void | Promise<void>;
  /** How often this realm holds it. */
  timesHeld(): number | Promise<number>;
}

/** How a lock was taken. */
export interface Taken {
  readonly ownerDied: boolean;
}

const TAKEN: Taken = { ownerDied: false };
const TAKEN_OVER: Taken = { ownerDied: true };

/** Words: the event count, then who holds the lock, and who has the next turn because it waited long. */
const OWNER = EVENT_COUNT_WORDS, HUNGRY = OWNER + 1, WORDS = HUNGRY + 1;

/** After so many milliseconds nobody overtakes a waiter any more. */
const PATIENCE = 1;

/**
 * The owner's word is the lock: 0, or the number of the realm that holds it. A realm that is dead holds
 * nothing, so that the next one takes it over.
 *
 * A free lock goes to whoever comes first, which is fast: a sleeper needs 50 µs to wake. Whoever has
 * waited for a millisecond puts its number into the second word, and all others stand back.
 */
export class LockEngine implements Engine<LockOps> {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #changes: EventCount;
  readonly #realms = livingRealms();

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4 * WORDS)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#changes = new EventCount(this.#words, 0, true);
  }

  as(client: number): LockOps {
    return {
      acquire: (timeout) => this.acquire(client, timeout),
      release: () => this.release(client),
      timesHeld: () => Number(this.isHeldBy(client)),
    };
  }

  /** Takes it at once, or waits without blocking; those of one realm in their order. */
  acquire(client: number, timeout: number | undefined): Taken | null | Promise<Taken | null> {
    if (!this.#changes.isAwaited) {
      const taken = this.#take(client);
      if (taken) return taken;
    }
    if (timeout === 0) return null;
    return this.#wait(client, timeout);
  }

  /** As {@linkcode acquire}, but blocks this thread. */
  acquireSync(client: number, timeout: number | undefined): Taken | null {
    const taken = this.#take(client);
    if (taken) return taken;
    if (timeout === 0) return null;
    const turn = this.#turn(client);
    try {
      return this.#changes.waitSync(() => this.#take(client) ?? turn(), { timeout, client }) ??
        null;
    } finally {
      this.#yieldTurn(client);
    }
  }

  release(client: number): void {
    if (Atomics.compareExchange(this.#words, OWNER, client, 0) !== client) {
      throw this.#refusal();
    }
    this.#changes.notify(Atomics.load(this.#words, HUNGRY) === 0 ? 1 : Infinity);
  }

  /** Whether this realm holds it. */
  isHeldBy(client: number): boolean {
    return Atomics.load(this.#words, OWNER) === client;
  }

  async #wait(client: number, timeout: number | undefined): Promise<Taken | null> {
    const turn = this.#turn(client);
    const attempt = (): Taken | undefined => this.#take(client) ?? turn();
    const taken = await this.#changes.wait(attempt, { timeout, client });
    this.#yieldTurn(client);
    return taken ?? null;
  }

  #take(client: number): Taken | undefined {
    const words = this.#words;
    const hungry = Atomics.load(words, HUNGRY);
    if (hungry !== 0 && hungry !== client) {
      if (this.#realms.isAlive(hungry)) return undefined;
      Atomics.compareExchange(words, HUNGRY, hungry, 0);
    }
    const owner = Atomics.compareExchange(words, OWNER, 0, client);
    if (owner === 0) return TAKEN;
    if (this.#realms.isAlive(owner)) return undefined;
    return Atomics.compareExchange(words, OWNER, owner, client) === owner ? TAKEN_OVER : undefined;
  }

  /** Claims the next turn once it has waited long enough. */
  #turn(client: number): () => undefined {
    const since = performance.now();
    return () => {
      if (performance.now() - since < PATIENCE) return;
      Atomics.compareExchange(this.#words, HUNGRY, 0, client);
    };
  }

  #yieldTurn(client: number): void {
    if (Atomics.compareExchange(this.#words, HUNGRY, client, 0) !== client) return;
    // Those who stood back while the lock was free.
    if (Atomics.load(this.#words, OWNER) === 0) this.#changes.notify();
  }

  #refusal(): Error {
    return Atomics.load(this.#words, OWNER) === 0
      ? new RangeError("Cannot release lock: it was released too many times")
      : new InvalidStateError("Cannot release lock: another worker holds it");
  }
}
