/**
 * Everything at once, in an order that a seed decides: what must hold whatever happens.
 * A failure names its seed; `STORM_SEED=n` runs that one alone.
 */
import { describe, it } from "node:test";
import process from "node:process";
import { assert, assertEquals } from "@std/assert";
import { PoolClosedError, QueueFullError } from "../../src/core/errors.ts";
import { encode } from "../../src/protocol/encode.ts";
import { type JobRecord, Outcome } from "../../src/protocol/messages.ts";
import type { FakeWorker } from "./fake_adapter.ts";
import { type Bench, bench, type Call } from "./fake_scheduler.ts";

const SEEDS = process.env.STORM_SEED
  ? [Number(process.env.STORM_SEED)]
  : Array.from({ length: 150 }, (_, n) => n + 1);
const STEPS = 250;

/** What a fake worker does at the moment. */
interface Activity {
  running: JobRecord | undefined;
  /** Finished, not yet told. */
  unsent: unknown[][];
}

interface Submitted {
  readonly call: Call;
  readonly controller: AbortController;
  readonly tries: number;
  readonly key: string | undefined;
  begun: number;
}

class Storm {
  readonly made: Bench;
  readonly random: () => number;
  readonly calls = new Map<number, Submitted>();
  readonly activities = new Map<FakeWorker, Activity>();
  /** Keys whose call runs, as far as somebody still waits for it. */
  readonly runningKeys = new Map<string, number>();
  readonly functions;

  constructor(made: Bench, random: () => number) {
    this.made = made;
    this.random = random;
    this.functions = [Infinity, 0.001, 0.01, 0.5, 30].map((estimate) => made.function(estimate));
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.random() * list.length)];
  }

  async step(): Promise<void> {
    const dice = this.random();
    if (dice < 0.3) this.submit();
    else if (dice < 0.8) this.work();
    else if (dice < 0.86) this.abort();
    else if (dice < 0.9) this.kill();
    else await this.made.advance(this.random() * (this.chance(0.1) ? 300 : 8));
    if (this.chance(0.7)) await this.made.turn();
    this.check();
  }

  submit(): void {
    const { chance, random } = { chance: this.chance.bind(this), random: this.random };
    for (let count = chance(0.1) ? 60 : 3; count > 0 && chance(0.95); count--) {
      const controller = new AbortController();
      const tries = chance(0.2) ? 1 + Math.floor(random() * 2) : 0;
      const key = chance(0.15) ? `key ${Math.floor(random() * 3)}` : undefined;
      const limits = {
        signal: chance(0.4) ? controller.signal : undefined,
        timeout: chance(0.1) ? random() * 50 : undefined,
        queueTimeout: chance(0.1) ? random() * 50 : undefined,
        retries: tries,
        grace: chance(0.3) ? random() * 30 : undefined,
      };
      const limited = limits.signal || limits.timeout || limits.queueTimeout || tries > 0;
      try {
        const call = this.made.submit({
          fn: this.pick(this.functions)!,
          args: [this.calls.size],
          key,
          priority: chance(0.2) ? Math.floor(random() * 5) - 2 : 0,
          limits: limited ? limits : undefined,
          transfer: chance(0.05) ? [] : undefined,
        });
        this.calls.set(call.job.id, { call, controller, tries, key, begun: 0 });
      } catch (error) {
        assert(error instanceof QueueFullError, String(error));
      }
    }
  }

  activity(worker: FakeWorker): Activity {
    let activity = this.activities.get(worker);
    if (!activity) this.activities.set(worker, activity = { running: undefined, unsent: [] });
    return activity;
  }

  work(): void {
    const worker = this.pick(this.made.adapter.living.filter((one) => one.claims || one.inbox));
    if (!worker) return;
    const activity = this.activity(worker);
    for (let count = this.chance(0.3) ? 20 : 2; count > 0; count--) {
      if (activity.running) this.finish(worker, activity);
      else this.begin(worker, activity);
      if (this.chance(0.1)) break;
    }
    if (this.chance(0.6)) this.flush(worker, activity);
  }

  begin(worker: FakeWorker, activity: Activity): void {
    const job = activity.running = worker.begin();
    if (!job) return;
    const submitted = this.calls.get(job.jobId)!;
    submitted.begun++;
    assert(submitted.begun <= 1 + submitted.tries, `job ${job.jobId} began too often`);
    if (submitted.key === undefined) return;
    const other = this.runningKeys.get(submitted.key);
    const waited = other !== undefined && this.calls.get(other)!.call.settled === 0;
    assert(!waited, `jobs ${other} and ${job.jobId} of ${submitted.key} at the same time`);
    this.runningKeys.set(submitted.key, job.jobId);
  }

  finish(worker: FakeWorker, activity: Activity): void {
    const job = activity.running!;
    activity.running = undefined;
    worker.finish(job);
    const { key } = this.calls.get(job.jobId)!;
    if (key !== undefined && this.runningKeys.get(key) === job.jobId) this.runningKeys.delete(key);
    activity.unsent.push(
      this.chance(0.8)
        ? [job.cell, Outcome.value, job.args[0]]
        : [job.cell, Outcome.error, encode(new Error("thrown"), "error").value],
    );
  }

  /** Results may come late, and in any order. */
  flush(worker: FakeWorker, { unsent }: Activity): void {
    const replies: unknown[] = [];
    while (unsent.length > 0) {
      replies.push(...unsent.splice(Math.floor(this.random() * unsent.length), 1)[0]!);
    }
    const times = this.chance(0.3) ? [this.pick(this.functions)!.id, 3, this.random() * 5] : [];
    if (replies.length > 0) worker.say({ type: "done", replies, times });
  }

  abort(): void {
    this.pick([...this.calls.values()])?.controller.abort("aborted");
  }

  kill(): void {
    const worker = this.pick(this.made.adapter.living);
    if (!worker) return;
    if (this.chance(0.5)) this.flush(worker, this.activity(worker));
    this.forget(this.activity(worker));
    worker.exit({ exitCode: this.chance(0.5) ? 1 : 0 });
  }

  /** What a dead worker ran is over. */
  forget({ running }: Activity): void {
    for (const [key, jobId] of this.runningKeys) {
      if (running?.jobId === jobId) this.runningKeys.delete(key);
    }
  }

  check(): void {
    let pending = 0;
    for (const { call } of this.calls.values()) {
      assert(call.settled <= 1, `job ${call.job.id} was settled ${call.settled} times`);
      if (call.settled === 0) pending++;
    }
    const { state } = this.made.host.alive;
    if (this.made.scheduler.life.open) assertEquals(state, pending > 0 ? "held" : "released");
    const { submitted, fulfilled, rejected, running, waiting } = this.made.scheduler.stats();
    assertEquals([submitted - fulfilled - rejected, running + waiting], [pending, pending]);
    assert(waiting >= 0 && running >= 0, `${waiting} wait, ${running} run`);
  }

  async end(): Promise<void> {
    if (this.chance(0.4)) this.made.scheduler.terminate(() => new PoolClosedError("terminated"));
    else this.made.scheduler.life.close();
    for (let i = 0; i < 5000 && !this.made.ended; i++) {
      for (const worker of this.made.adapter.living) {
        const activity = this.activity(worker);
        if (activity.running) this.finish(worker, activity);
        else this.begin(worker, activity);
        this.flush(worker, activity);
      }
      await this.made.advance(this.chance(0.05) ? 50 : 1);
    }
  }
}

