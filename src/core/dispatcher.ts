/**
 * Decides which job runs where and when: jobs wait in the waiting room until a lane has room for them.
 * It knows nothing of results.
 */
import { queueMicrotask } from "../protocol/timers.ts";
import type { Resolve } from "./batch.ts";
import type { Clock } from "./backend.ts";
import type { CallLineEvents } from "./call_line.ts";
import type { Crew } from "./crew.ts";
import type { KnownFunction } from "./functions.ts";
import type { Job } from "./job.ts";
import { AHEAD, type Lane } from "./lane.ts";
import { Lookout } from "./lookout.ts";
import { Roster } from "./roster.ts";
import type { CallTerms } from "./terms.ts";
import { WaitingRoom } from "./waiting_room.ts";

/** A worker that says nothing for this long (ms) is taken back what it was sent ahead. */
const STALL = 2 * AHEAD;
/** A host whose timer comes this late (ms) was busy, and what workers said meanwhile waits to be read. */
const LATE = STALL / 2;

/** What the dispatcher needs of its scheduler. */
export interface DispatcherConfig {
  readonly clock: Clock;
  /** Who is told of calls that wait as less than jobs. */
  readonly lines: CallLineEvents;
  readonly workers: number;
  /** Most calls that wait, beyond those for which a worker is about to be free. */
  readonly maxQueue: number;
  /** A job was given to a worker. */
  placed(job: Job, lane: Lane): void;
  /** A job was taken from a worker and is to wait again, or to be settled if nothing may start. */
  takenBack(job: Job): void;
}

/** Where jobs wait, and who gets them. */
export class Dispatcher {
  readonly #config: DispatcherConfig;
  readonly #crew: Crew;
  readonly #room: WaitingRoom;
  readonly #roster = new Roster();
  readonly #lookout = new Lookout();
  /** There is a `maxQueue`. */
  readonly #bounded: boolean;
  /** Lanes that send at the end of this turn. */
  #outgoing: Lane[] = [];
  #watching: unknown;
  /** When it last looked for silent workers. */
  #looked = -Infinity;

  constructor(crew: Crew, config: DispatcherConfig) {
    this.#bounded = config.maxQueue !== Infinity;
    this.#crew = crew;
    this.#config = config;
    this.#room = new WaitingRoom(config.workers, config.lines);
  }

  /** Jobs that no worker has. */
  get waiting(): number {
    return this.#room.size;
  }

  /** Those of them that count for `maxQueue`. */
  get queued(): number {
    return this.#room.calls;
  }

