/** `stats()` and `events`: what can be seen of a pool. */
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { PoolClosedError, type PoolEvent } from "@pool/core";
import { runScenario } from "../crash/run_scenario.ts";
import { die, fail, failTimes, hold, reportSteps, square } from "../tasks/pool_tasks.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { recordEvents, rejection, Scene, until } from "./pool_scene.ts";

export function watchSuite(backend: Backend): void {
  suite("watch", backend, (b) => {
    const scene = new Scene();
    statsTests(b, scene);
    eventTests(b, scene);
    listenerTests(b);
  });
}

function statsTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("stats() counts calls from their acceptance to their end", async () => {
    await using pool = createPool(1);
    using gate = scene.gate();
    const held = pool.apply(hold, [gate.path]);
    await gate.has(1);
    const waiting = [1, 2].map((i) => pool.applyAsync(square, [i]));
    const { workers, ...calls } = pool.stats();
    assertEquals(calls, {
      submitted: 3,
      fulfilled: 0,
      rejected: 0,
      retried: 0,
      waiting: 2,
      running: 1,
    });
    assertEquals(workers, {
      alive: 1,
      idle: 0,
      starting: 0,
      spawned: 1,
      died: 0,
      killed: 0,
      givenUp: 0,
    });
    waiting[1]!.cancel();
    gate.open();
    await Promise.all([held, waiting[0]]);
    await rejection(pool.apply(fail, ["bad"]));
    await pool.apply(failTimes, [scene.diary().path, 1], { retries: 1 });
    const { workers: after, ...ended } = pool.stats();
    assertEquals(ended, {
      submitted: 5,
      fulfilled: 3,
      rejected: 2,
      retried: 1,
      waiting: 0,
      running: 0,
    });
    assertEquals(after.alive, 1);
  });

  it("stats() counts a map by its chunks", async () => {
    await using pool = createPool(1);
    await pool.map(square, [1, 2, 3, 4, 5], { chunksize: 2 });
    assertEquals(pool.stats().fulfilled, 3);
  });

  it("stats() can be had of a pool that has ended", async () => {
    const pool = createPool(2);
    await pool.apply(square, [1]);
    await pool.terminate();
    const { submitted, fulfilled, workers: { alive, idle, starting } } = pool.stats();
    assertEquals({ submitted, fulfilled, alive, idle, starting }, {
      submitted: 1,
      fulfilled: 1,
      alive: 0,
      idle: 0,
      starting: 0,
    });
  });
}

/** Types of the events of one job, or of one worker. */
const typesOf = (events: readonly PoolEvent[], field: "jobId" | "workerId", id: number) =>
  events.filter((event) =>
    (event as { jobId?: number; workerId?: number })[field] === id &&
    (field === "workerId") === event.type.startsWith("worker")
  ).map(({ type }) => type);

