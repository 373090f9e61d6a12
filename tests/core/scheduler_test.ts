import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import {
  PoolClosedError,
  QueueFullError,
  TaskLookupError,
  TimeoutError,
  WorkerDiedError,
} from "../../src/core/errors.ts";
import { encode } from "../../src/protocol/encode.ts";
import { JobMode, Outcome } from "../../src/protocol/messages.ts";
import { type Bench, bench, type Call, states } from "./fake_scheduler.ts";

const closed = (): Error => new PoolClosedError("The pool was terminated");

function pinned(made: Bench): Promise<unknown[]> {
  const { fn } = made;
  const setup = { reference: fn.reference, args: [], marked: false };
  const request = { fn, mode: JobMode.call, args: ["all"], marked: false, transfer: undefined };
  return made.scheduler.broadcast(request, setup);
}

function thrown(error: unknown): unknown {
  return encode(error, "error").value;
}

/** Lets all workers run what they have, until nothing is left. */
async function drain(made: Bench): Promise<void> {
  for (let idle = 0; idle < 3; idle++) {
    await made.turn();
    for (const worker of made.adapter.living) while (worker.run(0.001)) idle = 0;
  }
}

describe("Scheduler", () => {
  it("gives a call to a worker and its result to the caller, and keeps the program running", async () => {
    const made = await bench();
    assertEquals(made.host.alive.state, "released");
    const call = made.submit({ args: [42] });
    assertEquals(made.host.alive.state, "held");
    await made.turn();
    assertEquals(call.state, "pending");
    made.worker(0).run();
    assertEquals([call.state, call.value], ["fulfilled", 42]);
    assertEquals([made.host.alive.state, made.host.clock.pending], ["released", 0]);
    const { submitted, fulfilled, rejected, running, waiting } = made.scheduler.stats();
    assertEquals([submitted, fulfilled, rejected, running, waiting], [1, 1, 0, 0, 0]);
  });

  it("sends the calls of one turn as one message for each worker", async () => {
    const made = await bench({ workers: 2 });
    const fn = made.function(0.01);
    for (let i = 0; i < 100; i++) made.submit({ fn });
    await made.turn();
    assertEquals(made.adapter.workers.map((worker) => worker.all("run").length), [1, 1]);
    assertEquals(made.worker(0).inbox.length + made.worker(1).inbox.length, 100);
  });

  it("gives workers one call at a time of an unknown function, and many of a tiny one", async () => {
    const made = await bench();
    const calls = Array.from({ length: 500 }, (_, n) => made.submit({ args: [n] }));
    await made.turn();
    assertEquals(made.worker(0).inbox.length, 1);
    made.worker(0).run(0.01);
    await made.turn();
    const { length } = made.worker(0).inbox;
    assert(length >= 199 && length <= 201, `sent ${length} of 0.01 ms ahead`);
    await drain(made);
    assertEquals(calls.map(({ value }) => value), calls.map((_, n) => n));
  });

  it("gives workers one call at a time of a function that was found to be long", async () => {
    const made = await bench();
    for (let i = 0; i < 5; i++) made.submit();
    for (let i = 0; i < 5; i++) {
      await made.turn();
      assertEquals(made.worker(0).inbox.length, 1);
      made.worker(0).run(30);
    }
  });

  it("takes back from a stalled worker what it was sent ahead, and gives it to another", async () => {
    const made = await bench({ workers: 2 });
    const fn = made.function(0.01);
    const calls = Array.from({ length: 200 }, (_, n) => made.submit({ fn, args: [n] }));
    await made.turn();
    const stuck = made.worker(0).begin()!;
    await made.turn();
    while (made.worker(1).run(0.01));
    await made.advance(10);
    await drainOne(made, 1);
    const pending = calls.filter(({ state }) => state === "pending");
    assertEquals(pending.map(({ job }) => job.id), [stuck.jobId]);
    assertEquals(made.worker(0).begin(), undefined);
  });

  it("sends a stalled worker nothing until it replies, not even when all are stalled", async () => {
    const made = await bench({ workers: 1 });
    const fn = made.function(0.01);
    for (let i = 0; i < 50; i++) made.submit({ fn });
    await made.turn();
    made.worker(0).begin();
    await made.advance(10);
    const sent = made.worker(0).all("run").length;
    for (let i = 0; i < 5; i++) made.submit({ fn });
    await made.advance(1000);
    assertEquals(made.worker(0).all("run").length, sent);
    assertEquals(made.scheduler.stats().waiting, 54);
  });

  it("has no timer once every lane has one call or none", async () => {
    const made = await bench({ workers: 1 });
    made.submit();
    await made.turn();
    made.worker(0).begin();
    made.submit();
    await made.advance(1000);
    assertEquals(made.host.clock.pending, 0);
  });

  it("runs higher priorities first", async () => {
    const made = await bench();
    const ran: unknown[] = [];
    made.submit();
    for (const priority of [0, 3, -1, 3, 9]) made.submit({ priority, args: [priority] });
    for (let i = 0; i < 6; i++) {
      await made.turn();
      ran.push(made.worker(0).run(50)!.args[0]);
    }
    assertEquals(ran.slice(1), [9, 3, 3, 0, -1]);
  });

  it("what a task throws rejects its call only", async () => {
    const made = await bench();
    const calls = [made.submit(), made.submit({ args: ["fine"] })];
    await made.turn();
    const job = made.worker(0).begin()!;
    made.worker(0).reply(job, Outcome.error, thrown(new RangeError("too far")));
    await drain(made);
    assertInstanceOf(calls[0]!.error, RangeError);
    assertEquals(calls[1]!.value, "fine");
  });

  it("a reply that cannot be read rejects its call only", async () => {
    const made = await bench();
    const calls = [made.submit(), made.submit({ args: ["fine"] })];
    await made.turn();
    const job = made.worker(0).begin()!;
    made.worker(0).reply(job, Outcome.mixed, null);
    await drain(made);
    assertEquals(states(calls), ["rejected", "fulfilled"]);
  });

  it("a reply for a cell in which nothing is, is ignored", async () => {
    const made = await bench();
    const call = made.submit({ args: [1] });
    await made.turn();
    made.worker(0).say({ type: "items", cell: 77, items: [] });
    made.worker(0).run();
    assertEquals(call.value, 1);
  });
});

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
    assertEquals(made.worker(0).all("abort").map(({ cell }) => cell), [job.cell]);
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

  it("timeouts also work where memory is not shared", async () => {
    const made = await bench({ grace: 10 }, { sharedMemory: false });
    const call = made.submit({ limits: { timeout: 100 } });
    await made.turn();
    await made.advance(110);
    assertInstanceOf(call.error, TimeoutError);
    assertEquals(made.worker(0).terminated, 1);
  });
});

