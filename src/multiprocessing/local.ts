import { InvalidStateError } from "../core/errors.ts";
import { checkFunction } from "../core/options.ts";

/**
 * A value that each worker has for itself; see {@linkcode local}.
 *
 * @example
 * ```ts
 * import { Local } from "@pool/core";
 *
 * const requestId = new Local<string>();
 * console.log(requestId.has); // false
 * requestId.value = "a1";
 * console.log(requestId.value); // a1
 * requestId.clear();
 * ```
 */
export class Local<T> {
  readonly #create: (() => T) | undefined;
  #held: { readonly value: T } | undefined;

  /** See {@linkcode local}. */
  constructor(create?: () => T) {
    this.#create = checkFunction(create, "create");
  }

  /** True when this worker has a value. */
  get has(): boolean {
    return this.#held !== undefined;
  }

  /**
   * This worker's value, made at its first use.
   *
   * @throws `InvalidStateError` where nobody has set one, and nothing makes one
   */
  get value(): T {
    if (this.#held) return this.#held.value;
    if (this.#create) return (this.#held = { value: this.#create() }).value;
    throw new InvalidStateError("Cannot read local value: this worker has not set one");
  }

  set value(value: T) {
    this.#held = { value };
  }

  /** Forgets this worker's value; the next use makes another. */
  clear(): void {
    this.#held = undefined;
  }
}

/**
 * A place at the top level of a module in which every worker keeps a value of its own, such as a
 * connection that is opened at the first use. Mirrors `threading.local`, whose attributes are one value
 * here.
 *
 * It belongs to the realm: workers of an inline pool share the host's. It is no argument: name it in the
 * module of the task, where each worker finds its own.
 *
 * @param create makes the value of a worker that has none; runs at most once in each, unless it throws
 *
 * @example
 * ```ts
 * import { local, Pool, task } from "@pool/core";
 *
 * const calls = local(() => ({ count: 0 }));
 * export const count = task(import.meta, () => ++calls.value.count);
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(1);
 *   console.log(await pool.map(count, [1, 2, 3]), calls.has); // [1, 2, 3] false
 * }
 * ```
 */
export function local<T>(create?: () => T): Local<T> {
  return new Local(create);
}
