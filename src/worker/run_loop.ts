/** The one place where work meets a worker: runs the jobs it is sent, one after the other. */
import { timestamp, type WorkerClaims } from "../protocol/claims.ts";
import { encode, type Encoded } from "../protocol/encode.ts";
import { exactJson } from "../protocol/exact_json.ts";
import { isPrimitive } from "../protocol/primitive.ts";
import { JobMode, type JobRecord, Outcome, readJobs, type ToWorker } from "../protocol/messages.ts";
import { revive } from "../protocol/revive.ts";
import type { Slots } from "../protocol/slots.ts";
import { type Answer, Answers } from "./answers.ts";
import { ChunkRun } from "./chunk.ts";
import { encodeThrown, refuseIterator } from "./failures.ts";
import { Intake } from "./intake.ts";
import { RunningTask } from "./running_task.ts";
import type { LoopStart, WorkerServices } from "./services.ts";
import { canRevive, loadRevivers } from "./shared_things.ts";
import { StreamPump } from "./stream_pump.ts";
import type { FoundFunction, FunctionTable } from "./task_lookup.ts";
import { afterTicks, isThenable } from "./thenable.ts";

/** An async task that settles within this many microtasks holds up no earlier result. */
const TICKS_BEFORE_FLUSH = 4;

/** Runs jobs in the order in which they came; one at a time, async ones too. */
export class RunLoop {
  readonly #services: WorkerServices;
  readonly #functions: FunctionTable;
  readonly #claims: WorkerClaims | undefined;
  readonly #workerId: number;
  readonly #answers: Answers;
  readonly #intake: Intake;
  readonly #slots: Slots | undefined;
  #busy = false;
  #job: JobRecord | undefined;
  /** The job has sent messages, which its result must not overtake. */
  #talked = false;
  #task: RunningTask | undefined;
  /** Which call of a batch it is. */
  #index = 0;
  #stream: StreamPump | undefined;
  /** When the current job began, and the one before it ended. */
  #began = 0;
  /** When the event loop is due its turn. */
  #turnEnds = 0;

  constructor(services: WorkerServices, functions: FunctionTable, start: LoopStart) {
    this.#services = services;
    this.#functions = functions;
    this.#claims = start.claims;
    this.#workerId = start.workerId;
    this.#slots = start.slots;
    this.#intake = new Intake(start.slots);
    this.#answers = new Answers(services, start.slots, start.reportMemory);
  }

  /** The context of the job that runs now; made when asked for. */
  get context(): RunningTask | undefined {
    return this.#job && (this.#task ??= this.#createTask(this.#job));
  }

