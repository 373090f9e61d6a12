import type { WorkerClaims } from "../protocol/claims.ts";
import { encode, type Encoded } from "../protocol/encode.ts";
import { isPrimitive } from "../protocol/primitive.ts";
import { exactJsonOfEach } from "../protocol/exact_json.ts";
import { Outcome, type ReadArgs } from "../protocol/messages.ts";
import { type Numbers, packNumbers, WORTH_PACKING } from "../protocol/numbers.ts";
import type { Transferable } from "../protocol/transferable.ts";
import type { Answer } from "./answers.ts";
import { encodeThrown, refuseIterator } from "./failures.ts";
import { isThenable } from "./thenable.ts";

/** Runs one function over the items of a chunk; an item that throws costs only itself. */
export class ChunkRun {
  /** One encoded result an item, or what it threw. */
  #values: unknown[] = [];
  /** The results instead, where all are numbers. */
  #numbers: Numbers | undefined;
  /** Which of the values were thrown. */
  readonly #failed: number[] = [];
  #marked = false;
  #transfer: Transferable[] | undefined;
  readonly #items: ReadArgs;
  readonly #call: (item: unknown) => unknown;
  readonly #claims: WorkerClaims | undefined;
  readonly #cell: number;
  readonly #inline: boolean;

  /** @param claims where each item is noted as begun, in `cell` */
  constructor(
    items: ReadArgs,
    { call, claims, cell, inline }: {
      call: (item: unknown) => unknown;
      claims: WorkerClaims | undefined;
      cell: number;
      inline: boolean;
    },
  ) {
    this.#items = items;
    this.#call = call;
    this.#claims = claims;
    this.#cell = cell;
    this.#inline = inline;
  }

  /** Resolves to itself; a promise only when an item is async. */
  run(): this | Promise<this> {
    const { length } = this.#items;
    let pending: PromiseLike<unknown> | undefined, next = 0;
    if (length >= WORTH_PACKING) {
      pending = this.#runNumbers();
      if (this.#numbers) return this;
      next = this.#values.length + (pending ? 1 : 0);
    }
    while (!pending && next < length) pending = this.#runItem(next++);
    return pending ? this.#runRest(pending, next) : this;
  }

  /** Keeps what an item gives, or throws; returns what is not there yet. */
  #runItem(index: number): PromiseLike<unknown> | undefined {
    try {
      this.#claims?.beginItem(this.#cell, index);
      return this.#settle(this.#call(this.#items[index]));
    } catch (error) {
      this.#keepFailure(error);
    }
  }

  #settle(value: unknown): PromiseLike<unknown> | undefined {
    if (isThenable(value)) return value;
    this.#keep(value);
  }

  /**
   * Runs items as long as they give numbers, in loops with nothing else in them: a million small ones go this
   * way, and take a third of the time. The first other one is the last that runs here.
   */
  #runNumbers(): PromiseLike<unknown> | undefined {
    const items = this.#items, call = this.#call, claims = this.#claims, cell = this.#cell;
    const { length } = items;
    const integers = new Int32Array(length);
    let floats: Float64Array | undefined;
    let index = 0, value: unknown;
    try {
      for (; index < length; index++) {
        claims?.beginItem(cell, index);
        value = call(items[index]);
        if (typeof value !== "number") break;
        const whole = value | 0;
        if (!Object.is(whole, value)) break;
        integers[index] = whole;
      }
      if (index < length && typeof value === "number") {
        floats = new Float64Array(integers);
        floats[index++] = value;
        for (; index < length; index++) {
          claims?.beginItem(cell, index);
          value = call(items[index]);
          if (typeof value !== "number") break;
          floats[index] = value;
        }
      }
      if (index === length) {
        this.#numbers = floats ?? integers;
        return undefined;
      }
      this.#unpack(floats ?? integers, index);
      return this.#settle(value);
    } catch (error) {
      this.#unpack(floats ?? integers, index);
      this.#keepFailure(error);
    }
  }

  /** Not all are numbers: those that came first become values like the others. */
  #unpack(numbers: Numbers, count: number): void {
    this.#values = Array.from(numbers.subarray(0, count));
  }

  /** The results, or what was thrown, in the form that is cheapest to send. */
  answer(): Answer {
    const values = this.#values, failed = this.#failed, marked = this.#marked;
    const transfer = this.#transfer;
    if (failed.length > 0) {
      return { outcome: Outcome.mixed, payload: { values, failed }, transfer };
    }
    const numbers = this.#numbers ?? packNumbers(values);
    if (numbers) {
      return {
        outcome: Outcome.value,
        payload: numbers,
        transfer: [numbers.buffer as ArrayBuffer],
      };
    }
    const text = marked || transfer || isPrimitive(values[0]) ? undefined : exactJsonOfEach(values);
    if (text !== undefined) return { outcome: Outcome.text, payload: text };
    return { outcome: marked ? Outcome.markedValue : Outcome.value, payload: values, transfer };
  }

  /** Goes on where an item is async. */
  async #runRest(pending: PromiseLike<unknown> | undefined, next: number): Promise<this> {
    while (true) {
      try {
        if (pending) this.#keep(await pending);
      } catch (error) {
        this.#keepFailure(error);
      }
      if (next === this.#items.length) return this;
      pending = this.#runItem(next++);
    }
  }

  #keep(value: unknown): void {
    if (!isPrimitive(value)) {
      refuseIterator(value);
      value = this.#take(encode(value, "result"));
    }
    this.#values.push(value);
  }

  #keepFailure(error: unknown): void {
    this.#failed.push(this.#values.length);
    this.#values.push(this.#take(encodeThrown(error, this.#inline)));
  }

  #take({ value, marked, transfer }: Encoded): unknown {
    this.#marked ||= marked;
    if (transfer) (this.#transfer ??= []).push(...transfer);
    return value;
  }
}
