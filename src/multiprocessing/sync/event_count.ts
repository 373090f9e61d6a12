/**
 * Sleeping until shared memory changes, for any number of waiters in any thread: an event count (the term
 * is D. Vyukov's and folly's; the idea is a futex whose word counts changes).
 *
 *     waiter:   sleepers + 1, read the count, look at the state ── changed ──▶ done
 *               └─ sleep while the count is what was read
 *     notifier: change the state, look at sleepers ── none ──▶ done
 *               └─ count + 1, wake
 *
 * Either the waiter sees the new state, or the notifier sees the waiter: each writes before it reads, in
 * one order for all threads. A change between the look and the sleep makes the count differ, so that the
 * sleep does not begin.
 *
 * Each realm sleeps once for all its waiters, which it tries in the order in which they came. A sleep
 * is cut into slices: a realm that dies with the wake-up of another, or with what the others wait for,
 * can tell nobody, and is found out after one slice.
 */
import { host } from "../../adapters/services.ts";
import { ownNumber } from "../../protocol/living_realms.ts";
import { performance, realTimers } from "../../protocol/timers.ts";
import { isWaitedFor } from "../sharing/link.ts";
import { withResolvers } from "../../protocol/with_resolvers.ts";

/** Words of memory for one event count: the count, and the realms that sleep. */
export const EVENT_COUNT_WORDS = 2;

/** Milliseconds after which a sleeper looks by itself. */
const SLICE = 100;
/** Milliseconds for which `waitSync` looks again and again: a sleep and a wake-up take longer. */
const SPIN = 0.02;

/** Looks whether what one waits for has come; `undefined` while it has not. */
export type Attempt<T> = () => T | undefined;

/** How a wait ends without what was waited for. */
export interface WaitLimits {
  /** Milliseconds; default: for ever. */
  readonly timeout?: number | undefined;
  /** Number of the realm that waits. */
  readonly client: number;
}

interface Waiter {
  /** Tries; true when the wait is over. */
  tryOnce(): boolean;
  /** Ends it without a result. */
  giveUp(): void;
  readonly deadline: number;
  readonly client: number;
}

/**
 * Who of one realm is served first: strictly who came first, so that only the first is tried; so, but each
 * client for itself; or whoever can be.
 */
export type Order = "strict" | "by client" | "free";

/** One per realm and memory. */
export class EventCount {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #order: Order;
  #waiters: Waiter[] = [];
  #asleep = false;
  /** Ends the timer, if there is one. */
  #stopTimer: (() => void) | undefined;
  /** Whether it keeps the program running. */
  #timerHolds = false;
  /** When the timer looks. */
  #nextLook = 0;

  /**
   * @param at index of the first of its {@linkcode EVENT_COUNT_WORDS} words
   */
  constructor(words: Int32Array, at: number, order: Order) {
    this.#words = words;
    this.#at = at;
    this.#order = order;
  }

  /** Whether somebody of this realm waits. */
  get isAwaited(): boolean {
    return this.#waiters.length > 0;
  }

