/** Numbers since the start, and of now. */
export interface PoolStats {
  /** Calls that were accepted; a map counts its chunks. */
  readonly submitted: number;
  /** Calls that have their result. */
  readonly fulfilled: number;
  /** Calls that ended with an error, cancelled ones among them. */
  readonly rejected: number;
  /** Further tries after a throw or a death. */
  readonly retried: number;
  /** Calls that no worker has been given. */
  readonly waiting: number;
  /** Calls that workers have. */
  readonly running: number;
  /** Numbers of workers. */
  readonly workers: WorkerStats;
}

/** Numbers of workers. */
export interface WorkerStats {
  /** Workers that take jobs, will, or finish theirs. */
  readonly alive: number;
  /** Workers with nothing to do. */
  readonly idle: number;
  /** Workers whose set-up runs. */
  readonly starting: number;
  /** Since the start. */
  readonly spawned: number;
  /** Ended by themselves, since the start. */
  readonly died: number;
  /** Killed because they ignored an abort or a timeout. */
  readonly killed: number;
  /**
   * Threads that were killed and run on, because the runtime cannot stop them (Deno, in a busy loop):
   * each takes a processor until the program ends. They were replaced. Known half a second after the kill.
   */
  readonly givenUp: number;
}
