/** The workers of one pool: started, replaced, sent home. */
import type { SentValue, SetupCall } from "../protocol/messages.ts";
import { reviveOrFault } from "../protocol/revive.ts";
import type { Clock, WorkerAdapter, WorkerEnd, WorkerSettings } from "./backend.ts";
import { type Deadline, Deadlines } from "./deadlines.ts";
import { PoolError, TimeoutError, WorkerDiedError } from "./errors.ts";
import { ownIdentity, workerIdentity } from "./identity.ts";
import { Lane } from "./lane.ts";
import type { LaneEvents, LaneRemains } from "./lane_events.ts";

/** How many workers there are, and what each is given. */
export interface CrewConfig {
  readonly adapter: WorkerAdapter;
  /** Most workers at a time. */
  readonly workers: number;
  /** As many are kept, also when there is nothing to do. */
  readonly minWorkers: number;
  /** Milliseconds after which an idle worker above `minWorkers` goes. */
  readonly idleTimeout: number | undefined;
  /** A worker that is not ready after this time (ms) has failed. */
  readonly spawnTimeout: number;
  readonly maxTasksPerChild: number | undefined;
  /** Bytes. */
  readonly maxMemoryPerChild: number | undefined;
  readonly name: string;
  readonly settings: WorkerSettings;
  readonly initializer: SetupCall | undefined;
  readonly finalizer: SetupCall | undefined;
  /**
   * What breaks the crew at once, where otherwise another worker would be started: one that does not
   * come up, or that and every death.
   */
  readonly breaksOn?: "failedStart" | "death" | undefined;
}

/** What the crew tells the scheduler. */
export interface CrewEvents {
  /** A worker ended that should not have. */
  lost(lane: Lane, remains: LaneRemains, end: WorkerEnd): void;
  up(lane: Lane): void;
  down(lane: Lane, end: WorkerEnd, expected: boolean, error: unknown): void;
  /** It takes no more jobs. */
  retired(lane: Lane): void;
  /** There may be fewer workers than waiting jobs want. */
  shrunk(): void;
  /** No worker can be brought up. */
  broken(cause: unknown): void;
  /** After `close` or `terminate`: the last worker is gone. */
  empty(): void;
}

/** After so many failures in a row, with no worker left, the crew is broken. */
const TRIES = 3;
/** First pause before another try, in milliseconds; it doubles with each failure. */
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 2000;
/** A finalizer has this long, in milliseconds. */
const CLOSE_TIMEOUT = 5000;

/** Keeps the wanted number of workers. */
export class Crew {
  readonly #config: CrewConfig;
  readonly #clock: Clock;
  readonly #events: CrewEvents;
  readonly #laneEvents: LaneEvents;
  readonly #deadlines: Deadlines;
  /** The worker of each seat. */
  readonly #seats: (Lane | undefined)[];
  /** Seats with a worker, counted: every call that waits asks whether another worker may start. */
  #occupied = 0;
  /** All that take jobs, will, or finish theirs. */
  readonly #lanes = new Set<Lane>();
  /** Killed, but the thread has not ended yet. */
  readonly #dying = new Set<Lane>();
  readonly #starting = new Set<Lane>();
  /** Retired, and no longer on their seats. */
  readonly #leaving = new Set<Lane>();
  /** A worker that takes longer to start or to close is given up. */
  readonly #laneDeadlines = new Map<Lane, Deadline>();
  readonly #setup: SetupCall[];
  #state: "open" | "closing" | "closed" = "open";
  #nextId = 1;
  #failures = 0;
  #pause: unknown;
  #idleTimer: unknown;
  #strict = false;
  /** Workers started in the life of the pool. */
  spawned = 0;
  /** Workers that ended by themselves. */
  died = 0;
  /** Workers that were killed and run on. */
  givenUp = 0;

  constructor(config: CrewConfig, clock: Clock, events: CrewEvents, laneEvents: LaneEvents) {
    this.#config = config;
    this.#clock = clock;
    this.#events = events;
    this.#laneEvents = laneEvents;
    this.#deadlines = new Deadlines(clock);
    this.#seats = Array.from({ length: config.workers });
    this.#setup = config.initializer ? [config.initializer] : [];
  }

