/**
 * Python's `multiprocessing` and `concurrent.futures` for Deno, Bun and Node: pools, executors, processes,
 * threads, locks, queues, pipes and managers. One API, the same behaviour on the three runtimes, on worker
 * threads, child processes and the event loop.
 *
 * @example
 * ```ts
 * import { Pool, task } from "@pool/core";
 *
 * export const square = task(import.meta, (x: number) => x * x);
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(4);
 *   console.log(await pool.map(square, [1, 2, 3])); // [1, 4, 9]
 * }
 * ```
 *
 * @module
 */
// From the ground up. Modules that resemble each other stand near each other in bundles then, which compress to half
// a kilobyte less than in another order.
export { currentTask, importTasks, task } from "./src/core/task.ts";
export type { ImportedTasks, TaskOptions } from "./src/core/task.ts";
export { transfer } from "./src/protocol/transfer.ts";
export { registerClass } from "./src/protocol/register_class.ts";
export type { ClassRegistration } from "./src/protocol/register_class.ts";
export * from "./src/core/errors.ts";
export {
  CalledProcessError,
  SpawnError,
  TimeoutExpired,
} from "./src/protocol/subprocess_errors.ts";
export type {
  Command,
  CommandFacts,
  CommandOutput,
  SpawnFault,
} from "./src/protocol/subprocess_errors.ts";
export { DictProxy } from "./src/multiprocessing/manager/dict_proxy.ts";
export type { DictEntries } from "./src/multiprocessing/manager/dict_entries.ts";
export type { DictKey } from "./src/multiprocessing/manager/dict_key.ts";
export { ListProxy } from "./src/multiprocessing/manager/list_proxy.ts";
export type { SortOptions } from "./src/multiprocessing/manager/list_proxy.ts";
export { Manager } from "./src/multiprocessing/manager/manager.ts";
export type { ManagerOptions } from "./src/multiprocessing/manager/manager.ts";
export { NamespaceProxy } from "./src/multiprocessing/manager/namespace_proxy.ts";
export { BoundedSemaphore } from "./src/multiprocessing/sync/bounded_semaphore.ts";
export { Barrier } from "./src/multiprocessing/sync/barrier.ts";
export type { BarrierOptions } from "./src/multiprocessing/sync/barrier.ts";
export { Condition } from "./src/multiprocessing/sync/condition.ts";
export { Event } from "./src/multiprocessing/sync/event.ts";
export { Acquirable } from "./src/multiprocessing/sync/acquirable.ts";
export { Lock } from "./src/multiprocessing/sync/lock.ts";
export { RLock } from "./src/multiprocessing/sync/rlock.ts";
export { Semaphore } from "./src/multiprocessing/sync/semaphore.ts";
export { SharedArray } from "./src/multiprocessing/sync/shared_array.ts";
export { Value } from "./src/multiprocessing/sync/value.ts";
export type {
  CellAddend,
  CellType,
  CellValue,
  CellView,
} from "./src/multiprocessing/sync/cell_types.ts";
export { Held } from "./src/multiprocessing/sync/held.ts";
export type { AcquireOptions } from "./src/multiprocessing/sync/held.ts";
export type { Queue as QueueContract, QueueOptions, QueueWait } from "./src/core/queue.ts";
export { JoinableQueue } from "./src/multiprocessing/queues/joinable_queue.ts";
export { LifoQueue } from "./src/multiprocessing/queues/lifo_queue.ts";
export { LocalQueue } from "./src/multiprocessing/queues/local_queue.ts";
export { PriorityQueue } from "./src/multiprocessing/queues/priority_queue.ts";
export type { PriorityQueueOptions } from "./src/multiprocessing/queues/priority_queue.ts";
export { Queue } from "./src/multiprocessing/queues/queue.ts";
export type { SharedQueue } from "./src/multiprocessing/queues/shared_queue.ts";
export { SimpleQueue } from "./src/multiprocessing/queues/simple_queue.ts";
export type { UnsharedQueue } from "./src/multiprocessing/queues/unshared_queue.ts";
export { Connection } from "./src/multiprocessing/pipe/connection.ts";
export { Pipe } from "./src/multiprocessing/pipe/pipe.ts";
export type { OneWayPipeOptions, PipeOptions } from "./src/multiprocessing/pipe/pipe.ts";
export { waitReady } from "./src/multiprocessing/pipe/wait_ready.ts";
export type {
  Bytes,
  RecvBytesIntoOptions,
  RecvBytesOptions,
  SendBytesOptions,
} from "./src/multiprocessing/pipe/byte_range.ts";
export { cpuCount } from "./src/multiprocessing/cpu_count.ts";
export type { Activity } from "./src/multiprocessing/activity.ts";
export { activeChildren, Process } from "./src/multiprocessing/process.ts";
export { Thread } from "./src/multiprocessing/thread.ts";
export type { ActivityOptions, ActivitySettings } from "./src/multiprocessing/activity_options.ts";
export { currentProcess, currentThread } from "./src/multiprocessing/current_process.ts";
export type { CurrentProcess, CurrentThread } from "./src/multiprocessing/current_process.ts";
export { Local, local } from "./src/multiprocessing/local.ts";
export { Pool } from "./src/multiprocessing/pool.ts";
export { ProcessPool } from "./src/multiprocessing/process_pool.ts";
export { ThreadPool } from "./src/multiprocessing/thread_pool.ts";
export type { Streamable } from "./src/multiprocessing/pool.ts";
export type { PoolOptions } from "./src/core/pool_options.ts";
export type {
  AnyIterable,
  ApplyAsyncOptions,
  AsyncResult,
  ImapOptions,
  MapAsyncOptions,
  MapOptions,
  Pool as PoolContract,
  PoolIterator,
  WaitOptions,
} from "./src/core/pool.ts";
export type { CallOptions } from "./src/core/call_options.ts";
export type { PoolEvent, PoolEvents } from "./src/core/events.ts";
export type { PoolStats, WorkerStats } from "./src/core/stats.ts";
export { Future } from "./src/futures/future.ts";
export type { FutureSource } from "./src/futures/future.ts";
export { LocalExecutor } from "./src/futures/local_executor.ts";
export { ThreadPoolExecutor } from "./src/futures/thread_pool_executor.ts";
export type { ThreadPoolExecutorOptions } from "./src/futures/thread_pool_executor.ts";
export { ProcessPoolExecutor } from "./src/futures/process_pool_executor.ts";
export type { ProcessPoolExecutorOptions } from "./src/futures/process_pool_executor.ts";
export { InlineExecutor } from "./src/futures/inline_executor.ts";
export type { ExecutorKind, ExecutorOptions } from "./src/futures/executor_options.ts";
export { ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, wait } from "./src/futures/wait.ts";
export type { DoneAndNotDone, WaitForFuturesOptions } from "./src/futures/wait.ts";
export { asCompleted } from "./src/futures/as_completed.ts";
export type {
  Executor,
  ExecutorMapOptions,
  ExecutorResults,
  Future as FutureContract,
  Iterables,
  IterablesAndOptions,
  ShutdownOptions,
} from "./src/core/executor.ts";
export type { TaskContext } from "./src/protocol/realm.ts";
export type {
  BackendName,
  OutputMode,
  Transport,
  TransportEvents,
  WorkerAdapter,
  WorkerEnd,
  WorkerKind,
  WorkerOutput,
  WorkerSettings,
  WorkerSpec,
  WorkerTraits,
} from "./src/core/backend.ts";
export type {
  FromWorker,
  FunctionDefinition,
  Letter,
  Place,
  SentValue,
  SetupCall,
  ToWorker,
} from "./src/protocol/messages.ts";
export type { HostClaims } from "./src/protocol/claims.ts";
export type { FunctionReference, Identity, NameAndDaemon } from "./src/protocol/realm.ts";
export type { TextMemory } from "./src/protocol/slot_codec.ts";
export type { Port, Transferable } from "./src/protocol/transferable.ts";
export type { WrapText } from "./src/protocol/slots.ts";
