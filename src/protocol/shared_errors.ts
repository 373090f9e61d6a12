/**
 * The errors of locks, queues, pipes and barriers. They live with the protocol, as those of `errors.ts`
 * do: a task that uses a shared thing may fail with one.
 */
import { named, PoolError, type PoolErrorOptions } from "./errors.ts";

/**
 * Something about processes or threads went wrong, such as a shared thing whose creator has ended.
 * Mirrors `multiprocessing.ProcessError`.
 */
export class ProcessError extends PoolError {
  static {
    named(this, "ProcessError");
  }
}

/** What {@link BufferTooShort} carries. */
export interface MessageFacts extends PoolErrorOptions {
  /** The whole message. */
  readonly data?: Uint8Array;
}

/** A message is larger than its receiver takes. Mirrors `multiprocessing.BufferTooShort`. */
export class BufferTooShort extends ProcessError {
  static {
    named(this, "BufferTooShort");
  }
  /** The whole message; it is not in the pipe any more. */
  readonly data: Uint8Array;
  /** Makes the error. */
  constructor(message?: string, facts: MessageFacts = {}) {
    super(message, facts);
    this.data = facts.data ?? new Uint8Array(0);
  }
}

/** A queue had no room in time. Mirrors `queue.Full`. */
export class Full extends PoolError {
  static {
    named(this, "Full");
  }
}

/** A queue had no item in time. Mirrors `queue.Empty`. */
export class Empty extends PoolError {
  static {
    named(this, "Empty");
  }
}

/** There is nothing left to receive, and nobody left who could send. Mirrors `EOFError`. */
export class EOFError extends PoolError {
  static {
    named(this, "EOFError");
  }
}

/** A barrier was broken or reset while somebody waited there. Mirrors `threading.BrokenBarrierError`. */
export class BrokenBarrierError extends PoolError {
  static {
    named(this, "BrokenBarrierError");
  }
}

/** These classes by name, beside `libraryErrors`. */
export const sharedErrors: Readonly<Record<string, { prototype: Error }>> = {
  ProcessError,
  BufferTooShort,
  Full,
  Empty,
  EOFError,
  BrokenBarrierError,
};
