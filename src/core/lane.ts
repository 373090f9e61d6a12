/** The host's side of one worker. */
import { Claims, type HostClaims } from "../protocol/claims.ts";
import {
  type FromWorker,
  type FunctionDefinition,
  Outcome,
  readJobs,
  readReplies,
  type SentValue,
  type SetupCall,
  type ToWorker,
  writeJob,
} from "../protocol/messages.ts";
import type { Identity } from "../protocol/realm.ts";
import { Batch } from "./batch.ts";
import { Cells } from "./cells.ts";
import type { Transport, WorkerAdapter, WorkerEnd, WorkerOutput, WorkerSpec } from "./backend.ts";
import { MaybeEncodingError } from "./errors.ts";
import type { KnownFunction } from "./functions.ts";
import type { Job } from "./job.ts";
import { Neighbour } from "./neighbour.ts";
import { LONG, Outgoing } from "./outgoing.ts";
import { SlotWire } from "./slot_wire.ts";

/** A worker's life as the host sees it. */
export type LaneState =
  /** Its set-up runs. */
  | "starting"
  /** It takes jobs. */
  | "open"
  /** It finishes what it has, then closes. */
  | "retiring"
  /** Its finalizer runs. */
  | "closing"
  /** It ended, or was given up. */
  | "gone";

/** What a lane tells those who own it. */
export interface LaneEvents {
  ready(lane: Lane): void;
  setupFailed(lane: Lane, error: SentValue): void;
  /** A job is done; `payload` as in a reply. */
  done(job: Job, outcome: Outcome, payload: unknown): void;
  /** The first calls of a batch are done. */
  partlyDone(batch: Batch, results: readonly unknown[]): void;
  /** Calls of a batch did not run and are to wait again; the last one first. */
  givenBack(jobs: readonly Job[]): void;
  /** So many calls of a function took so long (ms). */
  measured(functionId: number, calls: number, milliseconds: number): void;
  /** Replies came, so that there may be room. */
  progressed(lane: Lane): void;
  items(job: Job, items: readonly SentValue[]): void;
  reported(jobId: number, value: SentValue): void;
  /** The worker wrote to its output. */
  wrote(lane: Lane, output: WorkerOutput): void;
  /** It waits for {@link Lane.flush} at the end of this turn. */
  hasOutgoing(lane: Lane): void;
  /** The finalizer is through. */
  closed(lane: Lane, error: SentValue | null): void;
  /** The worker is gone, also after a kill; called once. */
  ended(lane: Lane, end: WorkerEnd): void;
}

/** What a worker is told at its start. */
export interface LaneStart {
  readonly setup: readonly SetupCall[];
  readonly finalizer: SetupCall | null;
  readonly reportMemory: boolean;
  readonly identity?: Identity;
}

/** What a lane had when it ended. */
export interface LaneRemains {
  /** Begun, or nobody can tell; some may be settled, because they were aborted. */
  readonly begun: Job[];
  /** Never begun: these can go to another worker. */
  readonly waiting: Job[];
}

/** Milliseconds of estimated work that are sent ahead, so that a worker never waits for the host. */
export const AHEAD = 2;
/** Jobs that are sent without waiting for the end of the turn. */
const FLUSH_AT = 256;
/** Most calls of a batch: so many small arguments fit into a slot. */
const MOST_CALLS = 64;

/** One worker: what it was given, and the wire to it. */
export class Lane {
  readonly workerId: number;
  /** Stable place among the workers of the pool; a replacement takes it over. */
  readonly seat: number;
  readonly name: string;
  state: LaneState = "starting";
  /** When it last became idle, or said something, on the clock of the scheduler. */
  lastSign = 0;
  /** Calls that were given to it in its life. */
  given = 0;
  /** Bytes that it last said it uses. */
  memory = 0;
  /** Jobs for this very worker that wait for its set-up, or for a cell. */
  readonly owed: Job[] = [];
  /** What the worker died of, in its own words. */
  dying: { readonly exitCode: number | null; readonly error: SentValue | null } | undefined;
  /** The list of the roster that it is on, and where there. */
  list: Lane[] | undefined;
  listIndex = 0;
  readonly #events: LaneEvents;
  readonly #claims: HostClaims | undefined;
  readonly #slots: SlotWire | undefined;
  readonly #transport: Transport;
  readonly #neighbour: Neighbour;
  readonly #cells = new Cells();
  /** By id: functions that the worker has met. Once it has found one, calls of that may go through slots. */
  readonly #functions: ("defined" | "found" | undefined)[] = [];
  #outgoing: Outgoing | undefined;
  /** Jobs that were given in this turn. */
  #unflushed = 0;
  #exclusive = false;
  /** Whether it may be sent jobs while it has others. */
  readonly #ahead: boolean;
  /** What runs takes longer than was thought, or was told to end: nothing more until it has. */
  #stalled = false;