describe("Scheduler: deaths and retries", () => {
  it("a death rejects the running call only, with all that is known", async () => {
    const made = await bench();
    const fn = made.function(0.01);
    const calls = Array.from({ length: 20 }, (_, n) => made.submit({ fn, args: [n] }));
    await made.turn();
    for (let i = 0; i < 5; i++) made.worker(0).run();
    made.worker(0).begin();
    const cause = new Error("out of the blue");
    made.worker(0).exit({ exitCode: 1, error: cause, outOfMemory: true });
    await drain(made);
    const { error } = calls[5]!;
    assertInstanceOf(error, WorkerDiedError);
    assertEquals([error.exitCode, error.workerId, error.jobId], [1, 1, calls[5]!.job.id]);
    assertEquals([error.outOfMemory, error.cause], [true, cause]);
    assertMatch(error.message, /Test-1 ended because memory ran out/);
    assertEquals(calls.filter(({ state }) => state === "fulfilled").length, 19);
  });

  it("results that were on their way when a worker died count", async () => {
    const made = await bench();
    const call = made.submit({ args: ["last words"] });
    await made.turn();
    made.worker(0).run();
    made.worker(0).exit({ exitCode: 0 });
    assertEquals(call.value, "last words");
  });

  it("all workers die with a full queue: only what ran is lost", async () => {
    const made = await bench({ workers: 4 });
    const calls = Array.from({ length: 1000 }, (_, n) => made.submit({ args: [n] }));
    await made.turn();
    for (const worker of made.adapter.living) worker.begin();
    for (const worker of made.adapter.living) worker.exit({ signal: "SIGKILL" });
    await made.advance(100);
    await drain(made);
    const dead = calls.filter(({ error }) => error instanceof WorkerDiedError);
    const fine = calls.filter(({ state }) => state === "fulfilled");
    assertEquals([dead.length, fine.length], [4, 996]);
    assertEquals(made.host.alive.state, "released");
  });

  it("retries run a call again after a throw and after a death, so often and no more", async () => {
    const made = await bench();
    const calls = [made.submit({ limits: { retries: 2 } })];
    for (let tries = 0; tries < 3; tries++) {
      await made.turn();
      assertEquals(calls[0]!.state, "pending");
      const worker = made.adapter.living[0]!;
      const job = worker.begin()!;
      if (tries === 1) worker.exit({ exitCode: 1 });
      else worker.reply(job, Outcome.error, thrown(new Error(`try ${tries}`)));
    }
    assertMatch(String(calls[0]!.error), /try 2/);
    assertEquals(made.scheduler.stats().retried, 2);
  });

  it("retries are not spent on what would fail in the same way, nor on timeouts", async () => {
    const made = await bench({ grace: 10 });
    const lookup = made.submit({ limits: { retries: 5 } });
    await made.turn();
    const job = made.worker(0).begin()!;
    made.worker(0).reply(job, Outcome.error, thrown(new TaskLookupError("Cannot find task")));
    const late = made.submit({ limits: { retries: 5, timeout: 10 } });
    await made.turn();
    made.worker(0).begin();
    await made.advance(100);
    assertEquals(states([lookup, late]), ["rejected", "rejected"]);
    assertEquals(made.scheduler.stats().retried, 0);
  });

  it("a poison task stops after its tries, and innocents survive", async () => {
    const made = await bench({ workers: 2 });
    const poison = made.submit({ args: ["poison"], limits: { retries: 3 } });
    const innocents = Array.from({ length: 30 }, (_, n) => made.submit({ args: [n] }));
    for (let i = 0; i < 200; i++) {
      await made.advance(1);
      for (const worker of made.adapter.living) {
        if (worker.inbox[0]?.args[0] === "poison" && worker.begin()) worker.exit({ exitCode: 1 });
        else worker.run();
      }
    }
    assertInstanceOf(poison.error, WorkerDiedError);
    assertEquals(new Set(states(innocents)), new Set(["fulfilled"]));
    assertEquals(made.scheduler.stats().workers.died, 4);
  });

  it("a callback that terminates the pool settles also what is about to be tried again", async () => {
    const made = await bench();
    const fn = made.function(0.01);
    const ends = made.submit({ fn });
    const retried = made.submit({ fn, limits: { retries: 1 } });
    ends.onEnd = () => made.scheduler.terminate(closed);
    await made.turn();
    for (let i = 0; i < 2; i++) made.worker(0).finish(made.worker(0).begin()!);
    made.worker(0).exit({ exitCode: 1 });
    await made.turn();
    assertEquals(states([ends, retried]), ["rejected", "rejected"]);
    assertInstanceOf(retried.error, PoolClosedError);
    assertEquals([made.ended, made.host.alive.state], [true, "ended"]);
  });
});