  /** True where one more call would be one too many. */
  get isFull(): boolean {
    if (!this.#bounded) return false;
    return this.#room.lobby > 0 || !this.#mayAdmit();
  }

  /** Gives a job to an idle lane, or lets it wait. */
  add(job: Job): void {
    const { key } = job;
    if (key !== undefined) {
      this.#room.add(job);
      const own = this.#crew.seat(this.#room.seatOf(key));
      if (own) this.#feed(own);
      return;
    }
    if (this.#room.common === 0) {
      const cost = costOf(job);
      const lane = this.#roster.pick(job, cost);
      if (lane) return this.#give(lane, job, cost);
    }
    this.#room.add(job);
    this.grow();
  }

  /** Lets a call wait as less than a job; false where it cannot, or need not wait. */
  line(fn: KnownFunction, args: readonly unknown[], terms: CallTerms, resolve: Resolve): boolean {
    if (this.#room.common === 0 || this.isFull) return false;
    const line = this.#room.lines.lineOf(terms);
    if (!line) return false;
    line.push(fn, args, resolve);
    if (this.#crew.vacant > 0) this.grow();
    return true;
  }

  /** Lets a job wait before the door, until there is room. */
  addToLobby(job: Job): void {
    this.#room.addToLobby(job);
  }

  /** A free worker has it, or it waits for one that starts. */
  isNext(job: Job): boolean {
    const { state, lane, key } = job;
    if (state === "placed") return lane!.outstanding === 1;
    if (key === undefined) return this.#room.size <= this.#crew.vacant;
    const seat = this.#room.seatOf(key);
    return this.#room.nextFor(seat) === job && this.#crew.holderOf(seat)?.state === "starting";
  }

  /** Gives a job to this very lane, as soon as it can take it. */
  owe(lane: Lane, job: Job): void {
    lane.owed.push(job);
    if (lane.state === "open") this.#giveOwed(lane);
  }

  /** Lets a job wait again that had its turn before. */
  putBack(job: Job): void {
    job.state = "waiting";
    job.lane = undefined;
    this.#room.putBack(job);
  }

  /** Takes a job away that has not begun; false when it has, or is settled. */
  withdraw(job: Job): boolean {
    const { lane } = job;
    if (job.state === "waiting") this.#room.remove(job);
    else if (job.state === "placed" && lane!.takeBack(job)) this.#hasRoom(lane!);
    else return false;
    return true;
  }

  /** Takes all jobs away that no worker has begun to know. */
  withdrawAll(): Job[] {
    this.stop();
    const jobs = this.#room.takeAll();
    for (const lane of this.#crew.lanes) {
      jobs.push(...lane.owed.splice(0));
      this.#roster.remove(lane);
    }
    return jobs;
  }

  /** No timer is left. */
  stop(): void {
    this.#config.clock.clearTimeout(this.#watching);
  }

  /** Gives waiting jobs away as long as lanes have room. */
  pump(): void {
    for (let job = this.#room.next(); job; job = this.#room.next()) {
      const cost = costOf(job);
      const lane = this.#roster.pick(job, cost);
      if (!lane) break;
      const taken = this.#room.take(job, lane.batchOf(job.fn));
      this.#give(lane, taken, costOf(taken));
    }
    while (this.#room.lobby > 0 && this.#mayAdmit()) this.add(this.#room.admit()!);
  }

  /** Starts workers for waiting jobs, within the limit. */
  grow(): void {
    for (const seat of this.#room.wantedSeats()) this.#crew.seat(seat);
    const missing = this.#room.common - this.#crew.starting;
    if (missing > 0) this.#crew.ensure(this.#crew.lanes.size + missing);
  }

  // What lanes tell.

  /** Its set-up is through. */
  ready(lane: Lane): void {
    this.#giveOwed(lane);
    this.#feed(lane);
    this.#roster.update(lane);
    this.pump();
  }

  /** It has finished something. */
  progressed(lane: Lane): void {
    this.#lookout.heard();
    lane.lastSign = this.#config.clock.now();
    this.#hasRoom(lane);
  }

  /** It takes no more jobs. */
  retired(lane: Lane): void {
    this.#roster.remove(lane);
  }

  /** It is gone, and what it had was put back. */
  lost(lane: Lane): void {
    this.#feedSeat(lane.seat);
    this.grow();
    this.pump();
  }

  /** It has something to send at the end of this turn. */
  hasOutgoing(lane: Lane): void {
    if (this.#outgoing.push(lane) === 1) queueMicrotask(this.#flush);
  }

  // Details.

  #flush = (): void => {
    const lanes = this.#outgoing;
    this.#outgoing = [];
    for (const lane of lanes) lane.flush();
    const lane = lanes[0]!;
    if (lanes.length === 1 && lane.isQuick) this.#lookout.look(lane);
  };

  /** A worker that is free, or about to be, counts as room. */
  #mayAdmit(): boolean {
    return this.#room.calls < this.#config.maxQueue + this.#roster.idle + this.#crew.vacant;
  }

  #give(lane: Lane, job: Job, cost: number): void {
    this.#handOver(lane, job, cost);
    this.#roster.update(lane);
  }

  /** As `#give`, where the roster is told later. */
  #handOver(lane: Lane, job: Job, cost: number): void {
    if (lane.outstanding === 0) lane.lastSign = this.#config.clock.now();
    lane.give(job, cost);
    this.#crew.given(lane);
    if (lane.outstanding > 1 || job.isDivisible) this.#watch();
    this.#config.placed(job, lane);
  }

  #giveOwed(lane: Lane): void {
    while (lane.owed.length > 0 && !lane.cells.full) this.#give(lane, lane.owed.shift()!, Infinity);
  }

  /** Gives a lane jobs that anyone may run, as many as it takes: it has just made room. */
  #fill(lane: Lane): void {
    for (let next = this.#room.next(); next; next = this.#room.next()) {
      if (!lane.accepts(next, costOf(next))) return;
      const job = this.#room.take(next, lane.batchOf(next.fn));
      this.#handOver(lane, job, costOf(job));
    }
  }

  /** Gives a lane the jobs of its keys, in turn with those that anyone may run. */
  #feed(lane: Lane): void {
    for (let job = this.#room.nextFor(lane.seat); job; job = this.#room.nextFor(lane.seat)) {
      const cost = costOf(job);
      if (!lane.accepts(job, cost)) return;
      // The worker before this one may still run a job of the same key.
      if (job.key !== undefined && this.#crew.isShared(lane.seat)) return;
      this.#give(lane, this.#room.take(job, 1), cost);
    }
  }

  #feedSeat(seat: number): void {
    const lane = this.#crew.holderOf(seat);
    if (lane) this.#feed(lane);
  }

  #hasRoom(lane: Lane): void {
    this.#giveOwed(lane);
    this.#crew.progressed(lane);
    if (this.#room.hasKeys) this.#feedSeat(lane.seat);
    this.#fill(lane);
    this.#roster.update(lane);
    this.pump();
    // What it could not finish and is tried again needs another worker.
    if (lane.state !== "open") this.grow();
  }

  /** Estimates can be wrong: nothing stays behind a long call for much longer than `STALL`. */
  #watch(): void {
    if (this.#watching !== undefined) return;
    const { clock } = this.#config;
    const due = clock.now() + STALL;
    this.#watching = clock.setTimeout(() => {
      this.#watching = undefined;
      const now = clock.now();
      const since = now - due > LATE ? this.#looked : now - STALL;
      this.#looked = now;
      for (const lane of this.#crew.lanes) {
        if (!lane.cells.holdsUp) continue;
        this.#watch();
        if (lane.lastSign > since && lane.cells.ahead < STALL) continue;
        for (const job of lane.stall()) this.#config.takenBack(job);
      }
      this.grow();
      this.pump();
    }, STALL);
  }
}

/** Estimated milliseconds; infinite while nothing is known, and where none may wait behind it. */
function costOf(job: Job): number {
  const { fn: { estimate, carriage }, calls } = job;
  return job.alone ? Infinity : (estimate + carriage) * calls;
}
