/**
 * Accepts jobs, gives them to lanes, settles them.
 *
 *     submit ─▶ waiting room ─▶ lane ─▶ worker
 *        │    (an idle lane: at once)     │
 *     settle ◀────────────── done ◀───────┘
 *
 * Every accepted job is settled exactly once: by its result, its error, an abort or deadline, the death
 * of its worker, or the end of the pool. `#settle` is the only place where that happens.
 */
import { type MixedChunk, Outcome, type SetupCall } from "../protocol/messages.ts";
import { revive, reviveEach } from "../protocol/revive.ts";
import { dropCopy } from "../protocol/shareable.ts";
import type { Batch, Resolve } from "./batch.ts";
import type { Host, WorkerEnd } from "./backend.ts";
import type { CallLine } from "./call_line.ts";
import { Crew } from "./crew.ts";
import type { CrewConfig } from "./crew_config.ts";
import { Dispatcher } from "./dispatcher.ts";
import { QueueFullError } from "./errors.ts";
import type { PoolEvents } from "./events.ts";
import { Functions, type KnownFunction, learn } from "./functions.ts";
import { Job, type JobRequest, PromiseSink } from "./job.ts";
import type { Lane } from "./lane.ts";
import type { LaneEvents, LaneRemains } from "./lane_events.ts";
import { PoolLife } from "./life.ts";
import { type LimitActions, Limits } from "./limits.ts";
import { asError, brokenPool, deathOf, encodeReason, isFinal, withOrigin } from "./outcome.ts";
import { Reporter } from "./reporter.ts";
import type { PoolStats } from "./stats.ts";
import type { CallTerms } from "./terms.ts";

/** The result of a call that was meant for a worker which ended before it. */
const GONE: unique symbol = Symbol("gone");

/** What a scheduler is made of. */
export interface SchedulerConfig {
  readonly host: Host;
  readonly crew: CrewConfig;
  readonly maxQueue: number;
  readonly whenFull: "reject" | "wait";
  /** Default of `JobLimits.grace`, in milliseconds. */
  readonly grace: number;
}

/** One pool's scheduler. */
export class Scheduler implements LimitActions {
  readonly functions: Functions = new Functions();
  readonly life: PoolLife;
  readonly #config: SchedulerConfig;
  readonly #crew: Crew;
  readonly #dispatcher: Dispatcher;
  readonly #limits: Limits;
  readonly #reporter: Reporter;
  #submitted = 0;
  #fulfilled = 0;
  #rejected = 0;
  #retried = 0;
  #killed = 0;