describe("Scheduler: keys and broadcasts", () => {
  it("calls of a key run on one worker, in order, one at a time", async () => {
    const made = await bench({ workers: 3 });
    const order: unknown[] = [];
    for (let n = 0; n < 30; n++) made.submit({ key: `k${n % 3}`, args: [n % 3, n] });
    const homes = new Map<unknown, Set<number>>();
    for (let i = 0; i < 100; i++) {
      await made.turn();
      for (const worker of made.adapter.living) {
        const job = worker.run(50);
        if (!job) continue;
        const [key, n] = job.args;
        if (key === 0) order.push(n);
        homes.set(key, (homes.get(key) ?? new Set()).add(worker.spec.workerId));
      }
    }
    assertEquals(order, Array.from({ length: 10 }, (_, n) => 3 * n));
    assertEquals([...homes.values()].map(({ size }) => size), [1, 1, 1]);
  });

  it("calls of a key wait for the one that runs on a worker that is being replaced", async () => {
    const made = await bench({ workers: 1, maxTasksPerChild: 1 });
    const first = made.submit({ key: "a", args: [1] });
    const second = made.submit({ key: "a", args: [2] });
    await made.turn();
    const job = made.worker(0).begin()!;
    await made.advance(100);
    assertEquals(made.adapter.workers.length, 2);
    assertEquals(made.worker(1).inbox, []);
    made.worker(0).finish(job);
    made.worker(0).reply(job, Outcome.value, 1);
    await drain(made);
    assertEquals([first.value, second.value], [1, 2]);
  });

  it("calls of a key get a new worker when theirs dies, also where none is kept", async () => {
    const made = await bench({ workers: 4, minWorkers: 0 });
    const calls = Array.from({ length: 3 }, (_, n) => made.submit({ key: "a", args: [n] }));
    await made.turn();
    made.worker(0).begin();
    made.worker(0).exit({ exitCode: 1 });
    await made.advance(100);
    await drain(made);
    assertEquals(states(calls), ["rejected", "fulfilled", "fulfilled"]);
  });

  it("broadcast() runs on every worker once, also where one is busy for long", async () => {
    const made = await bench({ workers: 2 });
    const busy = made.submit({ args: ["busy"] });
    await made.turn();
    const worker = made.adapter.workers.find(({ inbox }) => inbox.length > 0)!;
    const other = made.adapter.workers.find((one) => one !== worker)!;
    const long = worker.begin()!;
    const results = pinned(made);
    await made.advance(100);
    const ran: number[] = [];
    while (other.run()) ran.push(other.spec.workerId);
    worker.finish(long);
    worker.reply(long, Outcome.value, "busy");
    while (worker.run()) ran.push(worker.spec.workerId);
    assertEquals(await results, ["all", "all"]);
    assertEquals([ran.sort(), busy.value], [[1, 2], "busy"]);
  });

  it("broadcast() waits for a worker that has as many calls as it can", async () => {
    const made = await bench();
    const fn = made.function(0);
    const calls = Array.from({ length: 2000 }, (_, n) => made.submit({ fn, args: [n] }));
    const results = pinned(made);
    await drain(made);
    assertEquals(await results, ["all"]);
    assertEquals(calls.map(({ value }) => value), calls.map((_, n) => n));
  });

  it("broadcast() waits for workers that start, and later ones run it as a part of their start", async () => {
    const made = await bench({ workers: 2 }, { boots: false });
    made.worker(0).ready();
    const results = pinned(made);
    made.worker(1).ready();
    await drain(made);
    assertEquals(await results, ["all", "all"]);
    made.worker(1).exit({ exitCode: 1 });
    await made.advance(20);
    assertEquals(made.worker(2).all("start")[0]!.setup.length, 1);
  });
});

