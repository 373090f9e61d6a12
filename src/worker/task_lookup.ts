/** The functions that job records name. */
import { TaskLookupError } from "../protocol/errors.ts";
import { findFunction } from "../protocol/find_function.ts";
import type { FunctionDefinition } from "../protocol/messages.ts";
import type { AnyFunction, FunctionReference } from "../protocol/realm.ts";

/** A function that was found, and whether its source came over the wire. */
export interface FoundFunction {
  readonly fn: AnyFunction;
  readonly inline: boolean;
}

/** The functions one worker knows, by the numbers that the host gave them. */
export class FunctionTable {
  readonly #definitions = new Map<number, FunctionReference>();
  readonly #found = new Map<number, FoundFunction>();
  readonly #guarded: boolean;

  /** @param guarded refuse pools that an imported module creates (a missing main guard) */
  constructor(guarded: boolean) {
    this.#guarded = guarded;
  }

  define(definitions: readonly FunctionDefinition[]): void {
    for (const { id, reference } of definitions) this.#definitions.set(id, reference);
  }

  /** The function where it was looked up before: the way of all calls but the first. */
  known(id: number): FoundFunction | undefined {
    return this.#found.get(id);
  }

  /** Looks a function up for the first time; rejects with `TaskLookupError`. */
  async find(id: number): Promise<FoundFunction> {
    const reference = this.#definitions.get(id);
    if (!reference) throw new TaskLookupError(`Cannot find function ${id}: it was never defined`);
    const found = {
      fn: await findFunction(reference, this.#guarded),
      inline: reference.kind === "source",
    };
    this.#found.set(id, found);
    return found;
  }
}
