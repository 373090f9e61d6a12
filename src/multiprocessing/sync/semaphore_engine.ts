/**
 * A semaphore in shared memory.
 *
 * Each permit is a word: 0, or the number of the realm that holds it. Taking and giving back are one
 * operation each, so that a realm may die between any two lines: what it holds bears its number, and the
 * next one takes it over.
 *
 * Anyone may release, as in Python. Whoever holds no permit gives back that of another; only when none
 * is held the value rises, by a token. Tokens bear no names: a realm that dies takes its own with it,
 * as what is only a signal must not come twice. So a death never gives back more than the
 * permits that existed at the start, nor what another has given back for the dead.
 */
import { livingRealms } from "../../protocol/living_realms.ts";
import type { Engine } from "../sharing/link.ts";
import { type AcquirableOps, TAKEN, type Taken, TAKEN_OVER } from "./acquirable.ts";
import { WAITING_LINE_WORDS, WaitingLine } from "./waiting_line.ts";

/** What one realm can do with a semaphore; the same by calls from other processes. */
export interface SemaphoreOps extends AcquirableOps {
  /** How many are to be had. */
  getValue(): number | Promise<number>;
}

/** The highest value. */
export const MOST_PERMITS: number = 2 ** 31 - 1;

/** So many permits have a word each; those beyond are tokens, so that a large one stays cheap. */
const MOST_NAMED = 4096;

/** Words: the line, free tokens, how many of them there may be, and the named permits. */
const TOKENS = WAITING_LINE_WORDS, MOST_TOKENS = TOKENS + 1, AT_START = TOKENS + 2;
const NAMED = TOKENS + 3;

/** One per realm and memory. */
export class SemaphoreEngine implements Engine<SemaphoreOps> {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #line: WaitingLine;
  readonly #realms = livingRealms();
  /** Where this realm took or gave back last. */
  #hint = NAMED;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#line = new WaitingLine(this.#words, 0, () => this.getValue() > 0, "strict");
  }

  /** A new one; of a bounded one the value never rises above that of the start. */
  static make(value: number, bounded: boolean): SemaphoreEngine {
    const named = Math.min(value, MOST_NAMED);
    const words = new Int32Array(new SharedArrayBuffer(4 * (NAMED + named)));
    words[TOKENS] = words[AT_START] = value - named;
    words[MOST_TOKENS] = (bounded ? value : MOST_PERMITS) - named;
    return new SemaphoreEngine(words.buffer as SharedArrayBuffer);
  }

  as(client: number): SemaphoreOps {
    return {
      acquire: (timeout) => this.acquire(client, timeout),
      release: () => this.release(client),
      getValue: () => this.getValue(),
    };
  }

  /** Takes one at once, or waits without blocking; those of one realm in their order. */
  acquire(client: number, timeout: number | undefined): Taken | null | Promise<Taken | null> {
    if (!this.#line.isAwaited) {
      const taken = this.#take(client);
      if (taken) return taken;
    }
    if (timeout === 0) return null;
    return this.#line.wait(() => this.#take(client), { timeout, client });
  }

  /** As {@linkcode acquire}, but blocks this thread. */
  acquireSync(client: number, timeout: number | undefined): Taken | null {
    const taken = this.#take(client);
    if (taken) return taken;
    if (timeout === 0) return null;
    return this.#line.waitSync(() => this.#take(client), { timeout, client });
  }

  release(client: number): void {
    const words = this.#words;
    const given = this.#give((owner) => owner === client) ||
      this.#giveToken(words[AT_START]!) ||
      this.#give((owner) => this.#realms.isAlive(owner)) ||
      this.#give((owner) => owner !== 0) ||
      this.#giveToken(words[MOST_TOKENS]!);
    if (!given) {
      const most = words[MOST_TOKENS]! + words.length - NAMED;
      throw new RangeError(
        `Cannot release semaphore: it was released too many times, its value cannot be above ${most}`,
      );
    }
    this.#line.notify();
  }

  getValue(): number {
    const words = this.#words;
    let value = Atomics.load(words, TOKENS);
    for (let at = NAMED; at < words.length; at++) {
      if (this.#isFree(Atomics.load(words, at))) value++;
    }
    return value;
  }

  #take(client: number): Taken | undefined {
    const words = this.#words;
    let at = this.#hint;
    for (let left = words.length - NAMED; left > 0; left--, at = this.#after(at)) {
      const owner = Atomics.load(words, at);
      if (!this.#isFree(owner)) continue;
      if (!this.#line.mayTake(client)) return undefined;
      if (Atomics.compareExchange(words, at, owner, client) !== owner) continue;
      this.#hint = at;
      return owner === 0 ? TAKEN : TAKEN_OVER;
    }
    for (;;) {
      const tokens = Atomics.load(words, TOKENS);
      if (tokens === 0 || !this.#line.mayTake(client)) return undefined;
      if (Atomics.compareExchange(words, TOKENS, tokens, tokens - 1) === tokens) return TAKEN;
    }
  }

  #give(isMeant: (owner: number) => boolean): boolean {
    const words = this.#words;
    let at = this.#hint;
    for (let left = words.length - NAMED; left > 0; left--, at = this.#after(at)) {
      const owner = Atomics.load(words, at);
      if (!isMeant(owner) || Atomics.compareExchange(words, at, owner, 0) !== owner) continue;
      this.#hint = at;
      return true;
    }
    return false;
  }

  #giveToken(most: number): boolean {
    const words = this.#words;
    for (;;) {
      const tokens = Atomics.load(words, TOKENS);
      if (tokens >= most) return false;
      if (Atomics.compareExchange(words, TOKENS, tokens, tokens + 1) === tokens) return true;
    }
  }

  #after(at: number): number {
    return at + 1 < this.#words.length ? at + 1 : NAMED;
  }

  #isFree(owner: number): boolean {
    return owner === 0 || !this.#realms.isAlive(owner);
  }
}
