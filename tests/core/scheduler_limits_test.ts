import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { TimeoutError } from "../../src/core/errors.ts";
import { JobMode, Outcome } from "../../src/protocol/messages.ts";
import { bench, closed, drain, states } from "./fake_scheduler.ts";

describe("Scheduler: aborts and limits", () => {
  it("abort() of a waiting call rejects it at once with the signal's reason", async () => {
    const made = await bench();
    const controller = new AbortController();
    const running = made.submit({ args: [1] });
    const waiting = made.submit({ limits: { signal: controller.signal } });
    controller.abort("changed my mind");
    assertEquals([waiting.error, running.state], ["changed my mind", "pending"]);
    await drain(made);
    assertEquals([running.value, made.host.alive.state], [1, "released"]);
  });

  it("abort() takes any reason, also one that can neither be sent nor written", async () => {
    const made = await bench();
    const controller = new AbortController();
    const call = made.submit({ limits: { signal: controller.signal } });
    await made.turn();
    made.worker(0).begin();
    const reason: unknown = Object.assign(Object.create(null), { act() {} });
    controller.abort(reason);
    assert(call.error === reason);
    assertEquals(made.worker(0).all("abort").length, 1);
  });

  it("submit() with an aborted signal rejects without a worker", async () => {
    const made = await bench();
    const call = made.submit({ limits: { signal: AbortSignal.abort("no") } });
    assertEquals([call.error, made.host.alive.state], ["no", "released"]);
  });

  it("abort() of a call that was sent ahead takes it back: the worker never runs it", async () => {
    const made = await bench();
    const fn = made.function(0.01);
    const controller = new AbortController();
    const first = made.submit({ fn, args: [1] });
    const second = made.submit({ fn, limits: { signal: controller.signal } });
    const third = made.submit({ fn, args: [3] });
    await made.turn();
    controller.abort("late");
    assertEquals(second.error, "late");
    const ran = [made.worker(0).run(), made.worker(0).run(), made.worker(0).run()];
    assertEquals(ran.map((job) => job?.args[0]), [1, 3, undefined]);
    assertEquals([first.value, third.value], [1, 3]);
  });

  it("abort() of a running call tells the task; one that ends in time keeps its worker", async () => {
    const made = await bench();
    const controller = new AbortController();
    const call = made.submit({ limits: { signal: controller.signal } });
    await made.turn();
    const job = made.worker(0).begin()!;
    controller.abort("stop");
    assertEquals(call.error, "stop");
    assertEquals(made.worker(0).all("abort").map(({ jobId }) => jobId), [job.jobId]);
    await made.advance(99);
    made.worker(0).reply(job, Outcome.value, "too late");
    await made.advance(1000);
    assertEquals([call.state, made.worker(0).terminated], ["rejected", 0]);
    const next = made.submit({ args: ["next"] });
    await drain(made);
    assertEquals(next.value, "next");
  });

  it("abort() of a call that goes on kills its worker after grace; siblings lose nothing", async () => {
    const made = await bench({ workers: 2, grace: 40 });
    const fn = made.function(0.01);
    const controller = new AbortController();
    const call = made.submit({ fn, limits: { signal: controller.signal } });
    const calls = Array.from({ length: 50 }, (_, n) => made.submit({ fn, args: [n] }));
    await made.turn();
    const worker = made.adapter.workers.find((one) => one.inbox[0]?.jobId === call.job.id)!;
    worker.begin();
    controller.abort("stop");
    await made.advance(39);
    assertEquals(worker.terminated, 0);
    await made.advance(1);
    assertEquals(worker.terminated, 1);
    await drain(made);
    assertEquals(calls.map(({ value }) => value), calls.map((_, n) => n));
    assertEquals(made.adapter.workers.length, 3);
    assertEquals(made.scheduler.stats().workers.killed, 1);
  });

  it("a worker that ends by itself within the grace time is not killed again", async () => {
    const made = await bench({ grace: 100 });
    const fn = made.function(0.01);
    const controller = new AbortController();
    made.submit({ fn, limits: { signal: controller.signal } });
    const others = Array.from({ length: 5 }, (_, n) => made.submit({ fn, args: [n] }));
    await made.turn();
    made.worker(0).begin();
    controller.abort("stop");
    await made.advance(10);
    made.worker(0).exit({ exitCode: 0 });
    await made.turn();
    made.worker(1).begin();
    await made.advance(1000);
    assertEquals([made.scheduler.stats().workers.killed, made.worker(1).terminated], [0, 0]);
    made.scheduler.terminate(closed);
    await made.advance(1000);
    assertEquals([made.ended, new Set(states(others))], [true, new Set(["rejected"])]);
  });

  it("terminate() within the grace time still ends", async () => {
    const made = await bench({ workers: 2, grace: 100 }, { dies: false });
    const controller = new AbortController();
    made.submit({ limits: { signal: controller.signal } });
    await made.turn();
    made.adapter.workers.find((one) => one.inbox.length > 0)!.begin();
    controller.abort("stop");
    made.scheduler.terminate(closed);
    made.worker(0).exit();
    await made.advance(200);
    made.worker(1).exit();
    await made.turn();
    assertEquals(made.ended, true);
  });

  it("an abort whose reply is on its way does not kill the worker under another call", async () => {
    const made = await bench();
    const fn = made.function(0.01);
    const controller = new AbortController();
    const first = made.submit({ fn, limits: { signal: controller.signal } });
    const second = made.submit({ fn, args: [2] });
    await made.turn();
    const worker = made.worker(0);
    const done = worker.begin()!;
    worker.finish(done);
    const running = worker.begin()!;
    controller.abort("too late");
    await made.advance(1000);
    assertEquals([first.error, worker.terminated], ["too late", 0]);
    worker.finish(running);
    worker.say({ type: "done", replies: [done.cell, 0, 1, running.cell, 0, 2], times: [] });
    assertEquals([second.value, first.state], [2, "rejected"]);
  });

  it("abort the second, then the running first call: the third runs", async () => {
    const made = await bench({ grace: 10 });
    const [one, two] = [new AbortController(), new AbortController()];
    const first = made.submit({ limits: { signal: one.signal } });
    const second = made.submit({ limits: { signal: two.signal } });
    const third = made.submit({ args: [3] });
    await made.turn();
    made.worker(0).begin();
    two.abort("b");
    one.abort("a");
    await made.advance(10);
    await drain(made);
    assertEquals([first.error, second.error, third.value], ["a", "b", 3]);
  });

  it("a call that comes within the grace time of another waits for the new worker", async () => {
    const made = await bench({ grace: 50 });
    const controller = new AbortController();
    made.submit({ limits: { signal: controller.signal } });
    await made.turn();
    made.worker(0).begin();
    controller.abort("stop");
    const next = made.submit({ args: ["next"] });
    await made.advance(50);
    await drain(made);
    assertEquals([next.value, made.adapter.workers.length], ["next", 2]);
  });

  it("timeout rejects with TimeoutError and replaces a worker that goes on", async () => {
    const made = await bench({ grace: 10 });
    const call = made.submit({ limits: { timeout: 100 } });
    await made.turn();
    made.worker(0).begin();
    await made.advance(99);
    assertEquals(call.state, "pending");
    await made.advance(1);
    assertInstanceOf(call.error, TimeoutError);
    await made.advance(10);
    assertEquals([made.worker(0).terminated, made.adapter.workers.length], [1, 2]);
  });

  it("timeout does not count the wait in the line, nor that for a stalled worker", async () => {
    const made = await bench();
    const fn = made.function(0.01);
    made.submit({ fn });
    const call = made.submit({ fn, args: [2], limits: { timeout: 100 } });
    await made.turn();
    const long = made.worker(0).begin()!;
    await made.advance(5000);
    made.worker(0).finish(long);
    made.worker(0).reply(long, Outcome.value, 1);
    await made.turn();
    const job = made.worker(0).begin()!;
    await made.advance(60);
    made.worker(0).finish(job);
    made.worker(0).reply(job, Outcome.value, 2);
    assertEquals(call.value, 2);
  });

  it("a host that was blocked longer than the timeout takes a result that was in time", async () => {
    const made = await bench();
    const call = made.submit({ limits: { timeout: 100 }, args: [1] });
    await made.turn();
    const job = made.worker(0).begin()!;
    made.worker(0).finish(job);
    made.host.clock.block(5000);
    await made.advance(1);
    made.worker(0).reply(job, Outcome.value, 1);
    assertEquals([call.value, made.worker(0).terminated], [1, 0]);
  });

  it("queueTimeout rejects what has not begun, and leaves alone what has", async () => {
    const made = await bench();
    const fn = made.function(0.01);
    const limits = { queueTimeout: 50 };
    const runs = made.submit({ fn, limits });
    const sent = made.submit({ fn, limits });
    const waits = made.submit({ limits });
    await made.turn();
    const job = made.worker(0).begin()!;
    await made.advance(50);
    assertEquals(states([runs, sent, waits]), ["pending", "rejected", "rejected"]);
    assertInstanceOf(waits.error, TimeoutError);
    made.worker(0).reply(job, Outcome.value, 1);
    assertEquals(runs.value, 1);
  });

  it("queueTimeout: 0 lets neither chunks nor calls outside wait for a busy worker", async () => {
    const made = await bench({ maxQueue: 0, whenFull: "wait" });
    const limits = { queueTimeout: 0 };
    const free = made.submit({ args: [1], limits });
    const outside = made.submit({ limits });
    const chunk = made.submit({ mode: JobMode.map, args: [2], limits });
    assertEquals(states([free, outside, chunk]), ["pending", "rejected", "rejected"]);
    await drain(made);
    assertEquals(free.value, 1);
  });

  it("timeouts also work where memory is not shared", async () => {
    const made = await bench({ grace: 10 }, { sharedMemory: false });
    const call = made.submit({ limits: { timeout: 100 } });
    await made.turn();
    await made.advance(110);
    assertInstanceOf(call.error, TimeoutError);
    assertEquals(made.worker(0).terminated, 1);
  });
});
