/**
 * The host's side of one worker: its life, whether it takes a job, and what it had when it ended. The ways
 * there and back are `sender.ts` and `receiver.ts`; where its jobs sit meanwhile is `cells.ts`.
 */
import { Claims } from "../protocol/claims.ts";
import { type FromWorker, Outcome, type SentValue } from "../protocol/messages.ts";
import type { Spin } from "../protocol/spin.ts";
import type { WorkerAdapter, WorkerEnd, WorkerSpec } from "./backend.ts";
import { Batch } from "./batch.ts";
import { Cells } from "./cells.ts";
import type { Deadline } from "./deadlines.ts";
import { MaybeEncodingError } from "./errors.ts";
import type { KnownFunction } from "./functions.ts";
import type { Job } from "./job.ts";
import type { LaneEvents, LaneRemains, LaneStart, LaneState } from "./lane_events.ts";
import { Neighbour } from "./neighbour.ts";
import { LONG } from "./outgoing.ts";
import { Receiver } from "./receiver.ts";
import { type Refusal, Sender } from "./sender.ts";
import { SlotWire } from "./slot_wire.ts";

/** Milliseconds of estimated work that are sent ahead, so that a worker never waits for the host. */
export const AHEAD = 2;
/** Most calls of a batch: so many small arguments fit into a slot. */
const MOST_CALLS = 64;
/** Milliseconds of estimated work that are not worth a sleep of the host. */
const QUICK = 0.01;

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
  /** For its start, or its end: until then it must be through. */
  deadline: Deadline | undefined;
  /** The list of the roster that it is on, and where there. */
  list: Lane[] | undefined;
  listIndex = 0;
  /** Where its jobs sit, and how far the worker is with them. */
  readonly cells: Cells;
  readonly #events: LaneEvents;
  readonly #slots: SlotWire | undefined;
  readonly #neighbour: Neighbour;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  /** Its job moves its buffers, and has the worker for itself. */
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
        attend: () => this.#neighbour.transport.post({ type: "attend" }),
        done: () => this.#receiveSlots(),
      });
    }
    this.#neighbour = new Neighbour(adapter, spec, {
      message: (message) => this.#receive(message),
      exit: (end) => this.#end(end),
      output: (output) => this.#events.wrote(this, output),
    });
    const { transport, place } = this.#neighbour;
    const claims = adapter.traits.sharedMemory ? new Claims() : transport.claims;
    this.#ahead = spec.ahead !== false && claims !== undefined;
    const slots = this.#slots;
    const cells = this.cells = new Cells(claims);
    const sender = this.#sender = new Sender(transport, {
      slots,
      cells,
      refused: (refusals) => this.#refuse(refusals),
    });
    this.#receiver = new Receiver(events, { cells, sender, slots });
    try {
      transport.post({
        type: "start",
        workerId: spec.workerId,
        claims: claims?.buffer ?? null,
        slots: slots?.memory ?? null,
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
    return this.cells.outstanding;
  }

  /** Takes jobs, has none, and has passed all that were taken back. */
  get idle(): boolean {
    return this.state === "open" && this.cells.empty;
  }

  /** True where a job of this cost (ms) would not wait long. */
  accepts(job: Job, cost: number): boolean {
    if (this.state !== "open" || this.#stalled) return false;
    if (this.cells.full) return false;
    if (this.outstanding === 0) return true;
    if (job.movesOnce || this.#exclusive || !this.#ahead) return false;
    return this.cells.load + cost <= AHEAD;
  }

  /** How many small calls of a function it takes together, in one slot. */
  batchOf(fn: KnownFunction): number {
    if (!this.#ahead || !fn.batches || !this.#sender.usesSlots(fn)) return 1;
    const time = Math.min(LONG, AHEAD - this.cells.load);
    return Math.min(MOST_CALLS, Math.floor(time / fn.estimate));
  }

  /** Hands a job over; it leaves with the next {@link flush}. */
  give(job: Job, cost: number): void {
    this.cells.give(job, Math.min(cost, AHEAD));
    job.state = "placed";
    job.lane = this;
    this.given++;
    this.#exclusive = job.movesOnce;
    if (this.#sender.add(job)) this.#events.hasOutgoing(this);
  }

  /** Sends what was given in this turn: one message, one wake-up. */
  flush(): void {
    this.#sender.flush();
  }

  /** Its worker is near, and through with all that it has in no time. */
  get isQuick(): boolean {
    return this.outstanding > 0 && this.cells.load <= QUICK && this.cells.messages === 0 &&
      this.#slots?.near === true;
  }

  /** Looks for results of such a worker for a while. */
  lookOut(spin: Spin): void {
    this.#slots!.lookOut(spin);
  }

  /** Takes back a job that was not begun; false when it was, or when nobody can tell. */
  takeBack(job: Job): boolean {
    if (job.lane !== this || !this.cells.takeBack(job)) return false;
    job.lane = undefined;
    return true;
  }

  /** Its running job is a long one: takes back what was not begun and can go elsewhere, last first. */
  stall(): Job[] {
    // A worker in a long call does not ring for what it finished before, and the host may have been busy.
    if (this.#receiver.takeSlots()) {
      this.#events.progressed(this);
      return [];
    }
    this.#stalled = this.outstanding > 0;
    const jobs: Job[] = [];
    const all = this.cells.lastFirst();
    const runs = all.some((job) => this.cells.begun(job) && !this.cells.finished(job));
    // A worker that runs nothing reads its messages. It would read the next job for as long if that came again.
    const next = runs ? undefined : all.at(-1);
    // The worker may begin the next ones meanwhile: none that came after one that was taken back.
    for (const job of all) {
      if (job === next || job.state !== "placed" || job.movesOnce || job.pinned) continue;
      if (this.takeBack(job)) jobs.push(...this.#partsOf(job));
      else if (job instanceof Batch) jobs.push(...this.#receiver.cutBatch(job));
    }
    return jobs;
  }

  /** Makes jobs of the calls of a batch; the one that runs, if any does, stays in the place of the batch. */
  divide(batch: Batch): { readonly running: Job | undefined; readonly rest: Job[] } {
    if (this.takeBack(batch)) return { running: undefined, rest: this.#partsOf(batch) };
    const { last, rest } = this.#receiver.stopBatch(batch);
    this.cells.replace(batch, last);
    last.state = "placed";
    last.lane = this;
    return { running: last, rest };
  }

  /** A job that was not begun, as those that can wait again. */
  #partsOf(job: Job): Job[] {
    return job instanceof Batch ? this.#receiver.takeApart(job) : [job];
  }

  /** The name of the task of a job that it has. */
  taskOf(jobId: number | undefined): string | undefined {
    return jobId === undefined ? undefined : this.cells.find(jobId)?.fn.name;
  }

  /** Tells the running job to end. */
  abort(job: Job, reason: SentValue): void {
    this.#stalled = true;
    // The worker must have met the job.
    this.flush();
    this.#sender.post({ type: "abort", jobId: job.id, reason });
  }

  /** The consumer of a stream takes more. */
  credit(job: Job, items: number): void {
    this.#sender.post({ type: "credit", cell: job.cell, items });
  }

  /** Takes no more jobs, finishes those it has, runs the finalizer and ends. */
  retire(): void {
    if (this.state === "open" || this.state === "starting") this.state = "retiring";
    if (this.state === "retiring" && this.outstanding === 0) {
      this.state = "closing";
      this.#sender.post({ type: "close" });
    }
  }

  /** Ends the worker now; what it had is given back. */
  kill(): LaneRemains {
    const remains = this.bury();
    this.#neighbour.transport.terminate();
    return remains;
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
    const job = this.cells.at(cell);
    if (job && job.state === "placed") act(job);
  }

  #receiveReplies(message: FromWorker & { readonly type: "done" }): void {
    if (message.memory !== undefined) this.memory = message.memory;
    this.#stalled = false;
    this.#receiver.takeReplies(message);
    this.#events.progressed(this);
  }

  #receiveSlots(): void {
    if (this.state === "gone") return;
    this.#stalled = false;
    this.#receiver.takeSlots();
    this.#events.progressed(this);
    // Also while it has nothing but jobs to pass that were taken back: only then is it idle.
    if (!this.cells.empty) this.#slots!.listen();
  }

  /** Jobs that could not be sent have failed. */
  #refuse(refusals: readonly Refusal[]): void {
    for (const { cell, cause } of refusals) {
      const job = this.cells.pass(cell);
      // It was taken back in the same turn.
      if (!job) continue;
      const error = new MaybeEncodingError(`Cannot send args: ${cause}`, { path: "args", cause });
      this.#events.done(job, Outcome.error, error);
    }
    this.#events.progressed(this);
  }

  #end(end: WorkerEnd): void {
    const { dying } = this;
    this.#neighbour.end();
    this.#events.ended(this, dying ? { ...end, exitCode: dying.exitCode ?? end.exitCode } : end);
  }

  /** The worker ended or is given up; says what it had. */
  bury(): LaneRemains {
    this.#receiver.takeSlots();
    this.#slots?.close();
    const begun: Job[] = [], waiting: Job[] = [];
    const unsent = new Set(this.#sender.unsent);
    for (const job of this.cells.lastFirst()) {
      const untouched = unsent.has(job) || (!job.movesOnce && this.cells.takeBack(job));
      if (untouched) {
        waiting.push(...this.#partsOf(job));
      } else if (!(job instanceof Batch)) {
        begun.push(job);
      } else {
        const { last, rest } = this.#receiver.stopBatch(job);
        waiting.push(...rest);
        begun.push(last);
      }
    }
    this.state = "gone";
    this.#sender.close();
    return { begun, waiting };
  }
}
