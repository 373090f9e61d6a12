import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Outcome } from "../../src/protocol/messages.ts";
import { bench, drain, states, thrown } from "./fake_scheduler.ts";

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
    await drain(made, 1);
    const pending = calls.filter(({ state }) => state === "pending");
    assertEquals(pending.map(({ job }) => job.id), [stuck.jobId]);
    assertEquals(made.worker(0).begin(), undefined);
  });

  it("takes back nothing where the host was busy, and has not read what workers said", async () => {
    const made = await bench({ workers: 2 });
    const fn = made.function(0.01);
    for (let i = 0; i < 200; i++) made.submit({ fn });
    await made.turn();
    made.worker(0).begin();
    made.host.clock.block(50);
    await made.advance(0);
    assertEquals(made.scheduler.stats().waiting, 0);
    // It has read by now, also where it was busy again.
    made.worker(1).run(0.01);
    made.host.clock.block(50);
    await made.advance(0);
    assertEquals(made.worker(0).begin(), undefined);
    assert(made.worker(1).begin());
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
