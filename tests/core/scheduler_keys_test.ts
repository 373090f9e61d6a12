import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { Outcome } from "../../src/protocol/messages.ts";
import { bench, broadcast, drain, states, thrown } from "./fake_scheduler.ts";

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

  it("calls of a key keep their order also where one is tried again", async () => {
    const made = await bench();
    const fn = made.function(0.01);
    const limits = { retries: 1 };
    for (let n = 0; n < 10; n++) made.submit({ fn, key: "a", args: [n], limits });
    const order: unknown[] = [];
    let failed = false;
    for (let i = 0; i < 30; i++) {
      await made.turn();
      const job = made.worker(0).begin();
      if (!job) break;
      made.worker(0).finish(job);
      if (job.args[0] === 3 && !failed) {
        failed = true;
        made.worker(0).reply(job, Outcome.error, thrown(new Error("once")));
        continue;
      }
      order.push(job.args[0]);
      made.worker(0).reply(job, Outcome.value, job.args[0]);
    }
    assertEquals(order, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
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
    const results = broadcast(made);
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
    const results = broadcast(made);
    await drain(made);
    assertEquals(await results, ["all"]);
    assertEquals(calls.map(({ value }) => value), calls.map((_, n) => n));
  });

  it("broadcast() waits for workers that start, and later ones run it as a part of their start", async () => {
    const made = await bench({ workers: 2 }, { boots: false });
    made.worker(0).ready();
    const results = broadcast(made);
    made.worker(1).ready();
    await drain(made);
    assertEquals(await results, ["all", "all"]);
    made.worker(1).exit({ exitCode: 1 });
    await made.advance(20);
    assertEquals(made.worker(2).all("start")[0]!.setup.length, 1);
  });
});