describe("Scheduler: a bounded queue", () => {
  it("maxQueue with reject: as many wait as were said, beside those that run", async () => {
    const made = await bench({ workers: 2, maxQueue: 3 });
    const calls = Array.from({ length: 5 }, (_, n) => made.submit({ args: [n] }));
    assertThrows(() => made.submit(), QueueFullError, "3 jobs are already pending (maxQueue)");
    await drain(made);
    calls.push(made.submit({ args: [5] }));
    await drain(made);
    assertEquals(calls.map(({ value }) => value), [0, 1, 2, 3, 4, 5]);
  });

  it("maxQueue with wait: the others stay outside and come in, in order", async () => {
    const made = await bench({ workers: 1, maxQueue: 2, whenFull: "wait" });
    const calls = Array.from({ length: 50 }, (_, n) => made.submit({ args: [n] }));
    const ran: unknown[] = [];
    for (let i = 0; i < 60; i++) {
      await made.turn();
      const job = made.worker(0).run(50);
      if (job) ran.push(job.args[0]);
    }
    assertEquals(ran, calls.map((_, n) => n));
  });

  it("maxQueue of 0 lets nothing wait but for a worker, and loses nothing that stays outside", async () => {
    for (const minWorkers of [0, 2]) {
      const strict = await bench({ workers: 2, minWorkers, maxQueue: 0 });
      strict.submit();
      strict.submit();
      assertThrows(() => strict.submit(), QueueFullError);
      const made = await bench({ workers: 2, minWorkers, maxQueue: 0, whenFull: "wait" });
      const calls = Array.from(
        { length: 9 },
        (_, n) => made.submit({ args: [n], key: n % 4 === 3 ? "k" : undefined }),
      );
      await drain(made);
      await drain(made);
      assertEquals(calls.map(({ value }) => value), calls.map((_, n) => n));
    }
  });

  it("an abort takes a call out of the lobby", async () => {
    const made = await bench({ workers: 1, maxQueue: 1, whenFull: "wait" });
    const controller = new AbortController();
    const calls = [made.submit(), made.submit()];
    const outside = made.submit({ limits: { signal: controller.signal } });
    controller.abort("enough");
    assertEquals(outside.error, "enough");
    await drain(made);
    assertEquals(states(calls), ["fulfilled", "fulfilled"]);
  });
});

