import type { KnownFunction } from "./functions.ts";
import { Job, nextJobId, PromiseSink } from "./job.ts";

/** Calls of one block: large enough that blocks cost nothing, small enough to be let go soon. */
const BLOCK = 1024;

/** What is known of a call; the promise's `resolve` stands for its caller. */
class Block {
  readonly ids: number[] = [];
  readonly functions: KnownFunction[] = [];
  /** A lone argument as it is, others as an array. */
  readonly args: unknown[] = [];
  readonly resolves: ((value: unknown) => void)[] = [];
  next: Block | undefined = undefined;
}

/**
 * A line of calls without options, of which their callers hold nothing but the promise: first come, first
 * served. They become jobs when it is their turn. A million calls may wait, and most of what a waiting job
 * would need is of no use to these: the line takes 32 bytes a call, a job 200.
 */
export class CallLine {
  #size = 0;
  #first = new Block();
  #last = this.#first;
  /** How many of the first block are gone. */
  #gone = 0;
  #front: Job | undefined;

  get size(): number {
    return this.#size;
  }

  /** Adds a call behind the others. Its arguments, all of them primitive, are copied. */
  push(fn: KnownFunction, args: readonly unknown[], resolve: (value: unknown) => void): void {
    let block = this.#last;
    if (block.ids.length === BLOCK) this.#last = block = block.next = new Block();
    block.ids.push(nextJobId());
    block.functions.push(fn);
    block.args.push(args.length === 1 ? args[0] : args.slice());
    block.resolves.push(resolve);
    this.#size++;
  }

  /** The call that is next, as a job; it stays. */
  get front(): Job | undefined {
    if (this.#size === 0) return undefined;
    return this.#front ??= this.#makeJob(this.#first, this.#gone);
  }

  /** Takes the front out. */
  shift(): Job | undefined {
    const { front } = this;
    if (!front) return undefined;
    this.#front = undefined;
    if (--this.#size === 0) this.#clear();
    else if (++this.#gone === BLOCK) this.#leaveBlock();
    return front;
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
    this.#first = this.#first.next!;
    this.#gone = 0;
  }

  #clear(): void {
    this.#first = this.#last = new Block();
    this.#gone = 0;
  }
}