  receive({ define, jobs }: ToWorker & { readonly type: "run" }): void {
    this.#functions.define(define);
    readJobs(jobs, (job) => this.#intake.push(job));
  }

  /** A message came that the host had announced beside the slots. */
  mailCame(): void {
    this.#slots?.mailCame();
  }

  /** Looks for work; to be called after every message. */
  attend(): void {
    if (!this.#busy) this.#beginTurn();
  }

  /** Ends a job by its number: its cell may be another job's by now, sent by slot after the abort. */
  abort(jobId: number, reason: unknown): void {
    if (!this.#job || jobId !== this.#jobIdOf(this.#job)) return;
    this.context?.abort(reason);
    this.#stream?.stop();
  }

  credit(cell: number, items: number): void {
    if (this.#job?.cell === cell) this.#stream?.grant(items);
  }

  /** Sends what is finished; the way out of a worker calls it too. */
  flush(): void {
    this.#stream?.flush();
    this.#answers.flush();
  }

  /** The event loop has had its turn. */
  #beginTurn = (): void => {
    this.#began = timestamp();
    this.#turnEnds = this.#began + this.#services.yieldAfter;
    this.#drain();
  };

  /** Lets timers, and messages that wait, have their turn. */
  #yieldTurn(): void {
    this.#services.yieldTurn(this.#beginTurn);
  }

  /** Runs jobs until one has to be waited for or none is left. */
  #drain(): void {
    this.#busy = true;
    for (;;) {
      const job = this.#intake.take();
      if (typeof job === "object") {
        const running = this.#begin(job);
        if (running) return this.#await(running);
        if (this.#began < this.#turnEnds) continue;
      }
      this.flush();
      if (job === "mail" && this.#intake.park()) break;
      if (job !== undefined) return this.#yieldTurn();
      if (!this.#intake.rest()) break;
      this.#began = timestamp();
    }
    this.#busy = false;
  }

  #await(running: Promise<void>): void {
    const job = this.#job;
    afterTicks(TICKS_BEFORE_FLUSH, () => {
      if (this.#job === job) this.flush();
    });
    running.then(this.#resume);
  }

  /** Tasks that are async in name only would let no timer fire: they end within microtasks. */
  #resume = (): void => {
    if (this.#began < this.#turnEnds) return this.#drain();
    this.flush();
    this.#yieldTurn();
  };

  /** Starts a job; a promise (that never rejects) only when there is something to wait for. */
  #begin(job: JobRecord): Promise<void> | undefined {
    if (job.risky || this.#answers.isDue(this.#began)) this.flush();
    const posted = job.risky ? this.#services.posted?.() : undefined;
    return posted ? this.#claimAfter(posted, job) : this.#claimAndRun(job);
  }

  async #claimAfter(posted: Promise<void>, job: JobRecord): Promise<void> {
    await posted;
    this.#began = timestamp();
    await this.#claimAndRun(job);
  }

  #claimAndRun(job: JobRecord): Promise<void> | undefined {
    if (this.#claims && !this.#claims.claim(job.cell, this.#began, job.jobId)) {
      return void this.#answers.skip(job.cell);
    }
    this.#job = job;
    this.#talked = job.mode === JobMode.stream;
    this.#task = undefined;
    this.#index = 0;
    const found = this.#functions.known(job.functionId);
    if (!found || (job.marked && !canRevive())) return this.#findAndRun(job);
    return this.#run(job, found);
  }

  async #findAndRun(job: JobRecord): Promise<void> {
    let found: FoundFunction;
    // A time limit is for the task, not for the import of its module, or it could never be met.
    this.#claims?.startAt(job.cell, Infinity);
    try {
      found = await this.#functions.find(job.functionId);
      if (job.marked) await loadRevivers(this.#services);
    } catch (error) {
      return this.#fail(job, error);
    }
    this.#began = timestamp();
    this.#claims?.startAt(job.cell, this.#began);
    await this.#run(job, found);
  }

  #run(job: JobRecord, found: FoundFunction): Promise<void> | undefined {
    if (job.mode === JobMode.batch) return this.#runBatch(job, found);
    const { runWith } = this.#services;
    let result: unknown;
    try {
      if (job.marked && !isChunk(job)) revive(job.args);
      result = runWith
        ? runWith(this.context!, () => this.#call(job, found))
        : this.#call(job, found);
      if (isThenable(result)) return this.#awaitResult(job, result, found.inline);
    } catch (error) {
      return this.#fail(job, error, found.inline);
    }
    return this.#succeed(job, result);
  }

  #call(job: JobRecord, { fn, inline }: FoundFunction): unknown {
    const { args, cell } = job;
    switch (job.mode) {
      case JobMode.call:
        // The usual call, without the cost of spreading.
        return args.length === 1 ? fn(args[0]) : fn(...args);
      case JobMode.stream:
        return this.#runStream(cell, fn(...args));
      default: {
        const one = job.mode === JobMode.map
          ? fn as (item: unknown) => unknown
          : (item: unknown) => fn(...item as unknown[]);
        // An item that cannot be revived costs only itself.
        const call = job.marked ? (item: unknown) => one(revive(item)) : one;
        return new ChunkRun(args, { call, claims: this.#claims, cell, inline }).run();
      }
    }
  }

  /** Leaves each result in the slot at once; the first that no slot takes ends the batch, by message. */
  #runBatch(job: JobRecord, { fn, inline }: FoundFunction): Promise<void> | undefined {
    const { cell, args } = job;
    const slots = this.#slots!;
    for (let index = 0; index < args.length; index++) {
      if (index > 0) {
        // The host, which stops the batch before it reads this, may see the time of a call that did not begin.
        if (job.risky) this.#claims?.startAt(cell, timestamp());
        if (!slots.beginNext(cell, index)) return this.#finishBatch(job, index);
        this.#task = undefined;
        this.#index = index;
      }
      let result: unknown;
      try {
        result = fn(args[index]);
        if (isThenable(result)) return this.#awaitResult(job, result, inline);
      } catch (error) {
        return this.#fail(job, error, inline);
      }
      if (!isPrimitive(result) || this.#talked || !slots.addResult(cell, index, result)) {
        return this.#succeed(job, result);
      }
    }
    this.#finishBatch(job, args.length);
  }

  #finishBatch(job: JobRecord, count: number): undefined {
    this.#answers.sendBatch(job.cell, count, this.#end(job));
  }

  #awaitResult(job: JobRecord, result: PromiseLike<unknown>, inline: boolean): Promise<void> {
    return Promise.resolve(result).then(
      (value) => this.#succeed(job, value),
      (error) => this.#fail(job, error, inline),
    );
  }

  #runStream(cell: number, iterable: unknown): Promise<void> {
    this.flush();
    const stream = this.#stream = new StreamPump(iterable, (items, transfer) => {
      this.#services.post({ type: "items", cell, items }, transfer);
    });
    return stream.run().finally(() => this.#stream = undefined);
  }

  #succeed(job: JobRecord, value: unknown): undefined {
    if (isPrimitive(value)) return this.#finish(job, { outcome: Outcome.value, payload: value });
    if (isChunk(job)) return this.#finish(job, (value as ChunkRun).answer());
    const text = typeof value === "object" ? exactJson(value!) : undefined;
    if (text !== undefined) return this.#finish(job, { outcome: Outcome.text, payload: text });
    let encoded: Encoded;
    try {
      // Most other results are small and plain: their bytes are the copy.
      if (this.#fitsSlot(job, value)) return this.#finishInSlot(job, Outcome.value);
      refuseIterator(value);
      encoded = encode(value, "result");
    } catch (error) {
      return this.#fail(job, error);
    }
    const { value: payload, marked, transfer } = encoded;
    const outcome = marked ? Outcome.markedValue : Outcome.value;
    this.#finish(job, { outcome, payload, transfer });
  }

  #fail(job: JobRecord, error: unknown, inline = false): undefined {
    const { value: payload, transfer } = encodeThrown(error, inline);
    this.#finish(job, { outcome: Outcome.error, payload, transfer });
  }

  #finish(job: JobRecord, answer: Answer): undefined {
    const { outcome, payload } = answer;
    const plain = outcome === Outcome.value || outcome === Outcome.text;
    if (plain && isPrimitive(payload) && this.#fitsSlot(job, payload)) {
      return this.#finishInSlot(job, outcome);
    }
    const calls = isChunk(job) ? job.args.length : this.#index + 1;
    this.#answers.post(job, calls, this.#end(job), answer);
  }

  /** Writes a result that may go by slot. */
  #fitsSlot(job: JobRecord, result: unknown): boolean {
    return !this.#talked && job.mode !== JobMode.batch && this.#answers.write(job.cell, result);
  }

  #finishInSlot(job: JobRecord, outcome: Outcome): undefined {
    this.#answers.sendSlot(job.cell, outcome, this.#end(job));
  }

  /** The job is done; returns the milliseconds it took. */
  #end(job: JobRecord): number {
    this.#claims?.finish(job.cell, job.risky);
    this.#job = undefined;
    const began = this.#began;
    this.#began = timestamp();
    return this.#began - began;
  }

  /** The number of the call that runs. */
  #jobIdOf({ jobId, step = 0 }: JobRecord): number {
    return jobId + this.#index * step;
  }

  #createTask(job: JobRecord): RunningTask {
    const index = this.#index;
    const jobId = this.#jobIdOf(job);
    return new RunningTask(jobId, this.#workerId, ({ value, marked, transfer }) => {
      // Said after the end: its cell may be another job's by now.
      if (this.#job !== job || this.#index !== index) return;
      this.#talked = true;
      this.#services.post(
        { type: "progress", cell: job.cell, jobId, value: { value, marked } },
        transfer,
      );
    });
  }
}

function isChunk({ mode }: JobRecord): boolean {
  return mode === JobMode.map || mode === JobMode.starmap;
}
