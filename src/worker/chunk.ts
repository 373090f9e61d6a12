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
  /** The results instead, where all are integers. */
  #integers: Numbers | undefined;
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
    const items = this.#items, call = this.#call, claims = this.#claims, cell = this.#cell;
    let integers = items.length < WORTH_PACKING ? undefined : new Int32Array(items.length);
    for (let i = 0; i < items.length; i++) {
      claims?.beginItem(cell, i);
      try {
        const value = call(items[i]);
        // A million small items go this way.
        if (integers && typeof value === "number") {
          integers[i] = value;
          if (Object.is(integers[i], value)) continue;
        }
        integers = this.#unpack(integers, i);
        if (isThenable(value)) return this.#runRest(value, i + 1);
        this.#keep(value);
      } catch (error) {
        integers = this.#unpack(integers, i);
        this.#keepFailure(error);
      }
    }
    this.#integers = integers;
    return this;
  }

  /** Not all are integers: those that came first become values like the others. */
  #unpack(integers: Int32Array | undefined, count: number): undefined {
    if (integers) this.#values = Array.from(integers.subarray(0, count));
  }

  /** The results, or what was thrown, in the form that is cheapest to send. */
  answer(): Answer {
    const values = this.#values, failed = this.#failed, marked = this.#marked;
    const transfer = this.#transfer;
    if (failed.length > 0) {
      return { outcome: Outcome.mixed, payload: { values, failed }, transfer };
    }
    const numbers = this.#integers ?? packNumbers(values);
    if (numbers) return { outcome: Outcome.value, payload: numbers, transfer: [numbers.buffer] };
    const text = marked || transfer || isPrimitive(values[0]) ? undefined : exactJsonOfEach(values);
    if (text !== undefined) return { outcome: Outcome.text, payload: text };
    return { outcome: marked ? Outcome.markedValue : Outcome.value, payload: values, transfer };
  }

  async #runRest(pending: PromiseLike<unknown>, next: number): Promise<this> {
    await this.#settle(() => pending);
    for (; next < this.#items.length; next++) {
      this.#claims?.beginItem(this.#cell, next);
      await this.#settle(() => this.#call(this.#items[next]));
    }
    return this;
  }

  async #settle(run: () => unknown): Promise<void> {
    try {
      this.#keep(await run());
    } catch (error) {
      this.#keepFailure(error);
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
