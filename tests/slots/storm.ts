/** Calls of all kinds in random order on a real pool; each says how it may end. */
import { type CallOptions, Pool, type PoolOptions } from "@pool/core";
import { assertSame } from "../conformance/same.ts";
import * as tasks from "../tasks/slots.ts";
import { within } from "../conformance/bounded.ts";
import { type Dice, spin } from "./dice.ts";

/** Whatever is on its way has arrived after this time (ms); the longest task runs 300. */
const LONGEST_WAIT = 15_000;

/** Milliseconds between calls: the worker spins, dozes, parks, and has parked. */
const GAPS = [0, 0.01, 0.1, 1.5, 5];

/** How a call may end. */
interface Expected {
  /** Its result; absent where it must not have one. */
  readonly value?: { readonly is: unknown };
  /** Names of errors, or the reason of an abort. */
  readonly errors?: readonly unknown[];
}

type Call = readonly [fn: (...args: never[]) => unknown, args: readonly unknown[]];

/** One storm: call `run`, then look at `problems`. */
export class Storm {
  readonly problems: string[] = [];
  /** Ends that were seen. */
  readonly ends: Record<string, number> = {};
  calls = 0;
  readonly #dice: Dice;
  readonly #pool: Pool;
  readonly #killable: boolean;
  #open = 0;
  #drained: (() => void) | undefined;

  constructor(dice: Dice, { killable, ...options }: PoolOptions & { readonly killable: boolean }) {
    this.#dice = dice;
    this.#killable = killable;
    this.#pool = new Pool({ grace: 20, ...options });
  }

  async run(milliseconds: number): Promise<void> {
    const end = performance.now() + milliseconds;
    while (performance.now() < end && this.problems.length === 0) await this.#round();
    await this.#drain();
    this.#pool.close();
    await within(LONGEST_WAIT, () => this.#pool.join(), "the end of the pool");
    const { submitted, fulfilled, rejected, waiting, workers } = this.#pool.stats();
    const left = submitted - fulfilled - rejected;
    if (left !== 0 || waiting !== 0 || workers.alive !== 0) {
      this.problems.push(`the pool ended with ${left} calls and ${workers.alive} workers left`);
    }
  }

  async #round(): Promise<void> {
    const dice = this.#dice;
    const kind = dice.next();
    if (kind < 0.35) await this.#trickle();
    else if (kind < 0.65) this.#burst(dice.pick([2, 10, 100, 500]));
    else if (kind < 0.95) { for (let i = dice.below(10); i >= 0; i--) this.#anyCall(); }
    else if (kind < 0.96) this.#limitedBurst(dice.pick([20, 100, 500]));
    else if (kind < 0.98) spin(dice.next() * 50);
    else this.#kill();
    if (dice.chance(0.3)) await this.#drain();
    else if (dice.chance(0.8)) await new Promise((resolve) => setImmediate(resolve));
  }

  async #trickle(): Promise<void> {
    const gap = this.#dice.pick(GAPS);
    for (let i = 0; i < 6; i++) {
      if (this.#dice.chance(0.8)) this.#tiny();
      else this.#anyCall();
      if (gap > 1) await new Promise((resolve) => setTimeout(resolve, gap));
      else spin(gap);
      if (this.#dice.chance(0.5)) await null;
    }
  }

  #burst(size: number): void {
    for (let i = 0; i < size; i++) this.#tiny();
  }

  /** Many calls that ask for the same: they wait in a line, and go together. */
  #limitedBurst(size: number): void {
    const dice = this.#dice;
    const controller = new AbortController();
    const reason = `enough of ${this.calls} and ${size} more`;
    const kinds: CallOptions[] = [
      { signal: controller.signal, priority: 1 },
      { timeout: 1 + dice.below(20), retries: dice.below(2) },
      { signal: controller.signal, timeout: 1000 },
    ];
    const fn = dice.pick([tasks.echoFew, tasks.echo]);
    const few = dice.below(3) + 1;
    setTimeout(() => controller.abort(reason), dice.next() * 10);
    for (let i = 0; i < size; i++) {
      const n = this.calls;
      const errors = [reason, "TimeoutError"];
      this.#send([fn, [n]], { value: { is: n }, errors }, { ...kinds[i % few] });
    }
  }

