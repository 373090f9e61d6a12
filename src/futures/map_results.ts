import { TimeoutError } from "../core/errors.ts";
import type { ExecutorResults } from "../core/executor.ts";
import { Fifo } from "../protocol/fifo.ts";
import { timeLeft } from "../protocol/timers.ts";
import type { Future } from "./future.ts";
import { untilDone } from "./until_done.ts";
import type { Zip } from "./zip.ts";

/** The results of calls that went to a worker together, up to the first that failed. */
export interface ChunkResults {
  readonly values: ArrayLike<unknown>;
  readonly failure: { readonly error: unknown } | undefined;
}

/** How a map goes about its calls. */
export interface MapPlan {
  readonly chunksize: number;
  /** Most calls between those submitted and those whose results were taken; may be infinite. */
  readonly bufferSize: number;
  /** Milliseconds from now. */
  readonly timeout: number | undefined;
  /** Submits the calls of one chunk. */
  send(rows: unknown[][]): Future<ChunkResults>;
}

/** The results of a map in the order of its calls. */
export class MapResults<R> implements ExecutorResults<R> {
  readonly #rows: Zip;
  readonly #plan: MapPlan;
  readonly #left: () => number | undefined;
  /** Chunks under way, the oldest first. */
  readonly #line = new Fifo<Future<ChunkResults>>();
  #chunk: ChunkResults = { values: [], failure: undefined };
  /** Results of the chunk that were taken. */
  #taken = 0;
  /** Calls that were submitted and whose results were not taken. */
  #ahead = 0;
  #exhausted = false;
  /** Why there are no more calls; it comes after the results of those that there are. */
  #failure: { readonly error: unknown } | undefined;
  #ended = false;
  /** The `next()` before this one. */
  #last: Promise<unknown> = Promise.resolve();

  /** Submits what may be submitted; throws what the iterables or the executor throw. */
  constructor(rows: Zip, plan: MapPlan) {
    this.#rows = rows;
    this.#plan = plan;
    this.#left = timeLeft(plan.timeout);
    this.#fill();
    if (this.#failure) this.#fail(this.#failure.error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<R, undefined>> {
    // One after the other: whether there is another result is known when the one before is there.
    const step = this.#last.then(() => this.#step());
    this.#last = step.catch(() => {});
    return step;
  }

  return(): Promise<IteratorResult<R, undefined>> {
    const failure = this.#end();
    if (failure) return Promise.reject(failure.error);
    return Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #step(): Promise<IteratorResult<R, undefined>> {
    while (!this.#ended) {
      const { values, failure } = this.#chunk;
      if (this.#taken < values.length) return this.#take(values[this.#taken] as R);
      if (failure) this.#fail(failure.error);
      const { head } = this.#line;
      if (head) await this.#receive(head);
      else if (this.#failure) this.#fail(this.#failure.error);
      else this.#end();
    }
    return { done: true, value: undefined };
  }

  #take(value: R): IteratorResult<R, undefined> {
    this.#taken++;
    this.#ahead--;
    this.#fill();
    return { done: false, value };
  }

  /** Waits for the oldest chunk. */
  async #receive(head: Future<ChunkResults>): Promise<void> {
    if (!head.done()) {
      const inTime = await untilDone([head], { timeout: this.#left() });
      if (this.#ended) return;
      if (!inTime) this.#fail(this.#late());
    }
    this.#line.shift();
    try {
      this.#chunk = await head.result();
      this.#taken = 0;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Submits chunks as long as the buffer takes a whole one. */
  #fill(): void {
    const { chunksize, bufferSize, send } = this.#plan;
    const size = Math.min(chunksize, bufferSize);
    while (!this.#exhausted && this.#ahead + size <= bufferSize) {
      const chunk = this.#pull(size);
      if (chunk.length === 0) return;
      try {
        this.#line.push(send(chunk));
        this.#ahead += chunk.length;
      } catch (error) {
        this.#exhaust({ error });
      }
    }
  }

  #pull(size: number): unknown[][] {
    const chunk: unknown[][] = [];
    try {
      while (chunk.length < size && !this.#exhausted) {
        const row = this.#rows.next();
        if (row) chunk.push(row);
        else this.#exhaust();
      }
    } catch (error) {
      this.#exhaust({ error });
    }
    return chunk;
  }

  #exhaust(failure?: { readonly error: unknown }): void {
    this.#exhausted = true;
    this.#failure ??= failure;
  }

  #late(): TimeoutError {
    const { timeout } = this.#plan;
    return new TimeoutError(`Cannot get next result: it is not there ${timeout} ms after map()`);
  }

  #fail(error: unknown): never {
    this.#end();
    throw error;
  }

  /** Nothing more is submitted, and what has not begun never will. Returns what the iterables threw. */
  #end(): { readonly error: unknown } | undefined {
    if (this.#ended) return undefined;
    this.#ended = this.#exhausted = true;
    // The last first: otherwise each would make room for the next, to be sent and taken back.
    for (const future of this.#line.toArray().reverse()) future.cancel();
    this.#line.clear();
    return this.#rows.close();
  }
}
