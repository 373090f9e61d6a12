import { JobMode } from "../protocol/messages.ts";
import type { KnownFunction } from "./functions.ts";
import { Job, type JobSink, PromiseSink } from "./job.ts";
import type { CallTerms } from "./terms.ts";

/** The promise of one call. */
export type Resolve = (value: unknown) => void;

const NOBODY: JobSink = { resolve() {}, reject() {} };

/**
 * Several calls of one function with one plain argument each and equal options, on their way in one slot.
 * They run one after the other and end one by one: the host may read the results of the first while the next
 * one runs, and take back the rest. Its calls count as jobs of their own, numbered from the batch's own
 * number on.
 */
export class Batch extends Job {
  readonly #step: number;
  readonly #resolves: readonly Resolve[];
  readonly #terms: CallTerms | undefined;
  /** So many of its calls are settled: the first ones. */
  settled = 0;
  /** So many calls it has: later ones were given back. */
  #length: number;

  constructor(
    { id, step, fn, terms }: {
      readonly id: number;
      readonly step: number;
      readonly fn: KnownFunction;
      readonly terms: CallTerms | undefined;
    },
    args: unknown[],
    resolves: readonly Resolve[],
  ) {
    super(fn, args, NOBODY, terms, id);
    this.#step = step;
    this.#terms = terms;
    this.#resolves = resolves;
    this.#length = resolves.length;
  }

  override get mode(): JobMode {
    return JobMode.batch;
  }

  override get calls(): number {
    return this.args.length;
  }

  override get step(): number {
    return this.#step;
  }

  override get isDivisible(): boolean {
    return this.#length > this.settled + 1;
  }

  /** None of its calls is left in it: each is settled, or a job of its own. */
  get over(): boolean {
    return this.settled === this.#length;
  }

  /** Gives up its calls from this one on: as jobs, the last first, as they go back to the head of the line. */
  giveBack(from: number): Job[] {
    const jobs: Job[] = [];
    while (this.#length > from) jobs.push(this.#call(--this.#length));
    return jobs;
  }

  /** Fulfils its first calls as far as they are not; returns how many that were. */
  fulfil(results: readonly unknown[]): number {
    const before = this.settled;
    while (this.settled < results.length) {
      const index = this.settled++;
      this.#resolves[index]!(results[index]);
    }
    return this.settled - before;
  }

  #call(index: number): Job {
    const sink = new PromiseSink(this.#resolves[index]!);
    return new Job(this.fn, [this.args[index]], sink, this.#terms, this.id + index * this.#step);
  }
}
