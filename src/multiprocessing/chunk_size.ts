/**
 * How many items go to a worker together when the user does not say: guided self-scheduling
 * (Polychronopoulos and Kuck, 1987) with a measured unit. A chunk is worth about a millisecond, never more
 * than an equal share of half of what is left, so that the end is even; the first ones are single items, as
 * nothing is known of the function yet.
 */
import type { KnownFunction } from "../core/functions.ts";

/** Milliseconds that a chunk should take: a hundred times what it costs to send it. */
const CHUNK_TIME = 1;
/** One chunk may be so many times as large as the one before: a measurement can be wrong. */
const GROWTH = 8;

/** Sizes of the chunks of one map, one after the other. */
export class ChunkSize {
  readonly #fixed: number | undefined;
  readonly #fn: KnownFunction;
  readonly #workers: number;
  /** The size of the last chunk. */
  last: number;

  constructor(
    fixed: number | undefined,
    { fn, workers }: { readonly fn: KnownFunction; readonly workers: number },
  ) {
    this.#fixed = fixed;
    this.#fn = fn;
    this.#workers = workers;
    this.last = fixed ?? 1;
  }

  /** The next size, where so many items are left (or may be taken). */
  next(left: number): number {
    return this.last = this.peek(left);
  }

  /** What `next` would give. */
  peek(left: number): number {
    if (this.#fixed !== undefined) return Math.min(this.#fixed, left);
    const share = Math.ceil(left / (2 * this.#workers));
    const worth = Math.floor(CHUNK_TIME / this.#fn.estimate);
    return Math.max(1, Math.min(worth, share, GROWTH * this.last));
  }

  /** Chunks that may be on their way at once; more would only cost memory. */
  get ahead(): number {
    if (this.#fixed === undefined) return 3 * this.#workers;
    return Math.max(2 * this.#workers, Math.floor(ITEMS_AHEAD / this.#fixed));
  }
}

/** Items of fixed chunks that are sent before earlier ones are back. */
const ITEMS_AHEAD = 4096;
