/**
 * The errors of locks, queues, pipes and barriers. They live with the protocol, as those of `errors.ts`
 * do: a task that uses a shared thing may fail with one.
 */
import { nameErrors, PoolError, type PoolErrorOptions } from "./errors.ts";

/**
 * Something about processes or threads went wrong, such as a shared thing whose creator has ended.
 * Mirrors `multiprocessing.ProcessError`.
 *
 * @example
 * ```ts
 * import { Manager, ProcessError } from "@pool/core";
 *
 * const manager = await Manager.start();
 * const dict = await manager.dict({ a: 1 });
 * await manager.shutdown();
 * const error = await dict.get("a").catch((error) => error);
 * console.log(error instanceof ProcessError, error.message); // true Cannot get … its manager has ended
 * ```
 */
export class ProcessError extends PoolError {}

/**
 * What {@link BufferTooShort} carries.
 *
 * @example
 * ```ts
 * import { BufferTooShort, type MessageFacts } from "@pool/core";
 *
 * // For a connection of your own that takes messages of at most two bytes.
 * const facts: MessageFacts = { data: new Uint8Array([1, 2, 3]) };
 * const error = new BufferTooShort("Cannot receive bytes: the message has 3", facts);
 * console.log(error.data.length); // 3
 * ```
 */
export interface MessageFacts extends PoolErrorOptions {
  /** The whole message. */
  readonly data?: Uint8Array;
}

/**
 * A message is larger than its receiver takes. Mirrors `multiprocessing.BufferTooShort`.
 *
 * @example
 * ```ts
 * import { BufferTooShort, Pipe } from "@pool/core";
 *
 * const [here, there] = Pipe();
 * await here.sendBytes(new Uint8Array([1, 2, 3]));
 * try {
 *   await there.recvBytes({ maxLength: 2 });
 * } catch (error) {
 *   if (error instanceof BufferTooShort) console.log([...error.data]); // [1, 2, 3]
 * }
 * ```
 */
export class BufferTooShort extends ProcessError {
  /** The whole message; it is not in the pipe any more. */
  readonly data: Uint8Array;
  /** Makes the error. */
  constructor(message?: string, facts: MessageFacts = {}) {
    super(message, facts);
    this.data = facts.data ?? new Uint8Array(0);
  }
}

/**
 * A queue had no room in time. Mirrors `queue.Full`.
 *
 * @example
 * ```ts
 * import { Full, LocalQueue } from "@pool/core";
 *
 * const queue = new LocalQueue<string>({ maxsize: 1 });
 * await queue.put("first");
 * const error = await queue.put("second", { timeout: 10 }).catch((error) => error);
 * console.log(error instanceof Full); // true
 * ```
 */
export class Full extends PoolError {}

/**
 * A queue had no item in time. Mirrors `queue.Empty`.
 *
 * @example
 * ```ts
 * import { Empty, LocalQueue } from "@pool/core";
 *
 * const queue = new LocalQueue<string>();
 * try {
 *   console.log(await queue.getNowait());
 * } catch (error) {
 *   if (error instanceof Empty) console.log("nothing to do"); // nothing to do
 * }
 * ```
 */
export class Empty extends PoolError {}

/**
 * There is nothing left to receive, and nobody left who could send. Mirrors `EOFError`.
 *
 * @example
 * ```ts
 * import { EOFError, Pipe } from "@pool/core";
 *
 * const [receiver, sender] = Pipe<string>({ duplex: false });
 * await sender.send("the only one");
 * await sender.close();
 * console.log(await receiver.recv()); // the only one
 * console.log(await receiver.recv().catch((error) => error instanceof EOFError)); // true
 * ```
 */
export class EOFError extends PoolError {}

/**
 * A barrier was broken or reset while somebody waited there. Mirrors `threading.BrokenBarrierError`.
 *
 * @example
 * ```ts
 * import { Barrier, BrokenBarrierError } from "@pool/core";
 *
 * const barrier = new Barrier(2);
 * const error = await barrier.wait({ timeout: 10 }).catch((error) => error); // nobody else comes
 * console.log(error instanceof BrokenBarrierError, await barrier.broken()); // true true
 * ```
 */
export class BrokenBarrierError extends PoolError {}

nameErrors({
  ProcessError,
  BufferTooShort,
  Full,
  Empty,
  EOFError,
  BrokenBarrierError,
});
