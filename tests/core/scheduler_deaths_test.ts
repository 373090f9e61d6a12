import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { PoolClosedError, TaskLookupError, WorkerDiedError } from "../../src/core/errors.ts";
import { Outcome } from "../../src/protocol/messages.ts";
import { bench, closed, drain, states, thrown } from "./fake_scheduler.ts";

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

  it("a call that three workers do not survive to read ends; those that came with it run", async () => {
    const made = await bench({ workers: 2 });
    const fn = made.function(0.01);
    const calls = Array.from({ length: 8 }, (_, n) => made.submit({ fn, args: [n] }));
    for (let i = 0; i < 100 && calls.some(({ settled }) => settled === 0); i++) {
      await made.advance(1);
      for (const worker of made.adapter.living) {
        if (worker.inbox.some(({ args }) => args[0] === 3)) worker.exit({ outOfMemory: true });
        else worker.run();
      }
    }
    const { error } = calls[3]!;
    assertInstanceOf(error, WorkerDiedError);
    assertMatch(error.message, /ended because memory ran out before it began anonymous/);
    assert(error.outOfMemory);
    assertEquals(calls.filter(({ state }) => state === "fulfilled").length, 7);
    assertEquals(made.scheduler.stats().workers.died, 3);
  });

  it("so does one that was sent behind a call which waits", async () => {
    const made = await bench({ workers: 1 });
    const fn = made.function(0.01);
    const calls = [1, 2, 3].map((n) => made.submit({ fn, args: [n] }));
    await made.turn();
    made.worker(0).begin();
    made.worker(0).exit();
    await made.advance(1);
    // Neither is a danger to the other any more.
    assertEquals(made.worker(1).inbox.length, 1);
    await drain(made);
    assertEquals(states(calls), ["rejected", "fulfilled", "fulfilled"]);
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
