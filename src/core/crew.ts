/**
 * The workers of one pool and their seats: started, replaced, sent home. What follows from failed starts is
 * in `boot_failures.ts`, who has been idle for too long in `idle_watch.ts`.
 */
import type { SentValue, SetupCall } from "../protocol/messages.ts";
import { reviveOrFault } from "../protocol/revive.ts";
import { queueMicrotask } from "../protocol/timers.ts";
import type { Clock, WorkerEnd } from "./backend.ts";
import { BootFailures } from "./boot_failures.ts";
import type { CrewConfig, CrewEvents } from "./crew_config.ts";
import { PoolError, TimeoutError } from "./errors.ts";
import { ownIdentity, workerIdentity } from "./identity.ts";
import { IdleWatch } from "./idle_watch.ts";
import { Lane } from "./lane.ts";
import { Deadlines } from "./deadlines.ts";
import type { LaneEvents, LaneRemains } from "./lane_events.ts";
import { describeEnd, workerDied } from "./worker_end.ts";

/** A finalizer has this long, in milliseconds. */
const CLOSE_TIMEOUT = 5000;

/** Keeps the wanted number of workers. */
export class Crew {
  readonly #config: CrewConfig;
  readonly #events: CrewEvents;
  readonly #laneEvents: LaneEvents;
  readonly #deadlines: Deadlines;
  readonly #failures: BootFailures;
  readonly #idle: IdleWatch;
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
  readonly #setup: SetupCall[];
  #state: "open" | "closing" | "closed" = "open";
  #nextId = 1;
  #strict = false;
  /** Workers started in the life of the pool. */
  spawned = 0;
  /** Workers that ended by themselves. */
  died = 0;
  /** Workers that were killed and run on. */
  givenUp = 0;

  constructor(config: CrewConfig, clock: Clock, events: CrewEvents, laneEvents: LaneEvents) {
    this.#config = config;
    this.#events = events;
    this.#laneEvents = laneEvents;
    this.#deadlines = new Deadlines(clock);
    this.#failures = new BootFailures(clock, () => this.#refill());
    this.#idle = new IdleWatch({
      clock,
      idleTimeout: config.idleTimeout,
      lanes: this.#lanes,
      mayShrink: () => this.#occupied > config.minWorkers,
      expired: (lane) => this.#renew(lane),
    });
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
    try {
      this.ensure(this.#config.minWorkers);
    } catch (error) {
      // Nobody will have a pool that could end them.
      this.terminate();
      throw error;
    }
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
      if (this.#failures.pausing || this.#state !== "open") return;
    }
  }

  /** Every worker that starts from now on runs this call too, before its first job. */
  addSetup(call: SetupCall): void {
    this.#setup.push(call);
  }

  /** A worker has finished something: boots are fine, and the worker may have had its share. */
  progressed(lane: Lane): void {
    this.#failures.forgive();
    const { maxMemoryPerChild } = this.#config;
    if (lane.state === "retiring") this.#sendHome(lane);
    else if (maxMemoryPerChild !== undefined && lane.memory > maxMemoryPerChild) this.#renew(lane);
    if (lane.idle) this.#idle.note(lane);
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
    this.#failures.stop();
    this.#idle.stop();
    const { initializer, finalizer } = this.#config;
    for (const lane of this.#lanes) {
      if (lane.state !== "starting") this.#sendHome(lane);
      // What was begun in its name is finished, within `spawnTimeout`.
      else if (!initializer && !finalizer) this.#discard(lane);
    }
    this.#checkEmpty();
  }

  /** Kills all workers; returns what they had. */
  terminate(): LaneRemains[] {
    if (this.#state === "closed") return [];
    this.#state = "closing";
    this.#failures.stop();
    this.#idle.stop();
    const remains = [...this.#lanes].map((lane) => this.#discard(lane));
    // Not within the caller's turn: `empty` may call back into it.
    queueMicrotask(() => this.#checkEmpty());
    return remains;
  }

  // What lanes tell.

  ready(lane: Lane): void {
    if (this.#starting.delete(lane)) this.#lift(lane);
    this.#events.up(lane);
    if (this.#state === "closing") return this.#sendHome(lane);
    this.#idle.note(lane);
    if (this.#failures.inARow > 0) this.#refill();
  }

  setupFailed(lane: Lane, error: SentValue): void {
    this.#startFailed(lane, reviveOrFault(error));
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
    if (this.#config.breaksOn === "death" && this.#state === "open") {
      this.#events.broken(workerDied(`${lane.name} ended${describeEnd(end)}`, lane, end));
    } else if (!started) {
      const message = `Cannot start worker: it ended${describeEnd(end)}`;
      this.#bootFailed(end.error ?? new PoolError(message));
    }
    this.#events.lost(lane, remains, end);
    if (started) this.#refill();
  }

  /** A worker that did not come up. */
  #startFailed(lane: Lane, error: unknown): void {
    const remains = this.#discard(lane);
    this.#bootFailed(error);
    this.#events.lost(lane, remains, { exitCode: null, signal: null, error });
  }

  /** After a failure, workers that start already show first whether it was an accident. */
  get #mayStart(): boolean {
    return this.#state === "open" && !this.#failures.pausing &&
      (this.#failures.inARow === 0 || this.#starting.size === 0);
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
    lane.deadline = this.#deadlines.add(spawnTimeout, () => {
      const message =
        `Cannot start worker: it was not ready after ${spawnTimeout} ms (spawnTimeout)`;
      this.#startFailed(lane, new TimeoutError(message));
    });
  }

  #bootFailed(cause: unknown): void {
    if (this.#state !== "open") return this.#checkEmpty();
    this.#failures.inARow++;
    const hopeless = this.#failures.hopeless && this.#lanes.size === 0;
    if (hopeless || this.#config.breaksOn) return this.#events.broken(cause);
    this.#failures.pause();
  }

  /** Brings the crew back to its size; more come when the scheduler asks for them. */
  #refill(): void {
    this.ensure(this.#config.minWorkers);
    this.#events.shrunk();
  }

  /** The next one starts before this one is sent home. */
  #renew(lane: Lane): void {
    // Its seat is free for another, also while it finishes what it has.
    this.#vacate(lane);
    this.#leaving.add(lane);
    this.#events.retired(lane);
    this.#refill();
    this.#sendHome(lane);
  }

  /** It may finish what it has; a finalizer that never ends must not hold up anybody. */
  #sendHome(lane: Lane): void {
    lane.retire();
    if (lane.state !== "closing") return;
    lane.deadline ??= this.#deadlines.add(CLOSE_TIMEOUT, () => {
      this.#discard(lane);
      this.#events.down(lane, { exitCode: null, signal: null }, true, undefined);
    });
  }

  #discard(lane: Lane): LaneRemains {
    this.#remove(lane);
    this.#dying.add(lane);
    return lane.kill();
  }

  #remove(lane: Lane): void {
    this.#lift(lane);
    this.#starting.delete(lane);
    this.#leaving.delete(lane);
    this.#lanes.delete(lane);
    this.#vacate(lane);
  }

  #lift(lane: Lane): void {
    this.#deadlines.remove(lane.deadline);
    lane.deadline = undefined;
  }

  #vacate(lane: Lane): void {
    if (this.#seats[lane.seat] !== lane) return;
    this.#seats[lane.seat] = undefined;
    this.#occupied--;
  }

  #checkEmpty(): void {
    if (this.#state !== "closing" || this.#lanes.size > 0 || this.#dying.size > 0) return;
    this.#state = "closed";
    this.#deadlines.clear();
    this.#events.empty();
  }
}