  get lanes(): ReadonlySet<Lane> {
    return this.#lanes;
  }

  /** Workers whose set-up runs. */
  get starting(): number {
    return this.#starting.size;
  }

  /** Workers that start or could be started. */
  get vacant(): number {
    return this.#starting.size + this.#config.workers - this.#occupied;
  }

  /** The worker of a seat, if there is one. */
  holderOf(seat: number): Lane | undefined {
    return this.#seats[seat];
  }

  /** True while the worker that had the seat before still runs something. */
  isShared(seat: number): boolean {
    for (const lane of this.#leaving) if (lane.seat === seat && lane.outstanding > 0) return true;
    return false;
  }

  /** Starts the first workers; throws what the adapter throws: the settings make no sense. */
  start(): void {
    this.#strict = true;
    this.ensure(this.#config.minWorkers);
    this.#strict = false;
  }

  /** The worker of a seat; started when there is none and one may be. */
  seat(index: number): Lane | undefined {
    if (!this.#seats[index] && this.#mayStart) this.#spawn(index);
    return this.#seats[index];
  }

  /** Starts workers until there are so many, within the limit. */
  ensure(count: number): void {
    const wanted = Math.min(count, this.#config.workers);
    if (this.#occupied >= wanted || !this.#mayStart) return;
    for (let seat = 0; this.#occupied < wanted && seat < this.#seats.length; seat++) {
      if (!this.#seats[seat]) this.#spawn(seat);
      if (this.#pause !== undefined || this.#state !== "open") return;
    }
  }

  /** Every worker that starts from now on runs this call too, before its first job. */
  addSetup(call: SetupCall): void {
    this.#setup.push(call);
  }

  /** A worker has finished something: boots are fine, and the worker may have had its share. */
  progressed(lane: Lane): void {
    this.#failures = 0;
    const { maxMemoryPerChild } = this.#config;
    if (lane.state === "retiring") lane.retire();
    else if (maxMemoryPerChild !== undefined && lane.memory > maxMemoryPerChild) this.#renew(lane);
    if (lane.idle) this.#noteIdle(lane);
    if (lane.state === "closing") this.#limitClosing(lane);
  }

  /** A job was given: the last one that this worker may have? */
  given(lane: Lane): void {
    if (lane.given === this.#config.maxTasksPerChild) this.#renew(lane);
  }

  /** Kills a worker and starts another in its place. */
  kill(lane: Lane): void {
    const end = { exitCode: null, signal: null };
    const remains = this.#discard(lane);
    this.#events.down(lane, end, false, undefined);
    this.#events.lost(lane, remains, end);
    this.#refill();
  }

  /** Lets all workers finish what they have and go. */
  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#stopTimers();
    for (const lane of this.#lanes) {
      if (lane.state === "starting") {
        this.#discard(lane);
        continue;
      }
      lane.retire();
      if (lane.state === "closing") this.#limitClosing(lane);
    }
    this.#checkEmpty();
  }

  /** Kills all workers; returns what they had. */
  terminate(): LaneRemains[] {
    if (this.#state === "closed") return [];
    this.#state = "closing";
    this.#stopTimers();
    const remains = [...this.#lanes].map((lane) => this.#discard(lane));
    // Not within the caller's turn: `empty` may call back into it.
    queueMicrotask(() => this.#checkEmpty());
    return remains;
  }

  // What lanes tell.

  ready(lane: Lane): void {
    if (this.#starting.delete(lane)) this.#unlimit(lane);
    this.#noteIdle(lane);
    this.#events.up(lane);
    if (this.#failures > 0) this.#refill();
  }

  setupFailed(lane: Lane, error: SentValue): void {
    this.#giveUp(lane, reviveOrFault(error));
  }

  closed(lane: Lane, error: SentValue | null): void {
    this.#discard(lane);
    const thrown = error ? reviveOrFault(error) : undefined;
    this.#events.down(lane, { exitCode: 0, signal: null }, true, thrown);
  }

  ended(lane: Lane, end: WorkerEnd): void {
    if (end.givenUp) this.givenUp++;
    if (this.#dying.delete(lane)) return this.#checkEmpty();
    // It never started: the adapter threw after all.
    if (!this.#lanes.has(lane)) return;
    const { state } = lane;
    this.#remove(lane);
    const remains = lane.bury();
    const error = lane.dying?.error ? reviveOrFault(lane.dying.error) : end.error;
    if (state !== "starting") this.#events.down(lane, end, state === "closing", error);
    if (state !== "closing") this.#died(lane, remains, { ...end, error });
    this.#checkEmpty();
  }

  // Details.

  #died(lane: Lane, remains: LaneRemains, end: WorkerEnd): void {
    this.died++;
    // One that dies before its first job has not really started: no new one without a pause.
    const started = lane.given > 0;
    if (this.#config.breaksOn === "death") {
      this.#events.broken(workerDied(`${lane.name} ended${describeEnd(end)}`, lane, end));
    } else if (!started) {
      const message = `Cannot start worker: it ended${describeEnd(end)}`;
      this.#bootFailed(end.error ?? new PoolError(message));
    }
    this.#events.lost(lane, remains, end);
    if (started) this.#refill();
  }

  /** A worker that did not come up. */
  #giveUp(lane: Lane, error: unknown): void {
    const remains = this.#discard(lane);
    this.#bootFailed(error);
    this.#events.lost(lane, remains, { exitCode: null, signal: null, error });
  }

  /** After a failure, workers that start already show first whether it was an accident. */
  get #mayStart(): boolean {
    return this.#state === "open" && this.#pause === undefined &&
      (this.#failures === 0 || this.#starting.size === 0);
  }

  #spawn(seat: number): void {
    const { adapter, settings, name, finalizer, maxMemoryPerChild, spawnTimeout } = this.#config;
    // What is sent ahead may be taken back: it would count as a call that the worker never ran.
    const ahead = this.#config.maxTasksPerChild === undefined;
    const workerId = this.#nextId++;
    const self = { name: `${name}-${workerId}`, daemon: true };
    const identity = workerIdentity(adapter.traits.kind, self, ownIdentity().path);
    let lane: Lane;
    try {
      lane = new Lane(
        adapter,
        { ...settings, workerId, seat, ahead, name: self.name },
        {
          setup: [...this.#setup],
          finalizer: finalizer ?? null,
          reportMemory: maxMemoryPerChild !== undefined,
          ...(identity && { identity }),
        },
        this.#laneEvents,
      );
    } catch (error) {
      if (this.#strict) throw error;
      return this.#bootFailed(error);
    }
    this.spawned++;
    this.#starting.add(lane);
    this.#lanes.add(lane);
    this.#seats[seat] = lane;
    this.#occupied++;
    this.#limit(lane, spawnTimeout, () => {
      const message =
        `Cannot start worker: it was not ready after ${spawnTimeout} ms (spawnTimeout)`;
      this.#giveUp(lane, new TimeoutError(message));
    });
  }

  #limit(lane: Lane, milliseconds: number, late: () => void): void {
    if (!this.#laneDeadlines.has(lane)) {
      this.#laneDeadlines.set(lane, this.#deadlines.add(milliseconds, late));
    }
  }

  #unlimit(lane: Lane): void {
    const deadline = this.#laneDeadlines.get(lane);
    if (!deadline) return;
    this.#laneDeadlines.delete(lane);
    this.#deadlines.remove(deadline);
  }

  #bootFailed(cause: unknown): void {
    if (this.#state !== "open") return this.#checkEmpty();
    this.#failures++;
    const hopeless = this.#failures >= TRIES && this.#lanes.size === 0;
    if (hopeless || this.#config.breaksOn) return this.#events.broken(cause);
    if (this.#pause !== undefined) return;
    const pause = Math.min(FIRST_PAUSE * 2 ** (this.#failures - 1), LONGEST_PAUSE);
    this.#pause = this.#clock.setTimeout(() => {
      this.#pause = undefined;
      this.#refill();
    }, pause);
  }

  /** Brings the crew back to its size; more come when the scheduler asks for them. */
  #refill(): void {
    this.ensure(this.#config.minWorkers);
    this.#events.shrunk();
  }

  /** The next one starts before this one is sent home. */
  #renew(lane: Lane): void {
    this.#leaveSeat(lane);
    this.#refill();
    this.#sendHome(lane);
  }

  #retire(lane: Lane): void {
    this.#leaveSeat(lane);
    this.#sendHome(lane);
  }

  /** Its seat is free for another, also while it finishes what it has. */
  #leaveSeat(lane: Lane): void {
    this.#vacate(lane);
    this.#leaving.add(lane);
    this.#events.retired(lane);
  }

  #sendHome(lane: Lane): void {
    lane.retire();
    if (lane.state === "closing") this.#limitClosing(lane);
  }

  /** A finalizer that never ends must not hold up anybody. */
  #limitClosing(lane: Lane): void {
    this.#limit(lane, CLOSE_TIMEOUT, () => {
      if (lane.state === "closing") {
        this.#discard(lane);
        this.#events.down(lane, { exitCode: null, signal: null }, true, undefined);
      }
    });
  }

  #discard(lane: Lane): LaneRemains {
    this.#remove(lane);
    this.#dying.add(lane);
    return lane.kill();
  }

  #remove(lane: Lane): void {
    this.#unlimit(lane);
    this.#starting.delete(lane);
    this.#leaving.delete(lane);
    this.#lanes.delete(lane);
    this.#vacate(lane);
  }

  #vacate(lane: Lane): void {
    if (this.#seats[lane.seat] !== lane) return;
    this.#seats[lane.seat] = undefined;
    this.#occupied--;
  }

  #noteIdle(lane: Lane): void {
    lane.lastSign = this.#clock.now();
    const { idleTimeout } = this.#config;
    if (idleTimeout === undefined || this.#idleTimer !== undefined) return;
    this.#idleTimer = this.#clock.setTimeout(() => this.#shrink(idleTimeout), idleTimeout);
  }

  #shrink(idleTimeout: number): void {
    this.#idleTimer = undefined;
    const now = this.#clock.now();
    let soonest = Infinity;
    for (const lane of this.#lanes) {
      if (this.#occupied <= this.#config.minWorkers) return;
      if (!lane.idle) continue;
      const left = lane.lastSign + idleTimeout - now;
      if (left > 0) {
        soonest = Math.min(soonest, left);
      } else {
        this.#retire(lane);
      }
    }
    if (soonest < Infinity) {
      this.#idleTimer = this.#clock.setTimeout(
        () => this.#shrink(idleTimeout),
        Math.ceil(soonest),
      );
    }
  }

  #stopTimers(): void {
    this.#clock.clearTimeout(this.#pause);
    this.#clock.clearTimeout(this.#idleTimer);
    this.#pause = this.#idleTimer = undefined;
  }

  #checkEmpty(): void {
    if (this.#state !== "closing" || this.#lanes.size > 0 || this.#dying.size > 0) return;
    this.#state = "closed";
    this.#deadlines.clear();
    this.#events.empty();
  }
}

/** How a worker ended, in words, with a space before them. */
export function describeEnd({ exitCode, signal, outOfMemory }: WorkerEnd): string {
  if (outOfMemory) return " because memory ran out";
  if (signal) return ` by ${signal}`;
  return exitCode === null ? "" : ` with exit code ${exitCode}`;
}

/** The error of a worker's end; `jobId` is the job that it was running. */
export function workerDied(
  message: string,
  { workerId }: Lane,
  end: WorkerEnd,
  jobId?: number,
): WorkerDiedError {
  const { exitCode, signal, stderr, outOfMemory = false, error } = end;
  return new WorkerDiedError(message, {
    exitCode,
    signal,
    workerId,
    ...(jobId !== undefined && { jobId }),
    ...(stderr !== undefined && { stderr }),
    outOfMemory,
    cause: error,
  });
}