  /** Whether somebody sleeps, in any thread. */
  get hasSleepers(): boolean {
    return Atomics.load(this.#words, this.#at + 1) > 0;
  }

  /** To be called after every change that others wait for: wakes so many realms. */
  notify(realms: number = Infinity): void {
    const words = this.#words, at = this.#at;
    if (this.hasSleepers) {
      Atomics.add(words, at, 1);
      Atomics.notify(words, at, realms);
    }
  }

  /** Waits without blocking the event loop, which it keeps running when this realm is the one that waits. */
  wait<T>(attempt: Attempt<T>, { timeout, client }: WaitLimits): Promise<T | undefined> {
    const deadline = timeout === undefined ? Infinity : performance.now() + timeout;
    return this.#enter(attempt, client, deadline, client === ownNumber());
  }

  /** Waits for ever, and without keeping the program running for it. */
  waitAside<T>(attempt: Attempt<T>, client: number): Promise<T | undefined> {
    return this.#enter(attempt, client);
  }

  /** @param holds whether it keeps the program running; without a timer nobody gives up */
  #enter<T>(
    attempt: Attempt<T>,
    client: number,
    deadline: number = Infinity,
    holds?: boolean,
  ): Promise<T | undefined> {
    const { promise, resolve } = withResolvers<T | undefined>();
    const tryOnce = (): boolean => {
      // The dead take nothing along.
      const wanted = isWaitedFor(client), got = wanted ? attempt() : undefined;
      if (wanted && got === undefined) return false;
      resolve(got);
      return true;
    };
    if (this.#asleep && this.#mayTry(client) && tryOnce()) return promise;
    this.#waiters.push({ tryOnce, giveUp: () => resolve(undefined), deadline, client });
    if (!this.#asleep) this.#sleep();
    if (holds !== undefined) this.#setTimer(deadline, holds);
    return promise;
  }

  /** Tries those of this realm who wait; for who ends waits, or blocks the thread in which they wait. */
  attend(): void {
    this.#serve();
    if (!this.isAwaited) this.#clearTimer();
  }

  /** Waits and blocks this thread. */
  waitSync<T>(attempt: Attempt<T>, { timeout = Infinity, client }: WaitLimits): T | undefined {
    const words = this.#words, at = this.#at;
    const began = performance.now();
    // A thread that Deno cannot kill runs on when it counts as dead.
    while (isWaitedFor(client)) {
      const got = attempt();
      if (got !== undefined) return got;
      const waited = performance.now() - began;
      if (waited >= timeout) return undefined;
      if (waited < SPIN) continue;
      Atomics.add(words, at + 1, 1);
      try {
        const seen = Atomics.load(words, at);
        const late = attempt();
        if (late !== undefined) return late;
        Atomics.wait(words, at, seen, Math.min(SLICE, timeout - waited));
      } finally {
        Atomics.sub(words, at + 1, 1);
      }
    }
    return undefined;
  }

  /** Serves whom it can and sleeps for the others. */
  #sleep(): void {
    const words = this.#words, at = this.#at;
    for (;;) {
      Atomics.add(words, at + 1, 1);
      const seen = Atomics.load(words, at);
      this.#serve();
      const sleep = this.isAwaited ? Atomics.waitAsync(words, at, seen, SLICE) : undefined;
      if (sleep?.async) {
        this.#asleep = true;
        return void sleep.value.then((reason) => this.#wake(reason === "ok"));
      }
      Atomics.sub(words, at + 1, 1);
      if (!sleep) return;
    }
  }

  #wake(notified: boolean): void {
    this.#asleep = false;
    Atomics.sub(this.#words, this.#at + 1, 1);
    if (this.isAwaited) this.#sleep();
    // Those who were notified here have gone in the meantime.
    else if (notified) this.notify(1);
  }

  #serve(): void {
    if (this.#order !== "strict") return this.#serveAll();
    let served = 0;
    while (this.#waiters[served]?.tryOnce()) served++;
    this.#waiters.splice(0, served);
  }

  #serveAll(): void {
    // What a client has waited for in vain may come while those behind it are tried.
    const passed = new Set<number>();
    this.#waiters = this.#waiters.filter((waiter) => {
      if (passed.has(waiter.client)) return true;
      if (waiter.tryOnce()) return false;
      if (this.#order === "by client") passed.add(waiter.client);
      return true;
    });
  }

  /** Whether a client that comes now need not stand behind another wait. */
  #mayTry(client: number): boolean {
    if (this.#order === "strict") return false;
    return this.#order === "free" || !this.#waiters.some((waiter) => waiter.client === client);
  }

  /**
   * Looks again after a slice, and not later than at a deadline. A child process that waits keeps this one
   * running by itself, unless it is a daemon: then nothing may.
   */
  #setTimer(deadline: number, holds: boolean): void {
    if (!this.isAwaited) return this.#clearTimer();
    const now = performance.now();
    const next = Math.min(deadline, now + SLICE);
    const hold = holds || this.#timerHolds;
    if (this.#stopTimer && this.#nextLook <= next && this.#timerHolds === hold) return;
    this.#clearTimer();
    this.#nextLook = next;
    this.#timerHolds = hold;
    const timers = hold ? realTimers : host.clock;
    const timer = timers.setTimeout(() => this.#look(), Math.max(0, Math.ceil(next - now)));
    this.#stopTimer = () => timers.clearTimeout(timer as never);
  }

  #clearTimer(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#timerHolds = false;
  }

  #look(): void {
    this.#clearTimer();
    this.#serve();
    const now = performance.now(), own = ownNumber();
    let next = Infinity, holds = false;
    this.#waiters = this.#waiters.filter((waiter) => {
      const wanted = now < waiter.deadline && isWaitedFor(waiter.client);
      if (!wanted) waiter.giveUp();
      else {
        next = Math.min(next, waiter.deadline);
        holds ||= waiter.client === own;
      }
      return wanted;
    });
    this.#setTimer(next, holds);
  }
}