  constructor(config: SchedulerConfig) {
    const { host, crew } = config;
    this.#config = config;
    this.#limits = new Limits(host.clock, this);
    this.#reporter = new Reporter(host.clock);
    this.life = new PoolLife(host.keepAlive(), () => this.#crew.close());
    this.#crew = new Crew(crew, host.clock, {
      lost: (lane, remains, end) => this.#lost(lane, remains, end),
      up: (lane) => this.#reporter.workerUp(lane),
      down: (lane, end, expected, error) => this.#reporter.workerDown(lane, end, expected, error),
      retired: (lane) => this.#dispatcher.retired(lane),
      shrunk: () => this.#dispatcher.grow(),
      broken: (cause) => this.terminate(() => brokenPool(crew.adapter.traits.kind, cause)),
      empty: () => {
        this.#dispatcher.stop();
        this.life.end();
      },
    }, this.#laneEvents());
    this.#dispatcher = new Dispatcher(this.#crew, {
      clock: host.clock,
      workers: crew.workers,
      maxQueue: config.maxQueue,
      lines: this.#limits,
      placed: (job, lane) => {
        this.#limits.placed(job);
        this.#reporter.started(job, lane);
      },
      takenBack: (job) => this.#requeue(job),
    });
    this.#crew.start();
  }

  /** What happens, for those who listen. */
  get events(): PoolEvents {
    return this.#reporter.events;
  }

  /**
   * Accepts a job. Throws `PoolClosedError`, `BrokenExecutor` or `QueueFullError`; everything else
   * reaches the job's sink.
   * @param accepted the job belongs to a call that was accepted before, such as a map
   */
  submit(job: Job, accepted = false): void {
    const full = this.checkAccepts(accepted);
    const signal = job.limits?.signal;
    if (signal?.aborted) {
      job.state = "settled";
      job.sink.reject(signal.reason);
      return;
    }
    if (!this.#accept(job)) return;
    if (full) this.#dispatcher.addToLobby(job);
    else this.#dispatcher.add(job);
    // Zero tries once: a worker is free, or none is.
    if (job.limits?.queueTimeout === 0 && !this.#dispatcher.isNext(job)) this.#limits.expire(job);
  }

  /** Throws as {@link Scheduler.submit}; true where a job would have to wait before the door. */
  checkAccepts(accepted = false): boolean {
    this.life.checkOpen(accepted);
    const full = !accepted && this.#dispatcher.isFull;
    if (full && this.#config.whenFull === "reject") {
      throw new QueueFullError(
        `Cannot submit job: ${this.#dispatcher.queued} jobs are already pending (maxQueue)`,
      );
    }
    return full;
  }

  /**
   * Accepts a call of which the caller holds nothing but a promise, with primitive arguments. Throws as
   * {@link Scheduler.submit}.
   */
  call(
    fn: unknown,
    args: readonly unknown[],
    terms: CallTerms,
    resolve: Resolve,
    origin: JobRequest["origin"],
  ): void {
    this.life.checkOpen();
    const known = this.functions.get(fn);
    const { limits, priority } = terms;
    const single = origin || this.events.active || limits?.signal?.aborted;
    if (!single && this.#dispatcher.line(known, args, terms, resolve)) {
      this.#submitted++;
      return this.life.hold();
    }
    const plain = !origin && !limits && priority === 0;
    const request = plain ? undefined : { limits, priority, origin };
    this.submit(new Job(known, args.slice(), new PromiseSink(resolve), request));
  }

  /** Ends a job: at once where it waits; a running one is told, and killed after its grace time. */
  abort(job: Job, reason: unknown): void {
    if (this.cancelWaiting(job, reason) || job.state === "settled") return;
    job.lane!.abort(job, encodeReason(reason));
    this.#limits.stopping(job, job.limits?.grace ?? this.#config.grace);
    this.#settle(job, false, reason);
  }

  /** Ends a job that has not begun; false when it has, or is settled. */
  cancelWaiting(job: Job, reason: unknown): boolean {
    if (!this.#dispatcher.withdraw(job)) return false;
    this.#limits.left(job);
    this.#settle(job, false, reason);
    this.#dispatcher.pump();
    return true;
  }

  /** The consumer of a stream takes more items. */
  credit(job: Job, items: number): void {
    if (job.state === "placed") job.lane!.credit(job, items);
  }

  /** Runs a call on every worker now, and first thing on every later one; the results of the former. */
  async broadcast(fn: KnownFunction, setup: SetupCall): Promise<unknown[]> {
    this.#crew.addSetup(setup);
    const { args, marked } = setup;
    const lanes = [...this.#crew.lanes].filter((l) => l.state === "open" || l.state === "starting");
    const results = await Promise.all(lanes.map((lane) =>
      new Promise((resolve, reject) => {
        const job = new Job(fn, args, { resolve, reject }, { marked });
        job.details.pinned = true;
        if (this.#accept(job)) this.#dispatcher.owe(lane, job);
      })
    ));
    return results.filter((result) => result !== GONE);
  }

  /** Ends everything now; every job that is not settled rejects with `refusal()`. */
  terminate(refusal: () => Error): void {
    if (!this.life.terminate(refusal)) return;
    const jobs = this.#dispatcher.withdrawAll();
    for (const { begun, waiting } of this.#crew.terminate()) jobs.push(...begun, ...waiting);
    for (const job of jobs) {
      this.#limits.left(job);
      this.#settle(job, false, refusal());
    }
    this.life.abandon(refusal(), true);
  }

  /** Numbers since the start, and of now. */
  stats(): PoolStats {
    const lanes = [...this.#crew.lanes];
    const { waiting } = this.#dispatcher;
    return {
      submitted: this.#submitted,
      fulfilled: this.#fulfilled,
      rejected: this.#rejected,
      retried: this.#retried,
      waiting,
      running: this.#submitted - this.#fulfilled - this.#rejected - waiting,
      workers: {
        alive: lanes.length,
        idle: lanes.filter((lane) => lane.idle).length,
        starting: this.#crew.starting,
        spawned: this.#crew.spawned,
        died: this.#crew.died,
        killed: this.#killed,
        givenUp: this.#crew.givenUp,
      },
    };
  }

  // From acceptance to a worker.

  /** False where a listener has ended it at once. */
  #accept(job: Job): boolean {
    this.#submitted++;
    this.life.hold();
    this.#limits.accepted(job);
    this.#reporter.queued(job);
    if (this.life.terminated) this.#settle(job, false, this.life.refusal());
    return job.state === "waiting";
  }

  /** Puts a job back that was taken from a worker, or shall be tried again. */
  #requeue(job: Job): void {
    this.#limits.left(job);
    if (job.state === "settled") return;
    // A callback ended the pool while this job was on its way back.
    if (this.life.terminated) return this.#settle(job, false, this.life.refusal());
    const signal = job.limits?.signal;
    if (signal?.aborted) return this.#settle(job, false, signal.reason);
    this.#limits.watch(job);
    this.#dispatcher.putBack(job);
  }

  /** Makes jobs of the calls of a batch: returns the one that runs, if any does; the others wait again. */
  divide(batch: Batch): Job | undefined {
    const { running, rest } = batch.lane!.divide(batch);
    for (const job of rest) this.#requeue(job);
    return running;
  }

  /** Ends all calls that wait in a line. */
  abortLine(line: CallLine, reason: unknown): void {
    for (let job = line.shift(); job; job = line.shift()) this.#settle(job, false, reason);
    this.#dispatcher.pump();
  }

  // What lanes tell.

  #laneEvents(): LaneEvents {
    return {
      ready: (lane) => {
        this.#crew.ready(lane);
        this.#dispatcher.ready(lane);
      },
      setupFailed: (lane, error) => this.#crew.setupFailed(lane, error),
      done: (job, outcome, payload) => this.#done(job, outcome, payload),
      partlyDone: (batch, results) => this.#fulfil(batch, results),
      givenBack: (jobs) => {
        for (const job of jobs) this.#requeue(job);
      },
      measured: (functionId, calls, milliseconds) => {
        const fn = this.functions.byId(functionId);
        if (fn) learn(fn, calls, milliseconds);
      },
      progressed: (lane) => this.#dispatcher.progressed(lane),
      items: (job, items) => job.sink.items?.(items),
      reported: (jobId, value) => this.#reporter.progress(jobId, value),
      wrote: (lane, output) => this.#reporter.output(lane, output),
      hasOutgoing: (lane) => this.#dispatcher.hasOutgoing(lane),
      closed: (lane, error) => this.#crew.closed(lane, error),
      ended: (lane, end) => this.#crew.ended(lane, end),
    };
  }

  #done(job: Job, outcome: Outcome, payload: unknown): void {
    this.#limits.left(job);
    // The reply lost a race with an abort.
    if (job.state === "settled") return;
    if (outcome === Outcome.value) return this.#settle(job, true, payload);
    if (outcome === Outcome.text) return this.#settle(job, true, JSON.parse(payload as string));
    if (job.isChunk && outcome !== Outcome.error) {
      const mixed = outcome === Outcome.mixed;
      return this.#chunkDone(
        job,
        mixed ? payload as MixedChunk : { values: payload as unknown[], failed: [] },
      );
    }
    let value: unknown;
    try {
      value = revive(payload);
    } catch (fault) {
      // Another try would end in the same way.
      return this.#settle(job, false, withOrigin(job, fault));
    }
    if (outcome === Outcome.markedValue) return this.#settle(job, true, value);
    const error = asError(value);
    if (!isFinal(error) && this.#retry(job)) return;
    this.#settle(job, false, withOrigin(job, error));
  }

  /** Items that threw, or whose results cannot be revived, cost only themselves. */
  #chunkDone(job: Job, { values, failed }: MixedChunk): void {
    const lost = reviveEach(values);
    const all = [...new Set([...failed, ...lost])];
    if (all.length === 0) return this.#settle(job, true, values);
    // A chunk with tries left is a single item.
    if (lost.length === 0 && !isFinal(values[failed[0]!]) && this.#retry(job)) return;
    for (const index of all) values[index] = withOrigin(job, asError(values[index]));
    this.#settle(job, true, values, all);
  }

  #retry(job: Job): boolean {
    if (job.plain || job.movesOnce || job.details.triesLeft === 0) return false;
    job.details.triesLeft--;
    this.#retried++;
    this.#limits.begun(job);
    this.#requeue(job);
    return true;
  }

  #lost(lane: Lane, { begun, waiting }: LaneRemains, end: WorkerEnd): void {
    this.#dispatcher.retired(lane);
    for (const job of [...waiting, ...lane.owed.splice(0)]) {
      // Whoever comes in the place of the worker begins with that call.
      if (job.pinned && !this.life.terminated) this.#settle(job, true, GONE);
      else if (job.pinned) this.#settleDead(job, lane, end);
      else if (!job.details.isDeadly(begun.length === 0)) this.#requeue(job);
      else this.#settleDead(job, lane, end, "before it began");
    }
    for (const job of begun) {
      this.#limits.left(job);
      if (job.state === "settled" || this.#retry(job)) continue;
      if (job.isChunk) job.details.diedAt = lane.cells.currentItem(job);
      this.#settleDead(job, lane, end);
    }
    this.#dispatcher.lost(lane);
  }

  /** A job that was told to end goes on: its worker goes. */
  kill(job: Job): void {
    const lane = job.lane!;
    // Another job may run by now, whose worker must not be touched.
    if (lane.state === "gone" || lane.cells.finished(job)) return;
    this.#killed++;
    this.#crew.kill(lane);
  }

  // Settling.

  #settleDead(job: Job, lane: Lane, end: WorkerEnd, when?: string): void {
    this.#limits.left(job);
    // A death that broke the pool is the end of all its calls alike.
    const error = this.life.terminated ? this.life.refusal() : deathOf(job, lane, end, when);
    this.#settle(job, false, withOrigin(job, error));
  }

  /** The one end of a job; whatever comes later is too late. */
  #settle(job: Job, fulfilled: boolean, value: unknown, failed?: readonly number[]): void {
    if (job.state === "settled") return;
    job.state = "settled";
    this.#limits.settled(job);
    if (job.marked) dropCopy(job.args);
    if (fulfilled) {
      this.#fulfilled++;
      job.sink.resolve(value, failed);
    } else {
      this.#rejected++;
      job.sink.reject(value);
    }
    this.#reporter.ended(job, fulfilled);
    this.life.release();
  }

  /** The same for the first calls of a batch. */
  #fulfil(batch: Batch, results: readonly unknown[]): void {
    const first = batch.settled;
    const count = batch.fulfil(results);
    this.#fulfilled += count;
    this.#reporter.ended(batch, true, first, count);
    if (batch.over) {
      this.#limits.left(batch);
      this.#limits.settled(batch);
    }
    if (count > 0) this.life.release(count);
  }
}
