/** The library's errors, defined beside the protocol because they travel like any value. */
export {
  BrokenBarrierError,
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  BufferTooShort,
  CancelledError,
  Empty,
  EOFError,
  Full,
  InvalidStateError,
  MaybeEncodingError,
  PoolClosedError,
  PoolError,
  ProcessError,
  QueueFullError,
  RemoteError,
  TaskLookupError,
  TimeoutError,
  WorkerDiedError,
} from "../protocol/errors.ts";
export type {
  EncodingFault,
  MessageFacts,
  PoolErrorOptions,
  RemoteFacts,
  WorkerDeath,
} from "../protocol/errors.ts";
