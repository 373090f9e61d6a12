/**
 * How many items go to a worker together when the user does not say: guided self-scheduling
 * (Polychronopoulos and Kuck, 1987) with a measured unit. A chunk is worth about a millisecond, never more
 * than an equal share of half of what is left, so that the end is even, but for the last crumbs; the first
 * ones are single items, as nothing is known of the function yet.
 */
import type { KnownFunction } from "../core/functions.ts";

/** Milliseconds that a chunk should take: a hundred times what it costs to send it. */
const CHUNK_TIME = 1;
/**
 * At the end a chunk of less would cost about as much to send; but where items are few, each of the last ones
 * may be longer than all before: so much of all is the most.
 */
const LEAST_TIME = 0.1, LEAST_PART = 1 / 1024;
/** One chunk may be so many times as large as the one before: a measurement can be wrong. */
const GROWTH = 8;

/** Chunks for each worker that are sent before earlier ones are back, and how many they may be at first. */
const CHUNKS_AHEAD = 3, SMALL_CHUNKS_AHEAD = 8;
/** Items of fixed chunks that are sent before earlier ones are back. */
const ITEMS_AHEAD = 4096;

/** Sizes of the chunks of one map, one after the other. */
export class ChunkSize {
  readonly #fixed: number | undefined;
  readonly #fn: KnownFunction;
  readonly #workers: number;
  /** The most that was left: all, at first. */
  #all = 0;
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
    this.#all = Math.max(this.#all, left);
    const least = Math.floor(Math.min(LEAST_TIME / this.#fn.estimate, this.#all * LEAST_PART));
    const size = Math.min(worth, Math.max(share, least), GROWTH * this.last, left);
    return Math.max(1, size);
  }

  /**
   * True where one more chunk may be on its way beside so many others with so many items; more would only
   * cost memory.
   */
  mayAdd(chunks: number, items: number): boolean {
    if (this.#fixed !== undefined) {
      return chunks < Math.max(2 * this.#workers, Math.floor(ITEMS_AHEAD / this.#fixed));
    }
    if (chunks < CHUNKS_AHEAD * this.#workers) return true;
    // The first ones are small.
    const time = items * this.#fn.estimate;
    return chunks < SMALL_CHUNKS_AHEAD * this.#workers &&
      time < CHUNKS_AHEAD * CHUNK_TIME * this.#workers;
  }
}
