import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { QueueFullError } from "../../src/core/errors.ts";
import { bench, drain, states } from "./fake_scheduler.ts";

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
