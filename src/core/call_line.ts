import { precedes, type Waiting } from "./backlog.ts";
import { Batch, type Resolve } from "./batch.ts";
import type { KnownFunction } from "./functions.ts";
import { Job, nextJobId, PromiseSink } from "./job.ts";
import type { Linked } from "./linked_list.ts";
import { type CallTerms, PLAIN_TERMS } from "./terms.ts";

/** Calls of one block: large enough that blocks cost nothing, small enough to be let go soon. */
const BLOCK = 1024;
/** Of a block with so many calls or fewer the places are emptied; a fuller one is let go as a whole. */
const FEW = 64;

/** What is known of a call; the promise's `resolve` stands for its caller. */
class Block {
  /** How many calls it holds. */
  length = 0;
  readonly ids: number[] = new Array(BLOCK);
  readonly functions: (KnownFunction | undefined)[] = new Array(BLOCK);
  /** A lone argument as it is, others as an array. */
  readonly args: unknown[] = new Array(BLOCK);
  readonly resolves: (Resolve | undefined)[] = new Array(BLOCK);
  next: Block | undefined;

  /** Forgets its calls; none has gone to another block. */
  empty(): void {
    for (let i = 0; i < this.length; i++) {
      this.functions[i] = this.args[i] = this.resolves[i] = undefined;
    }
    this.length = 0;
  }
}

/** Who wants to know whether anybody waits in a line. */
export interface CallLineEvents {
  /** The first call has come. */
  filled(line: CallLine): void;
  /** The last one is gone. */
  emptied(line: CallLine): void;
}

/**
 * A line of calls that ask for the same (most often for nothing but their result), of which their callers hold
 * nothing but the promise: first come, first served. They become jobs when it is their turn. A million calls
 * may wait, and most of what a waiting job would need is of no use to these: the line takes 32 bytes a call,
 * a job 200, and 400 where it has options.
 */
export class CallLine implements Linked {
  readonly terms: CallTerms;
  /** How many calls wait. Only the line changes it. */
  size = 0;
  // Its place among the lines that watch one signal.
  list: object | undefined;
  previous: this | undefined;
  next: this | undefined;
  readonly #events: CallLineEvents | undefined;
  #first = new Block();
  #last = this.#first;
  /** How many of the first block are gone. */
  #gone = 0;
  #front: Job | undefined;

  constructor(terms: CallTerms = PLAIN_TERMS, events?: CallLineEvents) {
    this.terms = terms;
    this.#events = events;
  }

  /** Adds a call behind the others. Its arguments, all of them primitive, are copied. */
  push(fn: KnownFunction, args: readonly unknown[], resolve: Resolve): void {
    let block = this.#last;
    if (block.length === BLOCK) this.#last = block = block.next = new Block();
    const index = block.length++;
    block.ids[index] = nextJobId();
    block.functions[index] = fn;
    block.args[index] = args.length === 1 ? args[0] : args.slice();
    block.resolves[index] = resolve;
    if (this.size++ === 0) this.#events?.filled(this);
  }

  /** The call that is next, as a job; it stays. */
  get front(): Job | undefined {
    if (this.size === 0) return undefined;
    return this.#front ??= this.#makeJob(this.#first, this.#gone);
  }

  /** Takes the front out. */
  shift(): Job | undefined {
    const { front } = this;
    if (front) this.#leave(1);
    return front;
  }

  /**
   * Takes several calls of one function out, as many as may go together and before `rival`; one, where that
   * is all.
   */
  take(most: number, rival?: Waiting): Job | undefined {
    const { length, ids, functions, args, resolves } = this.#first;
    const { priority } = this.terms;
    const from = this.#gone;
    const fn = functions[from]!;
    // Calls of a batch are numbered in equal steps.
    const step = from + 1 < length ? ids[from + 1]! - ids[from]! : 0;
    let to = from;
    while (
      to < length && to - from < most && functions[to] === fn && isSmall(args[to]) &&
      ids[to] === ids[from]! + (to - from) * step &&
      !(rival && !precedes(priority, ids[to]!, rival))
    ) to++;
    const count = to - from;
    if (count < 2) return this.shift();
    const batch = new Batch(
      { id: ids[from]!, step, fn, terms: this.#request },
      args.slice(from, to),
      resolves.slice(from, to) as Resolve[],
    );
    this.#leave(count);
    return batch;
  }

  /** Jobs without details are the cheaper ones. */
  get #request(): CallTerms | undefined {
    return this.terms === PLAIN_TERMS ? undefined : this.terms;
  }

  #makeJob({ ids, functions, args, resolves }: Block, index: number): Job {
    const given = args[index];
    const list = Array.isArray(given) ? given : [given];
    const sink = new PromiseSink(resolves[index]!);
    return new Job(functions[index]!, list, sink, this.#request, ids[index]);
  }

  /** The first calls go. */
  #leave(count: number): void {
    this.#front = undefined;
    this.size -= count;
    this.#gone += count;
    if (this.size === 0) this.#clear();
    else if (this.#gone === BLOCK) this.#leaveBlock();
  }

  #leaveBlock(): void {
    const { next } = this.#first;
    // An old block that is gone would keep the young ones behind it from the collector.
    this.#first.next = undefined;
    this.#first = next!;
    this.#gone = 0;
  }

  #clear(): void {
    if (this.#first.length <= FEW) this.#first.empty();
    else this.#first = this.#last = new Block();
    this.#gone = 0;
    this.#events?.emptied(this);
  }
}

/** So small that a slot holds as many as go together. */
function isSmall(arg: unknown): boolean {
  const type = typeof arg;
  return type === "number" || type === "boolean" || arg === null || arg === undefined;
}