function eventTests({ createPool, traits }: SuiteBackend, scene: Scene): void {
  it("events tell a call's way from queued to end", async () => {
    const pool = createPool({ workers: 1, minWorkers: 0 });
    const events = recordEvents(pool);
    await pool.apply(function greet() {});
    await rejection(pool.apply(fail, ["bad"]));
    const queued = events.filter((event) => event.type === "queued");
    assertEquals(queued.map(({ task }) => task), ["greet", "anonymous"]);
    for (const { jobId } of queued) {
      assertEquals(typesOf(events, "jobId", jobId), ["queued", "start", "end"]);
    }
    const ends = events.filter((event) => event.type === "end");
    assertEquals(ends.map(({ outcome }) => outcome), ["fulfilled", "rejected"]);
    assertEquals(ends.map(({ workerId }) => workerId), [1, 1]);
    pool.close();
    await pool.join();
    assertEquals(typesOf(events, "workerId", 1), ["workerUp", "workerDown"]);
    const down = events.find((event) => event.type === "workerDown")!;
    assert(down.expected);
    const times = events.map(({ time }) => time);
    assertEquals(times, times.toSorted((a, b) => a - b));
  });

  it("a listener may end the pool, or abort the call, when it hears of it", async () => {
    const ending = createPool(1);
    ending.events.subscribe(({ type }) => void (type === "queued" && ending.terminate()));
    assertInstanceOf(await rejection(ending.apply(square, [1])), PoolClosedError);
    await ending.terminate();
    await using pool = createPool(1);
    const controller = new AbortController();
    pool.events.subscribe(({ type }) => void (type === "queued" && controller.abort("heard")));
    assertEquals(await rejection(pool.apply(square, [1], { signal: controller.signal })), "heard");
    assertEquals(await pool.apply(square, [2]), 4);
    const { fulfilled, rejected, running } = pool.stats();
    assertEquals([fulfilled, rejected, running], [1, 1, 0]);
  });

  it("events bring what a task reports, copied, in order and before its end", async () => {
    await using pool = createPool(1);
    const events = recordEvents(pool);
    const steps = [1, { done: new Set([1]) }, new RangeError("half")];
    assertEquals(await pool.apply(reportSteps, [steps]), 3);
    const reports = events.filter((event) => event.type === "progress");
    assertEquals(reports.map(({ value }) => value).slice(0, 2), steps.slice(0, 2));
    assertEquals((reports[2]!.value as Error).message, "half");
    const { jobId } = reports[0]!;
    assertEquals(typesOf(events, "jobId", jobId), [
      "queued",
      "start",
      "progress",
      "progress",
      "progress",
      "end",
    ]);
  });

  it("events tell of a call that never started", async () => {
    await using pool = createPool(1);
    using gate = scene.gate();
    const events = recordEvents(pool);
    const held = pool.apply(hold, [gate.path]);
    await gate.has(1);
    const waiting = pool.applyAsync(square, [1]);
    waiting.cancel();
    const end = events.find((event) => event.type === "end")!;
    assertEquals([end.outcome, end.workerId], ["rejected", undefined]);
    gate.open();
    await held;
  });

  it("events reach every listener, each until it ends that", async () => {
    await using pool = createPool(1);
    const first: string[] = [], second: string[] = [];
    const listener = (event: PoolEvent): unknown => event.type === "end" && first.push(event.task);
    const stops = [pool.events.subscribe(listener), pool.events.subscribe(listener)];
    pool.events.subscribe((event) => event.type === "end" && second.push(event.task));
    await pool.apply(square, [1]);
    stops[0]!();
    stops[0]!();
    await pool.apply(square, [1]);
    stops[1]!();
    await pool.apply(square, [1]);
    assertEquals([first.length, second.length], [3, 3]);
  });

  if (!traits.isolated) return;

  it("events tell of a worker that died", async () => {
    await using pool = createPool(1);
    const events = recordEvents(pool);
    await rejection(pool.apply(die, ["3"]));
    await until(() => events.some(({ type }) => type === "workerDown"), "the event");
    const down = events.find((event) => event.type === "workerDown")!;
    assertEquals([down.expected, down.exitCode, down.workerId], [false, 3, 1]);
  });
}

function listenerTests({ createPool, traits }: SuiteBackend): void {
  it("subscribe() refuses what is no function", async () => {
    await using pool = createPool(1);
    for (const wrong of [undefined, null, "end", {}]) {
      assertThrows(() => pool.events.subscribe(wrong as never), TypeError, "listener");
    }
  });

  it("a listener that throws is reported as uncaught and harms nobody else", async () => {
    const { code, stdout, stderr } = await runScenario("listener", [
      traits.isolated ? "thread" : "inline",
    ]);
    assertEquals(code, 0, stderr);
    assertEquals(stdout.trim().split("\n"), [
      "results 1,4,9",
      "others heard 3 ends",
      "uncaught listener,listener,listener",
    ]);
  });
}
