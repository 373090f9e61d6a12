import { describe, it } from "node:test";
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { PoolClosedError } from "../../src/core/errors.ts";
import { type Bench, bench, type Call, closed, drain, states } from "./fake_scheduler.ts";

describe("Scheduler: the end", () => {
  it("close() lets what was accepted finish, refuses the rest, and ends", async () => {
    const made = await bench({ workers: 2 });
    const calls = Array.from({ length: 10 }, (_, n) => made.submit({ args: [n] }));
    made.scheduler.life.close();
    made.scheduler.life.close();
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
      made.scheduler.life.close();
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
    made.scheduler.life.close();
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
    made.scheduler.life.close();
    assertEquals(made.adapter.workers.map(({ terminated }) => terminated), [1, 1]);
  });

  it("terminate() with nothing to do, during boot, after close and after a crash", async () => {
    const cases: ((made: Bench) => void)[] = [
      () => {},
      (made) => made.scheduler.life.close(),
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
    made.scheduler.life.close();
    await made.turn();
    stop();
    assertEquals(seen, ["workerUp", "queued", "start", "end", "workerDown"]);
  });
});