  #tiny(): void {
    const n = this.calls;
    this.#send([tasks.echo, [n]], { value: { is: n } });
  }

  #anyCall(): void {
    const dice = this.#dice;
    const kind = dice.next();
    const n = this.calls;
    if (kind < 0.3) this.#valueCall();
    else if (kind < 0.4) this.#send([tasks.echoSoon, [n]], { value: { is: n } });
    else if (kind < 0.5) {
      const fn = dice.pick([tasks.echoLater, tasks.echoListening]);
      this.#send([fn, [dice.next() * 5, n]], { value: { is: n } });
    } else if (kind < 0.6) {
      this.#send([tasks.echoBusily, [dice.next() * 4, n]], { value: { is: n } });
    } else if (kind < 0.7) {
      this.#send([dice.pick([tasks.fail, tasks.failSoon]), [n]], { errors: ["RangeError"] });
    } else if (kind < 0.75) this.#movedCall();
    else if (kind < 0.78) {
      this.#send([tasks.giveFunction, []], { errors: ["MaybeEncodingError"] });
    } else if (kind < 0.81) {
      this.#send([tasks.echo, [{ no: () => n }]], { errors: ["MaybeEncodingError"] });
    } else this.#limitedCall();
  }

  #valueCall(): void {
    const value = this.#value();
    this.#send([this.#dice.pick([tasks.echo, tasks.echoSoon]), [value]], { value: { is: value } });
  }

  /** Around what a slot holds, and far beyond. */
  #value(): unknown {
    const dice = this.#dice;
    const size = dice.pick([0, 1, 11, 12, 100, 900, 995, 1000, 1024, 5000, 70_000]);
    const kinds: readonly (() => unknown)[] = [
      () => "x".repeat(size),
      () => "é😀".repeat(size),
      () => new Uint8Array(size).fill(7),
      () => Array.from({ length: Math.min(size, 300) }, (_, i) => i * 0.5),
      () => ({ a: [null, undefined, -0, NaN], b: { c: 10n ** 17n, d: "y".repeat(size) } }),
      () => new Map([[size, new Set(["z".repeat(size)])]]),
      () => new tasks.Pair(size, "p".repeat(size)),
      () => [new Date(size), /r/g, new Float64Array(size)],
    ];
    return dice.pick(kinds)();
  }

  #movedCall(): void {
    const size = this.#dice.pick([1, 100, 5000]);
    const buffer = new Uint8Array(size).fill(41).buffer;
    this.#send([tasks.countUp, [buffer]], {
      value: { is: new Uint8Array(size).fill(42).buffer },
    }, { transfer: [buffer] });
  }

  /** A call that may be ended before it has its result. */
  #limitedCall(): void {
    const dice = this.#dice;
    const n = this.calls;
    const errors: unknown[] = [];
    const controller = new AbortController();
    const reason = `enough of ${n}`;
    const options: CallOptions = {
      priority: dice.below(3) - 1,
      retries: dice.below(2),
      ...(dice.chance(0.3) && { key: `key ${dice.below(3)}` }),
      ...(dice.chance(0.5) && { signal: controller.signal }),
      ...(dice.chance(0.3) && { timeout: 1 + dice.below(30) }),
      ...(dice.chance(0.2) && { queueTimeout: 1 + dice.below(30) }),
    };
    if (options.signal) {
      errors.push(reason);
      setTimeout(() => controller.abort(reason), dice.next() * 20);
    }
    if (options.timeout !== undefined || options.queueTimeout !== undefined) {
      errors.push("TimeoutError");
    }
    const call: Call = dice.chance(0.4)
      ? [tasks.echo, [n]]
      : [dice.pick([tasks.echoLater, tasks.echoListening, tasks.echoBusily]), [
        dice.next() * 30,
        n,
      ]];
    this.#send(call, { value: { is: n }, errors }, options);
  }

  /** Ends a worker, or lets it be ended. */
  #kill(): void {
    const died = { errors: ["WorkerDiedError"] };
    switch (this.#dice.below(4)) {
      case 0:
        return this.#send([tasks.leave, [this.#dice.below(4)]], died, {
          retries: this.#dice.below(2),
        });
      case 1:
        return this.#send([tasks.throwInTimer, []], died);
      case 2:
        return this.#send([tasks.untilAborted, []], { errors: ["TimeoutError"] }, { timeout: 10 });
      default:
        // Where a thread cannot be stopped, it goes on beside its successor.
        return this.#send(
          [tasks.echoBusily, [this.#killable ? 300 : 150, 0]],
          { errors: ["TimeoutError"] },
          { timeout: 10, grace: 0 },
        );
    }
  }

  #send([fn, args]: Call, expected: Expected, options: CallOptions = {}): void {
    const n = this.calls++;
    this.#open++;
    const what = `call ${n} (${fn.name})`;
    let ended = 0;
    const end = (how: string, problem: string | undefined): void => {
      if (++ended > 1) problem = "ended twice";
      if (problem !== undefined) this.problems.push(`${what} ${problem}`);
      this.ends[how] = (this.ends[how] ?? 0) + 1;
      if (--this.#open === 0) this.#drained?.();
    };
    this.#pool.apply(fn as (...args: unknown[]) => unknown, [...args], options).then(
      (value) => end("fulfilled", differ(value, expected)),
      (error) => end(nameOf(error), isExpected(error, expected) ? undefined : `threw ${error}`),
    );
  }

  async #drain(): Promise<void> {
    if (this.#open === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    try {
      await within(LONGEST_WAIT, () => promise, "the way of all calls");
    } catch (error) {
      const stats = JSON.stringify(this.#pool.stats());
      this.#pool.terminate();
      throw new Error(`${error}, with ${this.#open} of ${this.calls} open: ${stats}`);
    }
  }
}

function differ(value: unknown, { value: expected }: Expected): string | undefined {
  if (!expected) return `gave ${value}`;
  try {
    assertSame(value, expected.is);
  } catch (error) {
    return `gave another value: ${(error as Error).message.slice(0, 200)}`;
  }
}

function isExpected(error: unknown, { errors = [] }: Expected): boolean {
  return errors.includes(error instanceof Error ? error.name : error);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "aborted";
}
