import { describe, it } from "node:test";
import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { TimeoutError } from "../../src/core/errors.ts";
import type { Job } from "../../src/core/job.ts";
import { Limits } from "../../src/core/limits.ts";
import { SignalWatch } from "../../src/core/signal_watch.ts";
import { FakeClock } from "./fake_host.ts";
import { makeJob, makeLane } from "./fake_lanes.ts";

type Action = [name: "abort" | "expireWaiting" | "kill", job: Job, reason?: unknown];

function setUp(): { limits: Limits; clock: FakeClock; actions: Action[] } {
  const clock = new FakeClock();
  const actions: Action[] = [];
  const limits = new Limits(clock, {
    abort: (job, reason) => void actions.push(["abort", job, reason]),
    expireWaiting: (job, reason) => actions.push(["expireWaiting", job, reason]) > 0,
    kill: (job) => void actions.push(["kill", job]),
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
    assertEquals(actions.map(([name]) => name), ["expireWaiting"]);
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
    const watch = new SignalWatch(() => {});
    const jobs = Array.from({ length: 10_000 }, () => makeJob());
    for (const job of jobs) watch.add(controller.signal, job);
    assertEquals(listeners(), 1);
    for (const job of jobs) watch.remove(controller.signal, job);
    assertEquals(listeners(), 0);
    watch.remove(controller.signal, jobs[0]!);
    assertEquals(listeners(), 0);
  });

  it("abort tells each job that is left, once, with the signal's reason", () => {
    const { controller, listeners } = counted();
    const told: [Job, unknown][] = [];
    const watch = new SignalWatch((job, reason) => {
      told.push([job, reason]);
      watch.remove(controller.signal, job);
    });
    const jobs = Array.from({ length: 3 }, () => makeJob());
    for (const job of jobs) watch.add(controller.signal, job);
    watch.remove(controller.signal, jobs[1]!);
    controller.abort("enough");
    assertEquals(told, [[jobs[0], "enough"], [jobs[2], "enough"]]);
    assertEquals(listeners(), 0);
  });
});
