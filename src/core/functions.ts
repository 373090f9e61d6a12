import { type FunctionReference, realm } from "../protocol/realm.ts";
import { referenceOf } from "./task.ts";

/** A function as one scheduler knows it. */
export interface KnownFunction {
  /** Its number in messages. */
  readonly id: number;
  readonly reference: FunctionReference;
  /** For events and errors. */
  readonly name: string;
  /** Mean time of a call in milliseconds, as workers measured it; infinite until then. */
  estimate: number;
  /** What it took (ms) to send its last call, where that was much: the worker needs as long to read it. */
  carriage: number;
  /** Its calls go together in batches; not any more once one of them had a result that no slot takes. */
  batches: boolean;
}

/** How much one more measurement counts in the mean. */
const WEIGHT = 0.25;
/** That of several calls which were faster: code that warms up gets there in a few chunks. */
const WARMING = 0.75;
/** So many calls are several. */
const SEVERAL = 8;

/** Takes a measurement into the mean. */
export function learn(fn: KnownFunction, calls: number, milliseconds: number): void {
  const mean = milliseconds / calls;
  const weight = calls >= SEVERAL && mean < fn.estimate ? WARMING : WEIGHT;
  fn.estimate = fn.estimate === Infinity ? mean : fn.estimate + weight * (mean - fn.estimate);
}

/** The functions that one scheduler has met. */
export class Functions {
  // deno-lint-ignore ban-types
  readonly #byFunction = new WeakMap<Function, KnownFunction>();
  /** Inline functions by source: a loop makes a new function object each time round. */
  readonly #bySource = new Map<string, KnownFunction>();
  readonly #byId: KnownFunction[] = [];
  /** The function of the call before: usually the same again. */
  #last: { readonly fn: unknown; readonly known: KnownFunction } | undefined;

  /** Throws a `TypeError` for what cannot be sent; see {@link referenceOf}. */
  get(fn: unknown): KnownFunction {
    if (this.#last !== undefined && this.#last.fn === fn) return this.#last.known;
    // deno-lint-ignore ban-types
    const known = this.#byFunction.get(fn as Function) ?? this.#add(fn);
    this.#last = { fn, known };
    return known;
  }

  /** The function that a worker names by number. */
  byId(id: number): KnownFunction | undefined {
    return this.#byId[id];
  }

  #add(fn: unknown): KnownFunction {
    // Before its source is compiled, to see whether it makes sense.
    let known = typeof fn === "function" && !realm.references.has(fn)
      ? this.#bySource.get(Function.prototype.toString.call(fn))
      : undefined;
    if (!known) {
      const reference = referenceOf(fn);
      known = {
        id: this.#byId.length,
        reference,
        name: reference.name || "anonymous",
        estimate: Infinity,
        carriage: 0,
        batches: true,
      };
      this.#byId.push(known);
      if (reference.kind === "source") this.#bySource.set(reference.source, known);
    }
    // deno-lint-ignore ban-types
    this.#byFunction.set(fn as Function, known);
    return known;
  }
}
