import { describe, it } from "node:test";
import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { TimeoutError } from "../../src/core/errors.ts";
import type { Job, JobDetails } from "../../src/core/job.ts";
import { type LimitActions, Limits } from "../../src/core/limits.ts";
import { SignalWatch } from "../../src/core/signal_watch.ts";
import type { CallTerms } from "../../src/core/terms.ts";
import { Batch } from "../../src/core/batch.ts";
import { CallLine } from "../../src/core/call_line.ts";
import { FakeClock } from "./fake_host.ts";
import { known, makeJob, makeLane } from "./fake_lanes.ts";

type Action = [name: keyof LimitActions, about: Job | CallLine, reason?: unknown];

/** @param running what is left of a batch that is divided */
function setUp(running?: Job): { limits: Limits; clock: FakeClock; actions: Action[] } {
  const clock = new FakeClock();
  const actions: Action[] = [];
  const limits = new Limits(clock, {
    abort: (job, reason) => void actions.push(["abort", job, reason]),
    cancelWaiting: (job, reason) => actions.push(["cancelWaiting", job, reason]),
    kill: (job) => void actions.push(["kill", job]),
    divide: (batch) => {
      actions.push(["divide", batch]);
      return running;
    },
    abortLine: (line, reason) => void actions.push(["abortLine", line, reason]),
  });
  return { limits, clock, actions };
}

describe("Limits", () => {
  it("queueTimeout counts from the submission and ends with a TimeoutError", async () => {
    const { limits, clock, actions } = setUp();
    const job = makeJob({ limits: { queueTimeout: 30 } });
    limits.accepted(job);
    await clock.advance(29);
    assertEquals(actions, []);
    await clock.advance(1);
    assertEquals(actions.map(([name]) => name), ["cancelWaiting"]);
    assertInstanceOf(actions[0]![2], TimeoutError);
    assertMatch(String(actions[0]![2]), /30 ms \(queueTimeout\)/);
    assertEquals(clock.pending, 0);
  });

  it("timeout counts from the start in the worker, not from the hand-over", async () => {
    const { limits, clock, actions } = setUp();
    const { lane, worker } = makeLane();
    const job = makeJob({ limits: { timeout: 50 } });
    lane.give(job, 0.01);
    lane.flush();
    limits.placed(job);
    await clock.advance(80);
    assertEquals(actions, []);
    worker.claims!.claim(job.cell, clock.now());
    await clock.advance(49);
    assertEquals(actions, []);
    await clock.advance(51);
    assertEquals(actions.map(([name]) => name), ["abort"]);
    assertInstanceOf(actions[0]![2], TimeoutError);
  });

  it("timeout counts from the hand-over where memory is not shared", async () => {
    const { limits, clock, actions } = setUp();
    const { lane } = makeLane({ sharedMemory: false });
    const job = makeJob({ limits: { timeout: 50 } });
    lane.give(job, 0.01);
    limits.placed(job);
    await clock.advance(50);
    assertEquals(actions.map(([name]) => name), ["abort"]);
  });

  it("timeout does not end a job whose reply is on its way", async () => {
    const { limits, clock, actions } = setUp();
    const { lane, worker } = makeLane();
    const job = makeJob({ limits: { timeout: 50 } });
    lane.give(job, 0.01);
    limits.placed(job);
    worker.claims!.claim(job.cell, clock.now());
    worker.claims!.finish(job.cell);
    await clock.advance(500);
    assertEquals(actions, []);
  });

  it("stopping() kills after the grace time, unless the job left before", async () => {
    const { limits, clock, actions } = setUp();
    const stays = makeJob({ limits: { timeout: 50 } }), leaves = makeJob();
    limits.stopping(stays, 100);
    limits.stopping(leaves, 100);
    limits.left(leaves);
    await clock.advance(100);
    assertEquals(actions, [["kill", stays]]);
    assertEquals(clock.pending, 0);
  });

  it("settled() lifts the queue deadline and lets go of the signal", async () => {
    const { limits, clock, actions } = setUp();
    const controller = new AbortController();
    const job = makeJob({ limits: { queueTimeout: 10, signal: controller.signal } });
    limits.accepted(job);
    limits.settled(job);
    assertEquals(clock.pending, 0);
    controller.abort();
    await clock.advance(20);
    assertEquals(actions, []);
  });

  /** A batch of a lane whose worker has begun it. */
  function runningBatch(
    { limits, clock }: { limits: Limits; clock: FakeClock },
    terms: CallTerms,
  ): { batch: Batch; startAt: (time: number) => void } {
    const { lane, worker } = makeLane();
    const start = { id: 100, step: 1, fn: known(0.01), terms };
    const batch = new Batch(start, [1, 2], [() => {}, () => {}]);
    lane.give(batch, 0.01);
    limits.placed(batch);
    worker.claims!.claim(batch.cell, clock.now());
    return { batch, startAt: (time) => worker.claims!.startAt(batch.cell, time) };
  }

  it("timeout of a batch counts from the start of the call that runs, and ends that one alone", async () => {
    const running = makeJob({ limits: { timeout: 50 } });
    const set = setUp(running);
    const { batch, startAt } = runningBatch(set, { limits: { timeout: 50 }, priority: 0 });
    await set.clock.advance(40);
    startAt(set.clock.now());
    await set.clock.advance(49);
    assertEquals(set.actions, []);
    running.lane = batch.lane;
    running.cell = batch.cell;
    await set.clock.advance(1);
    assertEquals(set.actions.map(([name, about]) => [name, about]), [["divide", batch], [
      "abort",
      running,
    ]]);
    assertInstanceOf(set.actions[1]![2], TimeoutError);
  });

  it("a call that began while its batch was divided has its own time", async () => {
    const running = makeJob({ limits: { timeout: 50 } });
    const actions: string[] = [];
    const clock = new FakeClock();
    const limits = new Limits(clock, {
      abort: () => void actions.push("abort"),
      cancelWaiting: () => {},
      kill: () => {},
      divide: ({ lane, cell }) => {
        running.lane = lane;
        running.cell = cell;
        one.startAt(clock.now() - 20);
        return running;
      },
      abortLine: () => {},
    });
    const one = runningBatch({ limits, clock }, { limits: { timeout: 50 }, priority: 0 });
    await clock.advance(50);
    assertEquals(actions, []);
    await clock.advance(29);
    assertEquals(actions, []);
    await clock.advance(1);
    assertEquals(actions, ["abort"]);
  });

  it("an abort divides a batch; nothing more happens where none of its calls runs", () => {
    const controller = new AbortController();
    const set = setUp();
    const terms = { limits: { signal: controller.signal }, priority: 0 };
    const { batch } = runningBatch(set, terms);
    controller.abort("enough");
    assertEquals(set.actions, [["divide", batch]]);
    set.limits.settled(batch);
  });

  it("an abort reaches a line while calls wait there, and not before or after", () => {
    const { limits, actions } = setUp();
    for (const filled of [true, false]) {
      const controller = new AbortController();
      const line = new CallLine({ limits: { signal: controller.signal }, priority: 0 });
      limits.filled(line);
      if (!filled) limits.emptied(line);
      controller.abort("enough");
      assertEquals(actions.splice(0), filled ? [["abortLine", line, "enough"]] : []);
    }
  });

  it("a job without limits costs no timer", () => {
    const { limits, clock } = setUp();
    const job = makeJob();
    limits.accepted(job);
    limits.placed(job);
    limits.left(job);
    limits.settled(job);
    assertEquals(clock.set, 0);
  });
});

