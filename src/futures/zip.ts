/** Takes one item of each iterable at a time, until the shortest ends. Mirrors Python's `zip`. */
export class Zip {
  #iterators: Iterator<unknown>[] = [];

  /** Begins to iterate; throws what an iterable throws. */
  constructor(iterables: readonly Iterable<unknown>[]) {
    this.#guarded(() => {
      for (const iterable of iterables) this.#iterators.push(iterable[Symbol.iterator]());
    });
  }

  /** One item of each, or nothing at the end. Throws what an iterable throws, and ends there. */
  next(): unknown[] | undefined {
    if (this.#iterators.length === 0) return undefined;
    return this.#guarded(() => {
      const row: unknown[] = [];
      for (const iterator of this.#iterators) {
        const { done, value } = iterator.next();
        if (done) {
          const failure = this.close();
          if (failure) throw failure.error;
          return undefined;
        }
        row.push(value);
      }
      return row;
    });
  }

  /** Closes the iterators, all of them; harmless when they are. Returns what the first threw that did. */
  close(): { readonly error: unknown } | undefined {
    const iterators = this.#iterators;
    this.#iterators = [];
    let failure: { readonly error: unknown } | undefined;
    for (const iterator of iterators) {
      try {
        iterator.return?.();
      } catch (error) {
        failure ??= { error };
      }
    }
    return failure;
  }

  #guarded<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      this.close();
      throw error;
    }
  }
}