  /** Starts the worker; throws what the adapter throws. */
  constructor(
    adapter: WorkerAdapter,
    spec: WorkerSpec & { readonly seat: number; readonly ahead?: boolean },
    start: LaneStart,
    events: LaneEvents,
  ) {
    this.workerId = spec.workerId;
    this.seat = spec.seat;
    this.name = spec.name;
    this.#events = events;
    const { wrapText } = adapter;
    // The memory that a worker uses is told by messages alone.
    if (wrapText && !start.reportMemory) {
      this.#slots = new SlotWire(wrapText, {
        attend: () => this.#transport.post({ type: "attend" }),
        done: () => this.#receiveSlots(),
      });
    }
    this.#neighbour = new Neighbour(adapter, spec, {
      message: (message) => this.#receive(message),
      exit: (end) => this.#end(end),
      output: (output) => this.#events.wrote(this, output),
    });
    const { transport, place } = this.#neighbour;
    this.#transport = transport;
    this.#claims = adapter.traits.sharedMemory ? new Claims() : transport.claims;
    this.#ahead = spec.ahead !== false && this.#claims !== undefined;
    try {
      transport.post({
        type: "start",
        workerId: spec.workerId,
        claims: this.#claims?.buffer ?? null,
        slots: this.#slots?.memory ?? null,
        ...(place && { place }),
        ...start,
      });
    } catch (error) {
      this.state = "gone";
      transport.terminate();
      throw error;
    }
  }

  /** Jobs that it has and that were not taken back. */
  get outstanding(): number {
    return this.#cells.outstanding;
  }

  /** Milliseconds of work that it has by what is known now; much may have been learnt since it was given. */
  get ahead(): number {
    return this.#cells.ahead;
  }

  /** Takes jobs, has none, and has passed all that were taken back. */
  get idle(): boolean {
    return this.state === "open" && this.#cells.empty;
  }

  /** Has no cell left; those of jobs that were taken back stay taken until the worker has passed them. */
  get full(): boolean {
    return this.#cells.full;
  }

  /** True where a job of this cost (ms) would not wait long. */
  accepts(job: Job, cost: number): boolean {
    if (this.state !== "open" || this.#stalled) return false;
    if (this.full) return false;
    if (this.outstanding === 0) return true;
    if (job.movesOnce || this.#exclusive || !this.#ahead) return false;
    return this.#cells.load + cost <= AHEAD;
  }

  /** How many small calls of a function it takes together, in one slot. */
  batchOf(fn: KnownFunction): number {
    if (!this.#slots || !this.#ahead || !fn.batches || this.#cells.messages > 0) return 1;
    if (this.#functions[fn.id] !== "found") return 1;
    const time = Math.min(LONG, AHEAD - this.#cells.load);
    return Math.min(MOST_CALLS, Math.floor(time / fn.estimate));
  }

  /** Hands a job over; it leaves with the next {@link flush}. */
  give(job: Job, cost: number): void {
    this.#cells.give(job, Math.min(cost, AHEAD));
    job.state = "placed";
    job.lane = this;
    this.given++;
    this.#exclusive = job.movesOnce;
    this.#claims?.offer(job.cell, job.id);
    if (!this.#sendBySlot(job)) {
      this.#cells.noteMessage(job.cell);
      this.#addOutgoing(job);
    }
    if (this.#unflushed++ === 0) this.#events.hasOutgoing(this);
    // In a long turn of the host, workers can begin meanwhile.
    else if (this.#unflushed % FLUSH_AT === 0) this.#send();
  }

  #addOutgoing(job: Job): void {
    const outgoing = this.#outgoing ??= new Outgoing();
    const { fn } = job;
    if (this.#functions[fn.id] === undefined) {
      this.#functions[fn.id] = "defined";
      outgoing.define.push({ id: fn.id, reference: fn.reference });
    }
    outgoing.add(job);
  }

  /** The fast lane. It must not overtake jobs that went by message. */
  #sendBySlot(job: Job): boolean {
    if (!this.#slots) return false;
    this.#slots.listen();
    return this.#cells.messages === 0 && this.#functions[job.fn.id] === "found" &&
      this.#slots.send(job);
  }

  /** Sends what was given in this turn: one message, one wake-up. */
  flush(): void {
    this.#unflushed = 0;
    this.#send();
  }

  #send(): void {
    if (this.state === "gone") return;
    this.#slots?.wake();
    const outgoing = this.#outgoing;
    if (!outgoing) return;
    this.#outgoing = undefined;
    const { define, records, transfer } = outgoing;
    try {
      this.#transport.post({ type: "run", define, jobs: records }, transfer);
      this.#slots?.announceMail();
    } catch (error) {
      this.#flushSingly(records, define, error);
    }
  }

  /** The runtime refused a value that looked sound: only that one job fails. */
  #flushSingly(
    records: readonly unknown[],
    define: FunctionDefinition[],
    cause: unknown,
  ): void {
    this.#transport.post({ type: "run", define, jobs: [] });
    readJobs(records, (record) => {
      // One that moves its buffers has a message of its own, and they may be detached already.
      if (this.#cells.at(record.cell)?.movesOnce) return this.#refuse(record.cell, cause);
      const jobs: unknown[] = [];
      writeJob(jobs, record);
      try {
        this.#transport.post({ type: "run", define: [], jobs });
      } catch (error) {
        this.#refuse(record.cell, error);
      }
    });
    this.#slots?.announceMail();
    this.#events.progressed(this);
  }

  #refuse(cell: number, cause: unknown): void {
    const job = this.#pass(cell);
    // It was taken back in the same turn.
    if (!job) return;
    this.#events.done(
      job,
      Outcome.error,
      new MaybeEncodingError(`Cannot send args: ${cause}`, { path: "args", cause }),
    );
  }

  /** Takes back a job that was not begun; false when it was, or when nobody can tell. */
  takeBack(job: Job): boolean {
    if (job.lane !== this || !this.#claims?.takeBack(job.cell)) return false;
    this.#leave(job);
    job.lane = undefined;
    return true;
  }

  /** Its running job is a long one: takes back what was not begun and can go elsewhere, last first. */
  stall(): Job[] {
    // A worker in a long call does not ring for what it finished before, and the host may have been busy.
    if (this.#takeSlots()) {
      this.#events.progressed(this);
      return [];
    }
    this.#stalled = this.outstanding > 0;
    const jobs: Job[] = [];
    // The worker may begin the next ones meanwhile: none that came after one that was taken back.
    for (const job of this.#cells.lastFirst()) {
      if (job.state !== "placed" || job.movesOnce || job.pinned) continue;
      if (this.takeBack(job)) jobs.push(...(job instanceof Batch ? job.giveBack(0) : [job]));
      else if (job instanceof Batch) jobs.push(...this.#stopBatch(job).rest);
    }
    return jobs;
  }

  /** Settles what is done of a batch; returns the call that was begun last, and those that were not. */
  #stopBatch(batch: Batch): { readonly last: Job; readonly rest: Job[] } {
    const results = this.#slots!.stopBatch(batch.cell);
    this.#events.partlyDone(batch, results);
    return { last: batch.call(results.length), rest: batch.giveBack(results.length + 1) };
  }

  /**
   * When a job began, or `undefined` while it waits or its module is imported; before all time where
   * nobody can tell.
   */
  startedAt(job: Job): number | undefined {
    if (!this.#claims) return -Infinity;
    if (this.#claims.state(job.cell) === "waiting") return undefined;
    const time = this.#claims.startedAt(job.cell);
    return time === Infinity ? undefined : time;
  }

  /** True once the worker has begun a job, or where nobody can tell: it cannot be taken back. */
  begun(job: Job): boolean {
    return this.#claims?.state(job.cell) !== "waiting";
  }

  /** True when the job is through and its reply on the way; the worker may be busy with the next. */
  finished(job: Job): boolean {
    return this.#claims?.state(job.cell) === "done";
  }

  /** Index of the item of a chunk that was begun last. */
  currentItem(job: Job): number {
    return this.#claims?.currentItem(job.cell) ?? 0;
  }

  /** The name of the task of a job that it has. */
  taskOf(jobId: number | undefined): string | undefined {
    return jobId === undefined ? undefined : this.#cells.find(jobId)?.fn.name;
  }

  /** Tells the running job to end. */
  abort(job: Job, reason: SentValue): void {
    this.#stalled = true;
    // The worker must have met the job.
    this.flush();
    this.#post({ type: "abort", jobId: job.id, reason });
  }

  /** The consumer of a stream takes more. */
  credit(job: Job, items: number): void {
    this.#post({ type: "credit", cell: job.cell, items });
  }

  /** Takes no more jobs, finishes those it has, runs the finalizer and ends. */
  retire(): void {
    if (this.state === "open" || this.state === "starting") this.state = "retiring";
    if (this.state === "retiring" && this.outstanding === 0) {
      this.state = "closing";
      this.#post({ type: "close" });
    }
  }

  /** Ends the worker now; what it had is given back. */
  kill(): LaneRemains {
    const remains = this.bury();
    this.#transport.terminate();
    return remains;
  }

  #post(message: ToWorker): void {
    if (this.state === "gone") return;
    this.#transport.post(message);
    this.#slots?.announceMail();
  }

  #receive(message: FromWorker): void {
    if (this.state === "gone") return;
    switch (message.type) {
      case "ready":
        if (this.state === "starting") this.state = "open";
        return this.#events.ready(this);
      case "setupFailed":
        return this.#events.setupFailed(this, message.error);
      case "done":
        return this.#receiveReplies(message);
      case "items":
        return this.#forLiveJob(message.cell, (job) => this.#events.items(job, message.items));
      case "progress":
        return this.#forLiveJob(
          message.cell,
          () => this.#events.reported(message.jobId, message.value),
        );
      case "dying":
        this.dying = message;
        return;
      case "mail":
        return this.#neighbour.receive(message.letters);
      case "closed":
        return this.#events.closed(this, message.error);
    }
  }

  #forLiveJob(cell: number, act: (job: Job) => void): void {
    const job = this.#cells.at(cell);
    if (job && job.state === "placed") act(job);
  }

  #receiveReplies({ replies, times, memory }: FromWorker & { readonly type: "done" }): void {
    if (memory !== undefined) this.memory = memory;
    this.#stalled = false;
    for (let i = 0; i < times.length; i += 3) {
      this.#events.measured(times[i]!, times[i + 1]!, times[i + 2]!);
    }
    readReplies(replies, (cell, outcome, payload) => {
      const sent = this.#cells.at(cell);
      // Before another job has the slot.
      const batch = sent instanceof Batch ? this.#stopBatch(sent) : undefined;
      const job = this.#pass(cell);
      if (!job) return;
      this.#functions[job.fn.id] = "found";
      this.#events.done(batch?.last ?? job, outcome, payload);
      if (!batch) return;
      // A result that no slot takes ends a batch.
      job.fn.batches = false;
      this.#events.givenBack(batch.rest);
    });
    this.#events.progressed(this);
  }

  #receiveSlots(): void {
    if (this.state === "gone") return;
    this.#stalled = false;
    this.#takeSlots();
    this.#events.progressed(this);
    // Also while it has nothing but jobs to pass that were taken back: only then is it idle.
    if (!this.#cells.empty) this.#slots!.listen();
  }

  /** Settles what is finished in slots, if anything: these results outlive their worker. */
  #takeSlots(): boolean {
    let fn: KnownFunction | undefined;
    let taken = false, calls = 0, milliseconds = 0;
    const tell = (): void => {
      if (fn) this.#events.measured(fn.id, calls, milliseconds);
    };
    this.#slots?.take((cell, outcome, elapsed, payload) => {
      const job = this.#pass(cell);
      taken = true;
      if (!job) return;
      if (job.fn !== fn) {
        tell();
        fn = job.fn;
        calls = milliseconds = 0;
        this.#functions[fn.id] = "found";
      }
      milliseconds += elapsed;
      if (job instanceof Batch) {
        calls += (payload as unknown[]).length;
        this.#events.partlyDone(job, payload as unknown[]);
      } else {
        calls += job.calls;
        this.#events.done(job, outcome, payload);
      }
    });
    tell();
    return taken;
  }

  #leave(job: Job): void {
    this.#cells.leave(job);
    if (this.outstanding === 0) this.#exclusive = false;
  }

  /** The worker is done with a cell; gives its job, unless that was taken back. */
  #pass(cell: number): Job | undefined {
    const job = this.#cells.at(cell);
    if (job) this.#leave(job);
    this.#cells.release(cell);
    this.#claims?.release(cell);
    return job;
  }

  #end(end: WorkerEnd): void {
    const { dying } = this;
    this.#neighbour.end();
    this.#events.ended(this, dying ? { ...end, exitCode: dying.exitCode ?? end.exitCode } : end);
  }

  /** The worker ended or is given up; says what it had. */
  bury(): LaneRemains {
    this.#takeSlots();
    this.#slots?.close();
    const begun: Job[] = [], waiting: Job[] = [];
    const unsent = new Set(this.#outgoing?.jobs);
    for (const job of this.#cells.lastFirst()) {
      const untouched = unsent.has(job) ||
        (!job.movesOnce && this.#claims?.takeBack(job.cell) === true);
      if (!(job instanceof Batch)) {
        (untouched ? waiting : begun).push(job);
      } else if (untouched) {
        waiting.push(...job.giveBack(0));
      } else {
        const { last, rest } = this.#stopBatch(job);
        waiting.push(...rest);
        begun.push(last);
      }
    }
    this.state = "gone";
    return { begun, waiting };
  }
}