describe("Scheduler in a storm", () => {
  it("settles every call exactly once, and keeps the program running just as long", async () => {
    for (const seed of SEEDS) {
      try {
        await weather(seed);
      } catch (error) {
        throw new Error(`STORM_SEED=${seed}: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        });
      }
    }
  });
});

async function weather(seed: number): Promise<void> {
  const random = seeded(seed);
  const chance = (probability: number): boolean => random() < probability;
  const workers = 1 + Math.floor(random() * 4);
  const made = await bench({
    workers,
    minWorkers: chance(0.5) ? workers : 0,
    maxTasksPerChild: chance(0.3) ? 1 + Math.floor(random() * 10) : undefined,
    idleTimeout: chance(0.3) ? random() * 50 : undefined,
    maxQueue: chance(0.3) ? Math.floor(random() * 20) : Infinity,
    whenFull: chance(0.5) ? "wait" : "reject",
    grace: random() * 40,
  }, { sharedMemory: chance(0.8), dies: true });
  const storm = new Storm(made, random);
  for (let step = 0; step < STEPS && made.scheduler.life.open; step++) await storm.step();
  await storm.end();
  assert(made.ended, "the pool did not end");
  for (const { call } of storm.calls.values()) {
    assertEquals(call.settled, 1, `job ${call.job.id} is ${call.state}`);
  }
  assertEquals([made.host.alive.state, made.adapter.living.length], ["ended", 0]);
  await made.advance(10_000);
  assertEquals(made.host.clock.pending, 0);
  storm.check();
}

function seeded(seed: number): () => number {
  let state = Math.imul(seed, 2654435761) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
