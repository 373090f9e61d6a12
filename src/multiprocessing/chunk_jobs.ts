/** Chunks of a map as jobs: encoded item by item, so that each item fails or succeeds by itself. */
import { WorkerDiedError } from "../core/errors.ts";
import type { KnownFunction } from "../core/functions.ts";
import type { CheckedCall } from "../core/call_options.ts";
import { Job, type JobSink } from "../core/job.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { show } from "../core/options.ts";
import { encode } from "../protocol/encode.ts";
import { exactJsonOfEach } from "../protocol/exact_json.ts";
import { isPrimitive } from "../protocol/primitive.ts";
import { type JobArgs, JobMode } from "../protocol/messages.ts";
import { isNumbers, type Numbers, packNumbers } from "../protocol/numbers.ts";
import type { Transferable } from "../protocol/transferable.ts";

/** What all chunks of one map share. */
export interface ChunkCall {
  readonly fn: KnownFunction;
  readonly mode: typeof JobMode.map | typeof JobMode.starmap;
  readonly call: CheckedCall;
  /** Whether shared memory may stand in an item. */
  readonly shared: boolean;
  readonly origin: { readonly stack?: string } | undefined;
}

/** Who gets the results; told exactly once of each item. */
export interface ItemSink {
  fulfil(index: number, value: unknown): void;
  /** The results of items one behind the other. */
  fulfilAll(first: number, values: ArrayLike<unknown>): void;
  fail(index: number, error: unknown): void;
  /** A chunk is through: all its items were told, or will be with another chunk. */
  settled(job: Job | undefined): void;
}

/** Sends chunks and takes their results apart. */
export class ChunkJobs {
  readonly #scheduler: Scheduler;
  readonly #call: ChunkCall;
  readonly #sink: ItemSink;
  readonly #jobs = new Set<Job>();
  /** Items of chunks that are not settled. */
  items = 0;

  constructor(scheduler: Scheduler, call: ChunkCall, sink: ItemSink) {
    this.#scheduler = scheduler;
    this.#call = call;
    this.#sink = sink;
  }

  /** Chunks that are not settled. */
  get size(): number {
    return this.#jobs.size;
  }

  /** Sends items whose indices count up from `first`. Never throws. */
  send(items: readonly unknown[] | Numbers, first: number): void {
    const packed = this.#call.mode === JobMode.starmap || !Array.isArray(items)
      ? items
      : packNumbers(items) ?? items;
    const chunk = isNumbers(packed)
      ? whole(packed, packed.length, first)
      : this.#toText(packed, first) ?? this.#encodeItems(packed, first);
    if (chunk.count > 0) this.#submit(chunk);
    else this.#sink.settled(undefined);
  }

  /** Plain objects travel as one text; strings are cloned as fast as they are. */
  #toText(items: readonly unknown[], first: number): Chunk | undefined {
    const { call, mode } = this.#call;
    if (items.length < 2 || call.transfer || isPrimitive(items[0])) return undefined;
    if (mode === JobMode.starmap && !items.every(Array.isArray)) return undefined;
    const text = exactJsonOfEach(items);
    return text === undefined ? undefined : whole(text, items.length, first);
  }

  /** An item that cannot be sent fails by itself, and the others go without it. */
  #encodeItems(items: readonly unknown[], first: number): Chunk {
    const args: unknown[] = [];
    const chunk = whole(args, 0, first);
    for (let i = 0; i < items.length; i++) {
      let item = items[i];
      if (!isPrimitive(item) || this.#call.mode === JobMode.starmap) {
        try {
          const encoded = this.#encode(item, first + i);
          item = encoded.value;
          chunk.marked ||= encoded.marked;
          if (encoded.transfer) (chunk.transfer ??= []).push(...encoded.transfer);
        } catch (error) {
          chunk.places ??= args.map((_, place) => first + place);
          this.#sink.fail(first + i, error);
          continue;
        }
      }
      args.push(item);
      chunk.places?.push(first + i);
    }
    chunk.count = args.length;
    return chunk;
  }

  /** Ends all chunks as an abort does. */
  abort(reason: unknown): void {
    for (const job of [...this.#jobs]) this.#scheduler.abort(job, reason);
  }

  /** Ends the chunks that have not begun. */
  cancelWaiting(reason: unknown): void {
    for (const job of [...this.#jobs]) this.#scheduler.cancelWaiting(job, reason);
  }

  #encode(item: unknown, index: number): ReturnType<typeof encode> {
    if (this.#call.mode === JobMode.starmap && !Array.isArray(item)) {
      throw new TypeError(
        `Cannot starmap item ${index}: it must be an array of arguments, not ${show(item)}`,
      );
    }
    const { call, shared } = this.#call;
    return encode(item, `items[${index}]`, { shared, transfer: call.transfer });
  }

  #submit(chunk: Chunk): void {
    const { fn, mode, call: { limits, priority, key }, origin } = this.#call;
    const { args, count, marked, transfer } = chunk;
    const leave = (): void => {
      this.#jobs.delete(job);
      this.items -= count;
      this.#sink.settled(job);
    };
    const sink: JobSink = {
      resolve: (values, failed) => {
        this.#distribute(chunk, values as ArrayLike<unknown>, failed);
        leave();
      },
      reject: (error) => {
        this.#fail(chunk, error, job);
        leave();
      },
    };
    const request = { mode, count, marked, transfer, limits, priority, key, origin };
    const job = new Job(fn, args, sink, request);
    this.#jobs.add(job);
    this.items += count;
    try {
      this.#scheduler.submit(job, true);
    } catch (error) {
      sink.reject(error);
    }
  }

  #distribute(
    chunk: Chunk,
    values: ArrayLike<unknown>,
    failed: readonly number[] | undefined,
  ): void {
    if (!failed && !chunk.places) return this.#sink.fulfilAll(chunk.first, values);
    const failures = failed && new Set(failed);
    for (let i = 0; i < values.length; i++) {
      if (failures?.has(i)) this.#sink.fail(placeOf(chunk, i), values[i]);
      else this.#sink.fulfil(placeOf(chunk, i), values[i]);
    }
  }

  /** When a worker dies in the middle of a chunk, the items that it had not begun go to another. */
  #fail(chunk: Chunk, error: unknown, job: Job): void {
    const { args, count, first, places, marked, transfer } = chunk;
    const died = error instanceof WorkerDiedError && !job.movesOnce;
    const rest = died ? job.details.diedAt + 1 : count;
    for (let i = 0; i < rest; i++) this.#sink.fail(placeOf(chunk, i), error);
    if (rest >= count) return;
    const items = typeof args === "string" ? JSON.parse(args) as unknown[] : args;
    const again = whole(items.slice(rest), count - rest, first + rest);
    again.places = places?.slice(rest);
    again.marked = marked;
    again.transfer = transfer;
    this.#submit(again);
  }
}

/** Items on their way together. */
interface Chunk {
  readonly args: JobArgs;
  /** How many they are. */
  count: number;
  /** Index of the first item in the map. */
  readonly first: number;
  /** Indices of all items, where some between them are missing. */
  places?: number[] | undefined;
  marked: boolean;
  transfer: Transferable[] | undefined;
}

/** A chunk from which nothing is missing. */
function whole(args: JobArgs, count: number, first: number): Chunk {
  return { args, count, first, marked: false, transfer: undefined };
}

function placeOf({ first, places }: Chunk, index: number): number {
  return places ? places[index]! : first + index;
}