describe("Scheduler: the end", () => {
  it("close() lets what was accepted finish, refuses the rest, and ends", async () => {
    const made = await bench({ workers: 2 });
    const calls = Array.from({ length: 10 }, (_, n) => made.submit({ args: [n] }));
    made.scheduler.close();
    made.scheduler.close();
    assertThrows(() => made.submit(), PoolClosedError, "the pool is closed");
    await made.turn();
    assertEquals(made.ended, false);
    await drain(made);
    await made.turn();
    assertEquals(calls.map(({ value }) => value), calls.map((_, n) => n));
    assertEquals([made.ended, made.host.alive.state, made.host.clock.pending], [true, "ended", 0]);
  });

  it("close() of an idle pool, and of one without workers, ends it", async () => {
    for (const minWorkers of [0, 2]) {
      const made = await bench({ workers: 2, minWorkers });
      made.scheduler.close();
      await made.turn();
      assertEquals([made.ended, made.adapter.living.length], [true, 0]);
    }
  });

  it("close() within the grace time of an abort ends after the kill", async () => {
    const made = await bench({ grace: 50 });
    const controller = new AbortController();
    made.submit({ limits: { signal: controller.signal } });
    await made.turn();
    made.worker(0).begin();
    controller.abort("stop");
    made.scheduler.close();
    await made.advance(49);
    assertEquals([made.ended, made.host.alive.state], [false, "held"]);
    await made.advance(1);
    assertEquals([made.ended, made.host.alive.state], [true, "ended"]);
  });

  it("terminate() rejects all that is pending and ends the workers, also twice", async () => {
    const made = await bench({ workers: 2, maxQueue: 5, whenFull: "wait" });
    const calls: Call[] = Array.from({ length: 20 }, (_, n) => {
      return made.submit(n % 5 === 0 ? { key: "a" } : {});
    });
    await made.turn();
    made.worker(0).begin();
    made.scheduler.terminate(closed);
    made.scheduler.terminate(closed);
    assertEquals(new Set(states(calls)), new Set(["rejected"]));
    assertInstanceOf(calls[0]!.error, PoolClosedError);
    assertThrows(() => made.submit(), PoolClosedError);
    assertEquals(made.host.alive.state, "held");
    await made.turn();
    assertEquals([made.ended, made.host.alive.state, made.host.clock.pending], [true, "ended", 0]);
    made.scheduler.terminate(closed);
    made.scheduler.close();
    assertEquals(made.adapter.workers.map(({ terminated }) => terminated), [1, 1]);
  });

  it("terminate() with nothing to do, during boot, after close and after a crash", async () => {
    const cases: ((made: Bench) => void)[] = [
      () => {},
      (made) => made.scheduler.close(),
      (made) => made.worker(0).exit({ exitCode: 1 }),
      (made) => void made.submit(),
    ];
    for (const boots of [true, false]) {
      for (const prepare of cases) {
        const made = await bench({ workers: 2 }, { boots });
        prepare(made);
        made.scheduler.terminate(closed);
        await made.turn();
        assertEquals([made.ended, made.host.clock.pending], [true, 0]);
        assertEquals(made.adapter.living.length, 0);
      }
    }
  });

  it("terminate() from a callback, and a submit from there, which is refused", async () => {
    const made = await bench();
    const fn = made.function(0.01);
    const calls = Array.from({ length: 4 }, (_, n) => made.submit({ fn, args: [n] }));
    let refused: unknown;
    calls[1]!.onEnd = () => {
      made.scheduler.terminate(closed);
      try {
        made.submit();
      } catch (error) {
        refused = error;
      }
    };
    await made.turn();
    while (made.worker(0).run());
    await made.turn();
    assertEquals(states(calls), ["fulfilled", "fulfilled", "rejected", "rejected"]);
    assertInstanceOf(refused, PoolClosedError);
    assertEquals(made.ended, true);
  });

  it("events tell each job's and each worker's way in order", async () => {
    const made = await bench({}, { boots: false });
    const seen: string[] = [];
    const stop = made.scheduler.events.subscribe(({ type }) => seen.push(type));
    made.worker(0).ready();
    made.submit();
    await made.turn();
    made.worker(0).run();
    made.scheduler.close();
    await made.turn();
    stop();
    assertEquals(seen, ["workerUp", "queued", "start", "end", "workerDown"]);
  });
});

async function drainOne(made: Bench, index: number): Promise<void> {
  for (let idle = 0; idle < 3; idle++) {
    await made.turn();
    while (made.worker(index).run(0.01)) idle = 0;
  }
}
