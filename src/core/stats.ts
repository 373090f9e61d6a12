/**
 * Numbers since the start, and of now.
 *
 * @example
 * ```ts
 * import { Pool, type PoolStats } from "@pool/core";
 *
 * const load = ({ waiting, running }: PoolStats) => `${running} running, ${waiting} waiting`;
 * await using pool = new Pool(1);
 * await pool.apply(() => 42);
 * console.log(load(pool.stats()), pool.stats().fulfilled); // 0 running, 0 waiting 1
 * ```
 */
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

/**
 * Numbers of workers.
 *
 * @example
 * ```ts
 * import { Pool, type WorkerStats } from "@pool/core";
 *
 * await using pool = new Pool(1);
 * await pool.apply(() => 42);
 * const workers: WorkerStats = pool.stats().workers;
 * console.log(workers.spawned, workers.died, workers.killed); // 1 0 0
 * ```
 */
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
