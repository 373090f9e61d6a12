import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import {
  BrokenThreadPool,
  PoolError,
  TimeoutError,
  WorkerDiedError,
} from "../../src/core/errors.ts";
import type { PoolEvent } from "../../src/core/events.ts";
import type { SetupCall } from "../../src/protocol/messages.ts";
import type { FakeWorker } from "./fake_adapter.ts";
import { turn } from "./fake_host.ts";
import { Bench, bench, states } from "./fake_scheduler.ts";

const SETUP: SetupCall = {
  reference: { kind: "source", name: "", source: "() => {}" },
  args: [],
  marked: false,
};

function downs(made: Bench): [workerId: number, exitCode: number | null, expected: boolean][] {
  const seen: [number, number | null, boolean][] = [];
  made.scheduler.events.subscribe((event: PoolEvent) => {
    if (event.type === "workerDown") seen.push([event.workerId, event.exitCode, event.expected]);
  });
  return seen;
}

describe("Crew", () => {
  it("starts all workers at once, or none where none is kept", async () => {
    const all = await bench({ workers: 4 });
    assertEquals(all.adapter.workers.map(({ spec }) => spec.name), [
      "Test-1",
      "Test-2",
      "Test-3",
      "Test-4",
    ]);
    const none = await bench({ workers: 4, minWorkers: 0 });
    assertEquals(none.adapter.workers.length, 0);
  });

  it("ends the workers that it has where the first ones cannot all be started", async () => {
    const started: FakeWorker[] = [];
    const onSpawn = (worker: FakeWorker): void => {
      if (started.push(worker) === 3) throw new TypeError("no such setting");
    };
    assertThrows(() => new Bench({ workers: 4 }, { onSpawn }), TypeError, "no such setting");
    assertEquals(started.map(({ terminated }) => terminated), [1, 1, 0]);
    await turn();
    assertEquals(started.map(({ ended }) => ended), [true, true, false]);
  });

  it("starts workers as waiting jobs want them, within the limit", async () => {
    const made = await bench({ workers: 3, minWorkers: 0 }, { boots: false });
    made.submit();
    assertEquals(made.adapter.workers.length, 1);
    for (let i = 0; i < 9; i++) made.submit();
    assertEquals(made.adapter.workers.length, 3);
  });

  it("tells workers about the initializer, and starts them again where it fails", async () => {
    const made = await bench({ workers: 1, initializer: SETUP }, { boots: false });
    assertEquals(made.worker(0).all("start")[0]!.setup, [SETUP]);
    made.worker(0).say({ type: "setupFailed", error: { value: "no", marked: false } });
    assertEquals(made.worker(0).terminated, 1);
    await made.advance(20);
    assertEquals(made.adapter.workers.length, 2);
  });

  it("is broken after three failed starts, with growing pauses and the cause", async () => {
    const made = await bench({ workers: 1 }, { boots: false });
    const call = made.submit();
    const pauses: number[] = [];
    for (let tries = 0; tries < 3; tries++) {
      const began = made.host.clock.now();
      while (made.adapter.workers.length === tries) await made.advance(1);
      pauses.push(made.host.clock.now() - began);
      const error = { value: new RangeError(`try ${tries}`), marked: false };
      made.worker(tries).say({ type: "setupFailed", error });
      await made.turn();
    }
    assertEquals(pauses, [0, 20, 40]);
    assertInstanceOf(call.error, BrokenThreadPool);
    assertInstanceOf(call.error.cause, RangeError);
    assertMatch(call.error.message, /try 2/);
    assertThrows(() => made.submit(), BrokenThreadPool);
    await made.advance(60_000);
    assertEquals([made.adapter.workers.length, made.ended], [3, true]);
  });

  it("tries for seconds where workers have worked before: what is wrong may pass", async () => {
    let fails = false;
    const made = await bench({ workers: 1 }, {
      onSpawn() {
        if (fails) throw new RangeError("too many open files");
      },
    });
    made.submit();
    await made.turn();
    made.worker(0).run();
    fails = true;
    made.worker(0).exit({ exitCode: 1 });
    const patient = made.submit();
    await made.advance(2000);
    assertEquals(patient.state, "pending");
    fails = false;
    await made.advance(1000);
    made.worker(1).run();
    assertEquals(patient.state, "fulfilled");
    fails = true;
    made.worker(1).exit({ exitCode: 1 });
    const lost = made.submit();
    await made.advance(3000);
    assertInstanceOf(lost.error, BrokenThreadPool);
    assertMatch(lost.error.message, /too many open files/);
  });

  it("is broken by whatever an initializer throws, also what cannot be written", async () => {
    const made = await bench({ workers: 1, initializer: SETUP, breaksOn: "failedStart" }, {
      boots: false,
    });
    const call = made.submit();
    const value: unknown = Object.create(null);
    made.worker(0).say({ type: "setupFailed", error: { value, marked: false } });
    assertInstanceOf(call.error, BrokenThreadPool);
    assertMatch(call.error.message, /^Cannot start workers: \[object Object\]$/);
  });

  it("is broken when workers end at boot, and says with which exit code", async () => {
    const made = await bench({ workers: 8 }, { boots: false });
    const calls = Array.from({ length: 20 }, () => made.submit());
    for (let i = 0; i < 100 && calls[0]!.settled === 0; i++) {
      for (const worker of made.adapter.living) worker.exit({ exitCode: 9 });
      await made.advance(10);
    }
    assertEquals(new Set(states(calls)), new Set(["rejected"]));
    assertMatch(String((calls[0]!.error as Error).message), /ended with exit code 9/);
    await made.advance(60_000);
    assert(made.adapter.workers.length <= 24, `${made.adapter.workers.length} were started`);
    assert(made.ended);
  });

  it("throws at once what the adapter throws at the first start", () => {
    assertThrows(
      () =>
        new Bench({}, {
          onSpawn() {
            throw new RangeError("bad flag");
          },
        }),
      RangeError,
      "bad flag",
    );
  });

  it("is broken where the adapter throws at later starts", async () => {
    let starts = 0;
    const made = await bench({ workers: 1 }, {
      onSpawn() {
        if (starts++ > 0) throw new RangeError("no more threads");
      },
    });
    const calls = [made.submit(), made.submit()];
    await made.turn();
    made.worker(0).begin();
    made.worker(0).exit({ exitCode: 1 });
    await made.advance(1000);
    assertInstanceOf(calls[0]!.error, WorkerDiedError);
    assertInstanceOf(calls[1]!.error, BrokenThreadPool);
    assertEquals([made.host.clock.pending, made.ended], [0, true]);
  });

  it("goes on with the workers it has while one seat keeps failing, ever more slowly", async () => {
    const made = await bench({ workers: 2 });
    made.submit();
    made.submit();
    await made.turn();
    made.worker(0).run();
    made.worker(1).run();
    let failures = 0;
    const failing = (): void => {
      for (const worker of made.adapter.living.slice(1)) worker.exit({ exitCode: 1 }), failures++;
    };
    failing();
    for (let i = 0; i < 600; i++) {
      await made.advance(100);
      failing();
    }
    assert(failures < 60, `${failures} starts in a minute`);
    assert(made.scheduler.life.open);
    const call = made.submit({ args: [1] });
    await made.turn();
    made.adapter.living[0]!.run();
    assertEquals(call.value, 1);
  });

  it("gives up a worker that is not ready within spawnTimeout", async () => {
    const made = await bench({ workers: 1, spawnTimeout: 500 }, { boots: false });
    const call = made.submit();
    await made.advance(499);
    assertEquals(made.worker(0).terminated, 0);
    await made.advance(1);
    assertEquals(made.worker(0).terminated, 1);
    await made.advance(2000);
    assertInstanceOf(call.error, BrokenThreadPool);
    assertInstanceOf(call.error.cause, TimeoutError);
  });

  it("replaces a worker that dies in its first job, in the middle of others, and when idle", async () => {
    const made = await bench({ workers: 1 });
    const seen = downs(made);
    const first = made.submit();
    await made.turn();
    made.worker(0).begin();
    made.worker(0).exit({ exitCode: 3 });
    assertInstanceOf(first.error, WorkerDiedError);
    assertEquals((first.error as WorkerDiedError).exitCode, 3);
    await made.turn();
    made.submit();
    await made.turn();
    made.worker(1).run();
    made.worker(1).exit({ exitCode: 0 });
    await made.turn();
    const last = made.submit({ args: ["ok"] });
    await made.turn();
    made.worker(2).run();
    assertEquals(last.value, "ok");
    assertEquals(seen, [[1, 3, false], [2, 0, false]]);
    assertEquals(made.scheduler.stats().workers.died, 2);
  });

  it("replaces a worker that dies before its first job, and gives it nothing", async () => {
    const made = await bench({ workers: 2 });
    const seen = downs(made);
    made.worker(1).exit({ exitCode: 1 });
    assertEquals(seen, [[2, 1, false]]);
    const calls = [made.submit({ args: ["a"] }), made.submit({ args: ["b"] })];
    await made.advance(100);
    for (const worker of made.adapter.living) while (worker.run());
    assertEquals(calls.map(({ value }) => value), ["a", "b"]);
    assertEquals(made.adapter.workers.length, 3);
  });

  it("broadcasts to the worker that comes in place of one which fails at boot", async () => {
    const made = await bench({ workers: 2 }, { boots: false });
    made.worker(0).ready();
    const setup: SetupCall = { ...SETUP, args: ["x"] };
    const results = made.scheduler.broadcast(made.fn, setup);
    made.worker(1).say({ type: "setupFailed", error: { value: new Error("no"), marked: false } });
    await made.turn();
    made.worker(0).run();
    assertEquals(await results, ["x"]);
    await made.advance(20);
    assertEquals(made.worker(2).all("start")[0]!.setup, [setup]);
    assertEquals(made.host.alive.state, "released");
  });

  it("renews a worker after maxTasksPerChild calls, with a backlog and without loss", async () => {
    const made = await bench({ workers: 1, maxTasksPerChild: 3 });
    const calls = Array.from({ length: 10 }, (_, n) => made.submit({ args: [n] }));
    const ran: number[] = [];
    for (let i = 0; i < 40; i++) {
      await made.turn();
      for (const worker of made.adapter.living) {
        while (worker.run(0.001)) ran.push(worker.spec.workerId);
      }
    }
    assertEquals(calls.map(({ value }) => value), Array.from(Array(10).keys()));
    assertEquals(ran.map(String).sort().join(""), "1112223334");
    assertEquals(made.worker(0).all("close").length, 1);
    assertEquals(made.worker(0).ended, true);
  });

  it("renews a worker whose memory has grown too much; the next one starts first", async () => {
    const workers: FakeWorker[] = [];
    const onSpawn = (next: FakeWorker): void => {
      assert(workers.every((one) => one.all("close").length === 0));
      workers.push(next);
    };
    const made = await bench({ workers: 1, maxMemoryPerChild: 1000 }, { onSpawn });
    assertEquals(made.worker(0).all("start")[0]!.reportMemory, true);
    for (const memory of [999, 1001]) {
      made.submit();
      await made.turn();
      const job = made.worker(0).begin()!;
      made.worker(0).finish(job);
      made.worker(0).say({ type: "done", replies: [job.cell, 0, 1], times: [], memory });
      await made.turn();
    }
    assertEquals(made.worker(0).ended, true);
    assertEquals([made.adapter.living.length, workers.length], [1, 2]);
  });

  it("sends idle workers home after idleTimeout, down to minWorkers, and gives them nothing", async () => {
    const made = await bench({ workers: 3, minWorkers: 1, idleTimeout: 1000 }, { closes: false });
    const calls = Array.from({ length: 3 }, () => made.submit());
    await made.turn();
    for (const worker of made.adapter.workers) worker.run();
    await made.turn();
    await made.advance(999);
    assertEquals(made.adapter.workers.flatMap((w) => w.all("close")).length, 0);
    await made.advance(2);
    assertEquals(made.adapter.workers.flatMap((w) => w.all("close")).length, 2);
    const later = Array.from({ length: 3 }, (_, n) => made.submit({ args: [n] }));
    await made.turn();
    for (const worker of made.adapter.workers) {
      if (worker.all("close").length > 0) {
        assertEquals(worker.inbox, []);
        worker.say({ type: "closed", error: null });
      }
    }
    for (let i = 0; i < 5; i++) {
      await made.turn();
      for (const worker of made.adapter.living) while (worker.run());
    }
    assertEquals(later.map(({ value }) => value), [0, 1, 2]);
    assertEquals(new Set(states(calls)), new Set(["fulfilled"]));
  });

  it("has no timer while it is idle at its smallest size", async () => {
    const made = await bench({ workers: 2, minWorkers: 0, idleTimeout: 50 });
    made.submit();
    await made.turn();
    made.worker(0).run();
    await made.advance(200);
    assertEquals([made.adapter.living.length, made.host.clock.pending], [0, 0]);
    const call = made.submit({ args: [1] });
    await made.turn();
    made.adapter.living[0]!.run();
    assertEquals(call.value, 1);
  });

  it("kills a worker whose finalizer never ends", async () => {
    const made = await bench({ workers: 1, finalizer: SETUP }, { closes: false });
    assertEquals(made.worker(0).all("start")[0]!.finalizer, SETUP);
    made.scheduler.life.close();
    await made.advance(4999);
    assertEquals([made.worker(0).terminated, made.ended], [0, false]);
    await made.advance(1);
    assertEquals([made.worker(0).terminated, made.ended], [1, true]);
    assertEquals(made.host.clock.pending, 0);
  });

  it("keeps no timer for workers that closed", async () => {
    const made = await bench({ workers: 1, maxTasksPerChild: 1 });
    for (let i = 0; i < 50; i++) {
      made.submit();
      await made.turn();
      for (const worker of made.adapter.living) worker.run();
      await made.turn();
    }
    assert(made.adapter.workers.length > 40);
    assertEquals(made.host.clock.pending, 0);
  });

  it("close() gives up workers that are still starting", async () => {
    const made = await bench({ workers: 2 }, { boots: false });
    made.worker(0).ready();
    made.scheduler.life.close();
    await made.turn();
    assertEquals(made.worker(1).terminated, 1);
    assertEquals([made.worker(0).all("close").length, made.ended], [1, true]);
  });

  it("a worker that ends by itself while it closes is not replaced", async () => {
    const made = await bench({ workers: 1 }, { closes: false });
    const seen = downs(made);
    made.scheduler.life.close();
    made.worker(0).exit({ exitCode: 0 });
    await made.turn();
    assertEquals([seen, made.adapter.workers.length, made.ended], [[[1, 0, true]], 1, true]);
  });

  it("a finalizer that throws is told to listeners and harms nobody", async () => {
    const made = await bench({ workers: 1, finalizer: SETUP }, { closes: false });
    const errors: unknown[] = [];
    made.scheduler.events.subscribe((event) => {
      if (event.type === "workerDown") errors.push(event.error);
    });
    made.scheduler.life.close();
    made.worker(0).say({ type: "closed", error: { value: new PoolError("oops"), marked: false } });
    await made.turn();
    assertEquals([errors.map(String), made.ended], [["PoolError: oops"], true]);
  });
});