describe("SignalWatch", () => {
  /** A signal that counts its listeners. */
  function counted(): { controller: AbortController; listeners: () => number } {
    const controller = new AbortController();
    const { signal } = controller;
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    return { controller, listeners: () => listeners };
  }

  it("add() of 10,000 jobs puts one listener on their signal; remove() of the last takes it off", () => {
    const { controller, listeners } = counted();
    const watch = new SignalWatch<JobDetails>(() => {});
    const jobs = Array.from({ length: 10_000 }, () => makeJob());
    for (const job of jobs) watch.add(controller.signal, job.details);
    assertEquals(listeners(), 1);
    for (const job of jobs) watch.remove(controller.signal, job.details);
    assertEquals(listeners(), 0);
    watch.remove(controller.signal, jobs[0]!.details);
    assertEquals(listeners(), 0);
  });

  it("abort tells each job that is left, once, with the signal's reason", () => {
    const { controller, listeners } = counted();
    const told: [Job, unknown][] = [];
    const watch = new SignalWatch<JobDetails>((details, reason) => {
      told.push([details.job, reason]);
      watch.remove(controller.signal, details);
    });
    const jobs = Array.from({ length: 3 }, () => makeJob());
    for (const job of jobs) watch.add(controller.signal, job.details);
    watch.remove(controller.signal, jobs[1]!.details);
    controller.abort("enough");
    assertEquals(told, [[jobs[0], "enough"], [jobs[2], "enough"]]);
    assertEquals(listeners(), 0);
  });
});
