/** Merges async iterables; items come in the order in which they are ready. */
export class MuxAsyncIterator<T> implements AsyncIterable<T> {
  readonly #pending = new Map<AsyncIterator<T>, Promise<void>>();
  readonly #ready: Array<{ iterator: AsyncIterator<T>; value: T }> = [];
  readonly #errors: unknown[] = [];

  add(iterable: AsyncIterable<T>): void {
    this.#pull(iterable[Symbol.asyncIterator]());
  }

  #pull(iterator: AsyncIterator<T>): void {
    const next = iterator.next().then(
      ({ value, done }) => {
        this.#pending.delete(iterator);
        if (!done) this.#ready.push({ iterator, value });
      },
      (error) => {
        this.#pending.delete(iterator);
        this.#errors.push(error);
      },
    );
    this.#pending.set(iterator, next);
  }

  async *iterate(): AsyncIterableIterator<T> {
    for (;;) {
      for (let item = this.#ready.shift(); item; item = this.#ready.shift()) {
        yield item.value;
        this.#pull(item.iterator);
      }
      if (this.#errors.length > 0) throw this.#errors.shift();
      if (this.#pending.size === 0) return;
      await Promise.race(this.#pending.values());
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return this.iterate();
  }
}
