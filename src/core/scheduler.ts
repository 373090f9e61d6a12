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
import { encode } from "../protocol/encode.ts";
import { type MixedChunk, Outcome, type SentValue, type SetupCall } from "../protocol/messages.ts";
import { revive, reviveOrFault } from "../protocol/revive.ts";
import type { Host, KeepAlive, WorkerEnd } from "./backend.ts";
import { Crew, type CrewConfig, describeEnd } from "./crew.ts";
import {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  MaybeEncodingError,
  PoolClosedError,
  QueueFullError,
  RemoteError,
  TaskLookupError,
  WorkerDiedError,
} from "./errors.ts";
import { PoolEvents } from "./events.ts";
import { Functions, learn } from "./functions.ts";
import { Job, type JobRequest } from "./job.ts";
import { AHEAD, type Lane, type LaneEvents, type LaneRemains } from "./lane.ts";
import { Limits } from "./limits.ts";
import { appendStack } from "./origin.ts";
import { Roster } from "./roster.ts";
import type { PoolStats } from "./stats.ts";
import { WaitingRoom } from "./waiting_room.ts";

/** What a scheduler is made of. */
export interface SchedulerConfig {
  readonly host: Host;
  readonly crew: CrewConfig;
  readonly maxQueue: number;
  readonly whenFull: "reject" | "wait";
  /** Default of `JobLimits.grace`, in milliseconds. */
  readonly grace: number;
}

/** An iterator over results; its user may leave it alone at any time. */
export interface Consumer {
  /** The pool ends: take nothing more. Without `force` only where nobody is waiting for an item. */
  abandon(reason: unknown, force: boolean): void;
}

/** A worker that says nothing for this long (ms) is taken back what it was sent ahead. */
const STALL = 2 * AHEAD;

/** One pool's scheduler. */
export class Scheduler {
  readonly functions: Functions = new Functions();
  readonly events: PoolEvents = new PoolEvents();
  /** Resolves when the pool has ended and its last worker is gone. */
  readonly finished: Promise<void>;
  readonly #config: SchedulerConfig;
  readonly #crew: Crew;
  readonly #room: WaitingRoom;
  readonly #roster = new Roster();
  readonly #limits: Limits;
  readonly #keepAlive: KeepAlive;
  readonly #consumers = new Set<Consumer>();
  #finish!: () => void;
  #state: "open" | "closing" | "terminated" | "ended" = "open";
  /** Why nothing more is accepted. */
  #refusal: (() => Error) | undefined;
  /** Jobs that are not settled, and other reasons to go on. */
  #pending = 0;
  /** Lanes that send at the end of this turn. */
  #outgoing: Lane[] = [];
  #watching: unknown;
  #submitted = 0;
  #fulfilled = 0;
  #rejected = 0;
  #retried = 0;
  #killed = 0;

