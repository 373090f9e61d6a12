/** The library's errors, defined beside the protocol because they travel like any value. */
export {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  CancelledError,
  InvalidStateError,
  MaybeEncodingError,
  PoolClosedError,
  PoolError,
  QueueFullError,
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
