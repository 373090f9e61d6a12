/** The library's errors, defined beside the protocol because they travel like any value. */
export {
  CancelledError,
  MaybeEncodingError,
  PoolError,
  RemoteError,
  TaskLookupError,
  TimeoutError,
  WorkerDiedError,
} from "../protocol/errors.ts";
export type {
  EncodingFault,
  PoolErrorOptions,
  RemoteFacts,
  WorkerDeath,
} from "../protocol/errors.ts";
export {
  BrokenBarrierError,
  BufferTooShort,
  Empty,
  EOFError,
  Full,
  ProcessError,
} from "../protocol/shared_errors.ts";
export type { MessageFacts } from "../protocol/shared_errors.ts";
export {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  InvalidStateError,
  PoolClosedError,
  QueueFullError,
} from "../protocol/state_errors.ts";