  constructor(config: SchedulerConfig) {
    const { host, crew } = config;
    this.#config = config;
    this.#room = new WaitingRoom(crew.workers);
    this.#limits = new Limits(host.clock, {
      abort: (job, reason) => this.abort(job, reason),
      expireWaiting: (job, reason) => this.cancelWaiting(job, reason),
      kill: (job) => this.#kill(job),
    });
    this.#keepAlive = host.keepAlive();
    this.finished = new Promise((resolve) => this.#finish = resolve);
    this.#crew = new Crew(crew, host.clock, {
      lost: (lane, remains, end) => this.#lost(lane, remains, end),
      up: ({ workerId }) => this.#emit(() => ({ type: "workerUp", time: this.#now(), workerId })),
      down: ({ workerId }, { exitCode }, expected, error) =>
        this.#emit(() => ({
          type: "workerDown",
          time: this.#now(),
          workerId,
          exitCode,
          expected,
          error,
        })),
      retired: (lane) => this.#roster.remove(lane),
      shrunk: () => this.#grow(),
      broken: (cause) => this.#break(cause),
      empty: () => {
        this.#state = "ended";
        this.#config.host.clock.clearTimeout(this.#watching);
        this.#keepAlive.end();
        this.#finish();
      },
    }, this.#laneEvents());
    this.#crew.start();
  }

  /** True until `close`, `terminate` or a fault. */
  get open(): boolean {
    return this.#state === "open";
  }

  /** Throws where nothing more is accepted. */
  checkOpen(): void {
    if (this.#refusal) throw this.#refusal();
  }

  /**
   * Accepts a job. Throws `PoolClosedError`, `BrokenExecutor` or `QueueFullError`; everything else
   * reaches the job's sink.
   * @param accepted the job belongs to a call that was accepted before, such as a map
   */
  submit(request: JobRequest, accepted = false): Job {
    if (this.#refusal && !(accepted && this.#state === "closing")) throw this.#refusal();
    const full = !accepted && this.#isFull();
    if (full && this.#config.whenFull === "reject") {
      throw new QueueFullError(
        `Cannot submit job: ${this.#room.calls} jobs are already pending (maxQueue)`,
      );
    }
    const job = new Job(request);
    const signal = job.limits?.signal;
    if (signal?.aborted) {
      job.state = "settled";
      job.sink.reject(signal.reason);
      return job;
    }
    this.#accept(job);
    if (full) this.#room.addToLobby(job);
    else this.#enqueue(job);
    return job;
  }

  /** Ends a job: at once where it waits; a running one is told, and killed after its grace time. */
  abort(job: Job, reason: unknown): void {
    if (this.cancelWaiting(job, reason) || job.state === "settled") return;
    job.lane!.abort(job, sendReason(reason));
    this.#limits.stopping(job, job.limits?.grace ?? this.#config.grace);
    this.#settle(job, false, reason);
  }

  /** Ends a job that has not begun; false when it has, or is settled. */
  cancelWaiting(job: Job, reason: unknown): boolean {
    const { lane } = job;
    if (job.state === "waiting") this.#room.remove(job);
    else if (job.state === "placed" && lane!.takeBack(job)) this.#hasRoom(lane!);
    else return false;
    this.#limits.left(job);
    this.#settle(job, false, reason);
    this.#pump();
    return true;
  }

  /** The consumer of a stream takes more items. */
  credit(job: Job, items: number): void {
    if (job.state === "placed") job.lane!.credit(job, items);
  }

  /** Runs a call on every worker now, and first thing on every later one. */
  broadcast(request: Omit<JobRequest, "sink">, setup: SetupCall): Promise<unknown[]> {
    this.checkOpen();
    this.#crew.addSetup(setup);
    const lanes = [...this.#crew.lanes].filter((l) => l.state === "open" || l.state === "starting");
    return Promise.all(lanes.map((lane) =>
      new Promise((resolve, reject) => {
        const job = new Job({ ...request, sink: { resolve, reject } });
        job.pinned = true;
        this.#accept(job);
        lane.owed.push(job);
        if (lane.state === "open") this.#giveOwed(lane);
      })
    ));
  }

  /** One more reason to go on, such as a map that has jobs to submit. */
  hold(): void {
    if (this.#pending++ === 0) this.#keepAlive.hold();
  }

  /** One reason less. */
  release(): void {
    if (--this.#pending > 0) return;
    if (this.#state === "open" || this.#state === "closing") this.#keepAlive.release();
    this.#closeIfDone();
  }

  /** An iterator keeps a closing pool from ending until it is through, or left alone at a join. */
  attach(consumer: Consumer): void {
    this.#consumers.add(consumer);
  }

  /** The iterator is through. */
  detach(consumer: Consumer): void {
    if (this.#consumers.delete(consumer)) this.#closeIfDone();
  }

  /** Accepts nothing more; what was accepted is finished. */
  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#refusal = () => new PoolClosedError("Cannot submit job: the pool is closed");
    this.#closeIfDone();
  }

  /** After `close`: iterators that were left alone are given up, so that the end comes. */
  join(): Promise<void> {
    const reason = new PoolClosedError("Cannot pull more items: the pool is closed");
    for (const consumer of [...this.#consumers]) consumer.abandon(reason, false);
    this.#closeIfDone();
    return this.finished;
  }

  /** Ends everything now; every job that is not settled rejects with `refusal()`. */
  terminate(refusal: () => Error): void {
    if (this.#state === "terminated" || this.#state === "ended") return;
    this.#state = "terminated";
    this.#refusal = refusal;
    this.#keepAlive.hold();
    this.#config.host.clock.clearTimeout(this.#watching);
    const jobs = this.#room.takeAll();
    for (const lane of this.#crew.lanes) {
      jobs.push(...lane.owed.splice(0));
      this.#roster.remove(lane);
    }
    for (const { begun, waiting } of this.#crew.terminate()) jobs.push(...begun, ...waiting);
    for (const job of jobs) {
      this.#limits.left(job);
      if (job.state !== "settled") this.#settle(job, false, refusal());
    }
    for (const consumer of [...this.#consumers]) consumer.abandon(refusal(), true);
  }

  /** Numbers since the start, and of now. */
  stats(): PoolStats {
    const lanes = [...this.#crew.lanes];
    const waiting = this.#room.size;
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
      },
    };
  }

  // Getting jobs to lanes.

  #accept(job: Job): void {
    this.#submitted++;
    this.hold();
    this.#limits.accepted(job);
    if (this.events.active) {
      const { id: jobId, fn: { name: task } } = job;
      this.events.emit({ type: "queued", time: this.#now(), jobId, task });
    }
  }

  #isFull(): boolean {
    const { maxQueue } = this.#config;
    if (maxQueue === Infinity) return false;
    return this.#room.lobby > 0 || !this.#mayAdmit();
  }

  /** A worker that is free, or about to be, counts as room. */
  #mayAdmit(): boolean {
    return this.#room.calls < this.#config.maxQueue + this.#roster.idle + this.#crew.vacant;
  }

  #enqueue(job: Job): void {
    const cost = costOf(job);
    const lane = this.#room.common > 0 || job.key !== undefined
      ? undefined
      : this.#roster.pick(job, cost);
    if (lane) return this.#give(lane, job, cost);
    this.#room.add(job);
    if (job.key === undefined) return this.#grow();
    const own = this.#crew.seat(this.#room.seatOf(job.key));
    if (own) this.#feed(own);
  }

  /** Starts workers for waiting jobs, within the limit. */
  #grow(): void {
    for (const seat of this.#room.wantedSeats()) this.#crew.seat(seat);
    const missing = this.#room.common - this.#crew.starting;
    if (missing > 0) this.#crew.ensure(this.#crew.lanes.size + missing);
  }

  /** Gives waiting jobs away as long as lanes have room. */
  #pump(): void {
    for (let job = this.#room.next(); job; job = this.#room.next()) {
      const cost = costOf(job);
      const lane = this.#roster.pick(job, cost);
      if (!lane) break;
      this.#room.remove(job);
      this.#give(lane, job, cost);
    }
    while (this.#room.lobby > 0 && this.#mayAdmit()) this.#enqueue(this.#room.admit()!);
  }

  /** Gives a lane the jobs of its keys, in turn with those that anyone may run. */
  #feed(lane: Lane): void {
    for (let job = this.#room.nextFor(lane.seat); job; job = this.#room.nextFor(lane.seat)) {
      const cost = costOf(job);
      if (!lane.accepts(job, cost)) return;
      // The worker before this one may still run a job of the same key.
      if (job.key !== undefined && this.#crew.isShared(lane.seat)) return;
      this.#room.remove(job);
      this.#give(lane, job, cost);
    }
  }

  #giveOwed(lane: Lane): void {
    while (lane.owed.length > 0 && !lane.full) this.#give(lane, lane.owed.shift()!, Infinity);
  }

  #give(lane: Lane, job: Job, cost: number): void {
    if (lane.outstanding === 0) lane.lastSign = this.#now();
    lane.give(job, cost);
    this.#limits.placed(job);
    this.#crew.given(lane);
    this.#roster.update(lane);
    if (lane.outstanding > 1) this.#watch();
    if (this.events.active) {
      const { id: jobId, fn: { name: task } } = job;
      this.events.emit({ type: "start", time: this.#now(), jobId, task, workerId: lane.workerId });
    }
  }

  #flush = (): void => {
    const lanes = this.#outgoing;
    this.#outgoing = [];
    for (const lane of lanes) lane.flush();
  };

  /** Puts a job back that was taken from a worker, or shall be tried again. */
  #requeue(job: Job): void {
    this.#limits.left(job);
    if (job.state === "settled") return;
    // A callback ended the pool while this job was on its way back.
    if (this.#state === "terminated") return this.#settle(job, false, this.#refusal!());
    job.state = "waiting";
    job.lane = undefined;
    this.#room.putBack(job);
  }

  /** Estimates can be wrong: nothing stays behind a long call for much longer than `STALL`. */
  #watch(): void {
    this.#watching ??= this.#config.host.clock.setTimeout(() => {
      this.#watching = undefined;
      const now = this.#now();
      for (const lane of this.#crew.lanes) {
        if (lane.outstanding < 2) continue;
        this.#watch();
        if (now - lane.lastSign < STALL) continue;
        for (const job of lane.stall()) this.#requeue(job);
      }
      this.#grow();
      this.#pump();
    }, STALL);
  }

  // What lanes tell.

  #laneEvents(): LaneEvents {
    return {
      ready: (lane) => this.#ready(lane),
      setupFailed: (lane, error) => this.#crew.setupFailed(lane, error),
      done: (job, outcome, payload) => this.#done(job, outcome, payload),
      measured: (functionId, calls, milliseconds) => {
        const fn = this.functions.byId(functionId);
        if (fn) learn(fn, calls, milliseconds);
      },
      progressed: (lane) => this.#progressed(lane),
      items: (job, items) => job.sink.items?.(items),
      reported: ({ id: jobId }, value) =>
        this.#emit(() => ({
          type: "progress",
          time: this.#now(),
          jobId,
          value: reviveOrFault(value),
        })),
      hasOutgoing: (lane) => {
        if (this.#outgoing.push(lane) === 1) queueMicrotask(this.#flush);
      },
      closed: (lane, error) => this.#crew.closed(lane, error),
      ended: (lane, end) => this.#crew.ended(lane, end),
    };
  }

  #ready(lane: Lane): void {
    this.#crew.ready(lane);
    this.#giveOwed(lane);
    this.#feed(lane);
    this.#roster.update(lane);
    this.#pump();
  }

  #progressed(lane: Lane): void {
    lane.lastSign = this.#now();
    this.#hasRoom(lane);
  }

  #hasRoom(lane: Lane): void {
    this.#giveOwed(lane);
    this.#crew.progressed(lane);
    this.#feedSeat(lane.seat);
    this.#roster.update(lane);
    this.#pump();
    // What it could not finish and is tried again needs another worker.
    if (lane.state !== "open") this.#grow();
  }

  #feedSeat(seat: number): void {
    const lane = this.#crew.holderOf(seat);
    if (lane) this.#feed(lane);
  }

  #done(job: Job, outcome: Outcome, payload: unknown): void {
    this.#limits.left(job);
    // The reply lost a race with an abort.
    if (job.state === "settled") return;
    if (outcome === Outcome.value) return this.#settle(job, true, payload);
    try {
      const value = revive(payload);
      if (outcome === Outcome.error) return this.#failed(job, asError(value));
      if (outcome === Outcome.markedValue) return this.#settle(job, true, value);
      const { values, failed } = value as MixedChunk;
      // A chunk with tries left is a single item.
      if (!isFinal(values[failed[0]!]) && this.#retry(job)) return;
      for (const index of failed) values[index] = withOrigin(job, asError(values[index]));
      this.#settle(job, true, values, failed);
    } catch (error) {
      this.#failed(job, error);
    }
  }

  #failed(job: Job, error: unknown): void {
    if (!isFinal(error) && this.#retry(job)) return;
    this.#settle(job, false, withOrigin(job, error));
  }

  #retry(job: Job): boolean {
    if (job.triesLeft === 0) return false;
    job.triesLeft--;
    this.#retried++;
    this.#requeue(job);
    return true;
  }

  #lost(lane: Lane, { begun, waiting }: LaneRemains, end: WorkerEnd): void {
    this.#roster.remove(lane);
    for (const job of [...waiting, ...lane.owed.splice(0)]) {
      if (job.pinned) this.#settleDead(job, lane, end);
      else this.#requeue(job);
    }
    for (const job of begun) {
      this.#limits.left(job);
      if (job.state === "settled" || this.#retry(job)) continue;
      job.diedAt = lane.currentItem(job);
      this.#settleDead(job, lane, end);
    }
    this.#feedSeat(lane.seat);
    this.#grow();
    this.#pump();
  }

  /** A job that was told to end goes on: its worker goes. */
  #kill(job: Job): void {
    const lane = job.lane!;
    // Another job may run by now, whose worker must not be touched.
    if (lane.state === "gone" || lane.finished(job)) return;
    this.#killed++;
    this.#crew.kill(lane);
  }

  // Settling.

  #settleDead(job: Job, lane: Lane, end: WorkerEnd): void {
    const error = new WorkerDiedError(
      `Cannot finish job ${job.id}: ${lane.name} ended${
        describeEnd(end)
      } while it ran ${job.fn.name}`,
      {
        exitCode: end.exitCode,
        signal: end.signal,
        workerId: lane.workerId,
        jobId: job.id,
        ...(end.stderr !== undefined && { stderr: end.stderr }),
        outOfMemory: end.outOfMemory ?? false,
        cause: end.error,
      },
    );
    this.#settle(job, false, withOrigin(job, error));
  }

  /** The one end of a job. */
  #settle(job: Job, fulfilled: boolean, value: unknown, failed?: readonly number[]): void {
    job.state = "settled";
    this.#limits.settled(job);
    if (fulfilled) {
      this.#fulfilled++;
      job.sink.resolve(value, failed);
    } else {
      this.#rejected++;
      job.sink.reject(value);
    }
    if (this.events.active) {
      const { id: jobId, fn: { name: task } } = job;
      const outcome = fulfilled ? "fulfilled" : "rejected";
      const workerId = job.lane?.workerId;
      this.events.emit({ type: "end", time: this.#now(), jobId, task, workerId, outcome });
    }
    this.release();
  }

  // The end.

  #closeIfDone(): void {
    if (this.#state !== "closing" || this.#pending > 0 || this.#consumers.size > 0) return;
    // Finalizers run, even where the program has nothing else to do.
    this.#keepAlive.hold();
    this.#crew.close();
  }

  #break(cause: unknown): void {
    const { kind } = this.#config.crew.adapter.traits;
    const broken = kind === "thread"
      ? BrokenThreadPool
      : kind === "process"
      ? BrokenProcessPool
      : BrokenExecutor;
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.terminate(() => new broken(`Cannot start workers: ${reason}`, { cause }));
  }

  #emit(event: () => Parameters<PoolEvents["emit"]>[0]): void {
    if (this.events.active) this.events.emit(event());
  }

  #now(): number {
    return this.#config.host.clock.now();
  }
}

/** Estimated milliseconds; infinite while nothing is known. */
function costOf(job: Job): number {
  return job.fn.estimate * job.calls;
}

/** Another try would end in the same way. */
function isFinal(error: unknown): boolean {
  return error instanceof MaybeEncodingError || error instanceof TaskLookupError;
}

function asError(thrown: unknown): unknown {
  if (thrown instanceof Error) return thrown;
  const kind = thrown === null ? "null" : typeof thrown;
  let text: string;
  try {
    text = typeof thrown === "object" ? JSON.stringify(thrown) : String(thrown);
  } catch {
    text = kind;
  }
  return new RemoteError(`A task threw ${text}`, { remoteName: kind, value: thrown });
}

function withOrigin(job: Job, error: unknown): unknown {
  const { origin } = job.request;
  if (origin) appendStack(error, origin);
  return error;
}

function sendReason(reason: unknown): SentValue {
  try {
    const { value, marked } = encode(reason, "reason");
    return { value, marked };
  } catch {
    return { value: String(reason), marked: false };
  }
}
