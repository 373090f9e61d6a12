import { Batch, type Resolve } from "./batch.ts";
import type { KnownFunction } from "./functions.ts";
import { Job, nextJobId, PromiseSink } from "./job.ts";

/** Calls of one block: large enough that blocks cost nothing, small enough to be let go soon. */
const BLOCK = 1024;

/** What is known of a call; the promise's `resolve` stands for its caller. */
class Block {
  /** How many calls it holds. */
  length = 0;
  readonly ids: number[] = new Array(BLOCK);
  readonly functions: KnownFunction[] = new Array(BLOCK);
  /** A lone argument as it is, others as an array. */
  readonly args: unknown[] = new Array(BLOCK);
  readonly resolves: Resolve[] = new Array(BLOCK);
  next: Block | undefined = undefined;
}

/**
 * A line of calls without options, of which their callers hold nothing but the promise: first come, first
 * served. They become jobs when it is their turn. A million calls may wait, and most of what a waiting job
 * would need is of no use to these: the line takes 32 bytes a call, a job 200.
 */
export class CallLine {
  /** How many calls wait. Only the line changes it. */
  size = 0;
  #first = new Block();
  #last = this.#first;
  /** How many of the first block are gone. */
  #gone = 0;
  #front: Job | undefined;

  /** Adds a call behind the others. Its arguments, all of them primitive, are copied. */
  push(fn: KnownFunction, args: readonly unknown[], resolve: Resolve): void {
    let block = this.#last;
    if (block.length === BLOCK) this.#last = block = block.next = new Block();
    const index = block.length++;
    block.ids[index] = nextJobId();
    block.functions[index] = fn;
    block.args[index] = args.length === 1 ? args[0] : args.slice();
    block.resolves[index] = resolve;
    this.size++;
  }

  /** The call that is next, as a job; it stays. */
  get front(): Job | undefined {
    if (this.size === 0) return undefined;
    return this.#front ??= this.#makeJob(this.#first, this.#gone);
  }

  /** Takes the front out. */
  shift(): Job | undefined {
    const { front } = this;
    if (!front) return undefined;
    this.#front = undefined;
    if (--this.size === 0) this.#clear();
    else if (++this.#gone === BLOCK) this.#leaveBlock();
    return front;
  }

  /** Takes several calls of one function out, as many as may go together; one, where that is all. */
  take(most: number): Job | undefined {
    const { length, ids, functions, args, resolves } = this.#first;
    const from = this.#gone;
    let to = from;
    // Calls of a batch are numbered one after the other.
    while (
      to < length && to - from < most && functions[to] === functions[from] &&
      ids[to] === ids[from]! + to - from && isSmall(args[to])
    ) to++;
    const count = to - from;
    if (count < 2) return this.shift();
    const batch = new Batch(
      ids[from]!,
      functions[from]!,
      args.slice(from, to),
      resolves.slice(from, to),
    );
    this.#front = undefined;
    this.size -= count;
    this.#gone = to;
    if (this.size === 0) this.#clear();
    else if (to === BLOCK) this.#leaveBlock();
    return batch;
  }

  #makeJob({ ids, functions, args, resolves }: Block, index: number): Job {
    const given = args[index];
    const list = Array.isArray(given) ? given : [given];
    return new Job(
      functions[index]!,
      list,
      new PromiseSink(resolves[index]!),
      undefined,
      ids[index],
    );
  }

  #leaveBlock(): void {
    const { next } = this.#first;
    // An old block that is gone would keep the young ones behind it from the collector.
    this.#first.next = undefined;
    this.#first = next!;
    this.#gone = 0;
  }

  #clear(): void {
    this.#first = this.#last = new Block();
    this.#gone = 0;
  }
}

/** So small that a slot holds as many as go together. */
function isSmall(arg: unknown): boolean {
  const type = typeof arg;
  return type === "number" || type === "boolean" || arg === null || arg === undefined;
}
