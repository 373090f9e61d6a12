/**
 * A lock in shared memory.
 *
 * The owner's word is the lock: 0, or the number of the realm that holds it. A realm that is dead holds
 * nothing, so that the next one takes it over. Taking and giving back are one operation each; who
 * dies before it tells those who sleep is found out by them after a slice (see event_count.ts).
 *
 * A reentrant lock has a word more: how many times its owner has taken it. Only the owner writes it, and
 * whoever takes the lock begins it anew; so it does not matter what the dead leave there.
 */
import { InvalidStateError } from "../../core/errors.ts";
import { livingRealms } from "../../protocol/living_realms.ts";
import { realmCalls } from "../../protocol/realm_calls.ts";
import type { Engine } from "../sharing/link.ts";
import { type AcquirableOps, TAKEN, type Taken, TAKEN_OVER } from "./acquirable.ts";
import { WAITING_LINE_WORDS, WaitingLine } from "./waiting_line.ts";

/** What one realm can do with a lock; the same by calls from other processes. */
export interface LockOps extends AcquirableOps {
  /** How often this realm holds it; `Condition` must know. */
  timesHeld(): number | Promise<number>;
}

const OWNER = WAITING_LINE_WORDS, TIMES = OWNER + 1, WORDS = TIMES + 1;

/** One per realm and memory. */
export class LockEngine implements Engine<LockOps> {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #line: WaitingLine;
  readonly #reentrant: boolean;
  readonly #realms = livingRealms();

  /** @param reentrant its holder may take it again */
  constructor(
    memory: SharedArrayBuffer = new SharedArrayBuffer(4 * WORDS),
    reentrant: boolean = false,
  ) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#reentrant = reentrant;
    const isFree = (): boolean => Atomics.load(this.#words, OWNER) === 0;
    // The second wait of a realm that takes it twice must not stand behind one of another realm.
    this.#line = new WaitingLine(this.#words, 0, isFree, reentrant ? "by client" : "strict");
  }

  as(client: number): LockOps {
    return {
      acquire: (timeout) => this.acquire(client, timeout),
      release: () => this.release(client),
      timesHeld: () => this.timesHeld(client),
    };
  }

  /** Takes it at once, or waits without blocking; those of one realm in their order. */
  acquire(client: number, timeout: number | undefined): Taken | null | Promise<Taken | null> {
    if (!this.#line.isAwaited || (this.#reentrant && this.#isHeldBy(client))) {
      const taken = this.#take(client);
      if (taken) return taken;
    }
    if (timeout === 0) return null;
    return this.#line.wait(() => this.#take(client), { timeout, client });
  }

  /** As {@linkcode acquire}, but blocks this thread; throws where only this thread could end the wait. */
  acquireSync(client: number, timeout: number | undefined): Taken | null {
    const taken = this.#take(client);
    if (taken) return taken;
    if (timeout === 0) return null;
    if (timeout === undefined) this.#refuseEndless(client);
    return this.#line.waitSync(() => this.#take(client), { timeout, client });
  }

  release(client: number): void {
    const words = this.#words;
    if (this.#reentrant && this.#isHeldBy(client) && Atomics.sub(words, TIMES, 1) > 1) return;
    if (Atomics.compareExchange(words, OWNER, client, 0) !== client) throw this.#refusal();
    this.#line.notify();
  }

  /** Whether this realm holds it. */
  #isHeldBy(client: number): boolean {
    return Atomics.load(this.#words, OWNER) === client;
  }

  /** How often this realm holds it. */
  timesHeld(client: number): number {
    if (!this.#isHeldBy(client)) return 0;
    return this.#reentrant ? Atomics.load(this.#words, TIMES) : 1;
  }

  #take(client: number): Taken | undefined {
    const words = this.#words;
    if (this.#reentrant && this.#isHeldBy(client)) {
      Atomics.add(words, TIMES, 1);
      return TAKEN;
    }
    if (!this.#line.mayTake(client)) return undefined;
    const owner = Atomics.compareExchange(words, OWNER, 0, client);
    if (owner !== 0 && !this.#takeOver(owner, client)) return undefined;
    if (this.#reentrant) Atomics.store(words, TIMES, 1);
    return owner === 0 ? TAKEN : TAKEN_OVER;
  }

  #takeOver(owner: number, client: number): boolean {
    return !this.#realms.isAlive(owner) &&
      Atomics.compareExchange(this.#words, OWNER, owner, client) === owner;
  }

  #refuseEndless(client: number): void {
    const owner = Atomics.load(this.#words, OWNER);
    if (owner !== client && !realmCalls().serves(owner)) return;
    const holder = owner === client
      ? "this worker"
      : "a child process, heard by this thread alone,";
    throw new InvalidStateError(
      `Cannot acquire lock: ${holder} holds it, the wait would never end`,
    );
  }

  #refusal(): Error {
    return Atomics.load(this.#words, OWNER) === 0
      ? new RangeError("Cannot release lock: it was released too many times")
      : new InvalidStateError("Cannot release lock: another worker holds it");
  }
}
