/** Chunks of a map as jobs: encoded item by item, so that each item fails or succeeds by itself. */
import { WorkerDiedError } from "../core/errors.ts";
import type { KnownFunction } from "../core/functions.ts";
import type { CheckedCall } from "../core/call_options.ts";
import type { Job } from "../core/job.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { show } from "../core/options.ts";
import { encode, isPrimitive } from "../protocol/encode.ts";
import { JobMode } from "../protocol/messages.ts";

/** What all chunks of one map share. */
export interface ChunkCall {
  readonly fn: KnownFunction;
  readonly mode: typeof JobMode.map | typeof JobMode.starmap;
  readonly call: CheckedCall;
  /** Whether shared memory may stand in an item. */
  readonly shared: boolean;
  readonly origin: { readonly stack?: string } | undefined;
}

/** Who gets the results; called exactly once for each item. */
export interface ItemSink {
  fulfil(index: number, value: unknown): void;
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
  send(items: readonly unknown[], first: number): void {
    const args: unknown[] = [], places: number[] = [];
    let transfer: Transferable[] | undefined;
    let marked = false;
    for (let i = 0; i < items.length; i++) {
      let item = items[i];
      if (!isPrimitive(item) || this.#call.mode === JobMode.starmap) {
        try {
          const encoded = this.#encode(item, first + i);
          item = encoded.value;
          marked ||= encoded.marked;
          if (encoded.transfer) (transfer ??= []).push(...encoded.transfer);
        } catch (error) {
          this.#sink.fail(first + i, error);
          continue;
        }
      }
      args.push(item);
      places.push(first + i);
    }
    if (args.length === 0) return this.#sink.settled(undefined);
    this.#submit(args, places, { marked, transfer });
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
    return encode(item, `items[${index}]`, {
      shared,
      ...(call.transfer && { transfer: call.transfer }),
    });
  }

  #submit(
    args: unknown[],
    places: readonly number[],
    { marked, transfer }: { marked: boolean; transfer: Transferable[] | undefined },
  ): void {
    const { fn, mode, call: { limits, priority, key }, origin } = this.#call;
    let job: Job | undefined;
    let early = false;
    const leave = (): void => {
      early = true;
      if (job) this.#jobs.delete(job);
      this.#sink.settled(job);
    };
    const sink = {
      resolve: (values: unknown, failed?: readonly number[]): void => {
        this.#distribute(values as unknown[], failed, places);
        leave();
      },
      reject: (error: unknown): void => {
        this.#fail(args, places, { marked, error, job });
        leave();
      },
    };
    try {
      job = this.#scheduler.submit(
        {
          fn,
          mode,
          args,
          marked,
          transfer,
          sink,
          limits,
          priority,
          ...(key !== undefined && { key }),
          ...(origin && { origin }),
        },
        true,
      );
      if (!early) this.#jobs.add(job);
    } catch (error) {
      sink.reject(error);
    }
  }

  #distribute(
    values: readonly unknown[],
    failed: readonly number[] | undefined,
    places: readonly number[],
  ): void {
    if (!failed) {
      for (let i = 0; i < places.length; i++) this.#sink.fulfil(places[i]!, values[i]);
      return;
    }
    const failures = new Set(failed);
    for (let i = 0; i < places.length; i++) {
      if (failures.has(i)) this.#sink.fail(places[i]!, values[i]);
      else this.#sink.fulfil(places[i]!, values[i]);
    }
  }

  /** When a worker dies in the middle of a chunk, the items that it had not begun go to another. */
  #fail(
    args: unknown[],
    places: readonly number[],
    { marked, error, job }: { marked: boolean; error: unknown; job: Job | undefined },
  ): void {
    const last = error instanceof WorkerDiedError && job && !job.movesOnce
      ? job.diedAt
      : args.length - 1;
    for (const place of places.slice(0, last + 1)) this.#sink.fail(place, error);
    if (last + 1 < args.length) {
      this.#submit(args.slice(last + 1), places.slice(last + 1), { marked, transfer: undefined });
    }
  }
}
