/** An async iterable under way, that can be left while an item is awaited: it may never come. */
export class AsyncSource<T> implements AsyncIterableIterator<T, undefined> {
  readonly #iterator: AsyncIterator<T>;
  #left = false;
  /** Tells who awaits an item that none comes. */
  #leave: (() => void) | undefined;

  /** Begins to iterate; throws what the iterable throws. */
  constructor(items: AsyncIterable<T>) {
    this.#iterator = items[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      if (this.#left) return resolve(end());
      this.#leave = () => resolve(end());
      this.#step().then(resolve, reject);
    });
  }

  /** Closes the iterable, and waits for that; not while it is asked for an item. */
  async return(): Promise<IteratorResult<T, undefined>> {
    if (this.#left) return end();
    this.#left = true;
    const closed = this.#close();
    const leave = this.#leave;
    leave?.();
    // Where an item is awaited, nobody will be there to see it.
    if (leave) closed.catch(() => {});
    else await closed;
    return end();
  }

  async #step(): Promise<IteratorResult<T, undefined>> {
    try {
      return await this.#iterator.next() as IteratorResult<T, undefined>;
    } finally {
      // Before the caller hears of it, who may ask for the next one at once.
      this.#leave = undefined;
    }
  }

  async #close(): Promise<void> {
    await this.#iterator.return?.();
  }
}

function end(): IteratorReturnResult<undefined> {
  return { done: true, value: undefined };
}
