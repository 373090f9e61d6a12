/** Which of the waiting calls is next: priorities, keys, `maxQueue`, `queueTimeout`. */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { type Pool, QueueFullError, TimeoutError } from "@pool/core";
import {
  beginAndEnd,
  die,
  failFirst,
  hold,
  holdItem,
  note,
  square,
  workerId,
} from "../tasks/pool_tasks.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { type Gate, passTime, rejection, Scene, until } from "./pool_scene.ts";
import { range } from "./range.ts";

export function queueSuite(backend: Backend): void {
  suite("queue", backend, (b) => {
    const scene = new Scene();
    priorityTests(b, scene);
    keyTests(b, scene);
    fullTests(b, scene);
    acceptanceTests(b, scene);
    lobbyTests(b, scene);
    waitLimitTests(b, scene);
  });
}

/** Keeps a pool's only worker at a gate. */
async function occupy(pool: Pool, gate: Gate): Promise<Promise<unknown>[]> {
  const held = pool.apply(hold, [gate.path]);
  await gate.has(1);
  return [held];
}

function priorityTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("a call of higher priority goes first, equal ones in the order of the calls", async () => {
    await using pool = createPool(1);
    using gate = scene.gate();
    const [held] = await occupy(pool, gate);
    const order: string[] = [];
    const calls = [0, 5, -1, 0, 5, 2.5, -1].map((priority, i) =>
      pool.applyAsync(square, [i], { priority, callback: () => order.push(`${priority}/${i}`) })
    );
    gate.open();
    await Promise.all([held, ...calls]);
    assertEquals(order, ["5/1", "5/4", "2.5/5", "0/0", "0/3", "-1/2", "-1/6"]);
  });

  it("a map has a priority too", async () => {
    await using pool = createPool(1);
    using gate = scene.gate();
    const [held] = await occupy(pool, gate);
    const diary = scene.diary();
    const write = (text: string, priority: number): Promise<unknown> =>
      pool.starmap(note, [[diary.path, `${text}1`], [diary.path, `${text}2`]], {
        priority,
        chunksize: 1,
      });
    const calls = [write("low", -1), write("high", 1)];
    gate.open();
    await Promise.all([held, ...calls]);
    assertEquals(diary.lines, ["high1", "high2", "low1", "low2"]);
  });

  it("no call starves: for each level some thousand later calls may overtake it", async () => {
    await using pool = createPool(1);
    using gate = scene.gate();
    const [held] = await occupy(pool, gate);
    const order: number[] = [];
    const call = (i: number, priority: number): PromiseLike<unknown> =>
      pool.applyAsync(square, [i], { priority, callback: () => order.push(i) });
    const calls = [call(0, 0), ...range(3000).map((i) => call(i + 1, 1))];
    gate.open();
    await Promise.all([held, ...calls]);
    const overtaken = order.indexOf(0);
    // Calls age in steps, of one sixteenth of that.
    assert(overtaken >= 960 && overtaken <= 1025, `overtaken by ${overtaken} calls`);
  });
}

function keyTests({ createPool, traits }: SuiteBackend, scene: Scene): void {
  /** Fails when two calls of this diary ran at the same time, or out of order. */
  function assertInOrder(lines: readonly string[], count: number): void {
    const expected = range(count).flatMap((i) => [`begin ${i}`, `end ${i}`]);
    assertEquals(lines, expected);
  }

  it("calls of one key run one after the other, in order, on the same worker", async () => {
    await using pool = createPool(3);
    const keys = ["a", "b", "c", "d", "e"];
    const diaries = keys.map(() => scene.diary());
    const calls = range(20).flatMap((i) =>
      keys.map((key, k) => pool.apply(beginAndEnd, [diaries[k]!.path, String(i)], { key }))
    );
    const workers = await Promise.all(calls);
    keys.forEach((_, k) => {
      assertInOrder(diaries[k]!.lines, 20);
      assertEquals(new Set(workers.filter((_, i) => i % keys.length === k)).size, 1);
    });
  });

  it("calls with and without keys do not hold each other up for ever", async () => {
    await using pool = createPool(2);
    const calls = range(300).map((i) =>
      pool.apply(square, [i], i % 3 ? {} : { key: `k${i % 7}`, priority: i % 2 })
    );
    assertEquals(await Promise.all(calls), range(300).map((i) => i * i));
  });

  it("calls of one key never overlap while workers are replaced", async () => {
    await using pool = createPool({ workers: 2, maxTasksPerChild: 2 });
    const diary = scene.diary();
    const calls = range(9).map((i) =>
      pool.apply(beginAndEnd, [diary.path, String(i)], { key: "a" })
    );
    await Promise.all(calls);
    assertInOrder(diary.lines, 9);
  });

  it("a call with a key starts a worker in a pool that has none", async () => {
    await using pool = createPool({ workers: 3, idleTimeout: 10 });
    for (const key of ["a", "b", "c", "d"]) {
      assertEquals(await pool.apply(square, [3], { key }), 9);
      await until(() => pool.stats().workers.alive === 0, "the end of idle workers");
    }
  });

  if (!traits.isolated) return;

  it("calls of one key go on in order after the death of their worker", async () => {
    await using pool = createPool({ workers: 2, idleTimeout: 50 });
    const diary = scene.diary();
    const key = "a";
    const first = pool.apply(beginAndEnd, [diary.path, "0"], { key });
    const deadly = rejection(pool.apply(die, ["3"], { key }));
    const others = [1, 2, 3].map((i) => pool.apply(beginAndEnd, [diary.path, String(i)], { key }));
    await Promise.all([first, deadly, ...others]);
    assertInOrder(diary.lines, 4);
  });
}

function fullTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("a call beyond maxQueue is refused with QueueFullError, and nothing else is lost", async () => {
    await using pool = createPool({ workers: 1, maxQueue: 2 });
    using gate = scene.gate();
    const [held] = await occupy(pool, gate);
    const waiting = [1, 2].map((i) => pool.apply(square, [i]));
    await assertRejects(() => pool.apply(square, [3]), QueueFullError, "maxQueue");
    assertThrows(() => pool.applyAsync(square, [3]), QueueFullError);
    assertThrows(() => pool.stream(() => [1]), QueueFullError);
    gate.open();
    await held;
    assertEquals(await Promise.all(waiting), [1, 4]);
    assertEquals(await pool.apply(square, [3]), 9);
  });

  it("a waiting call that is cancelled makes room", async () => {
    await using pool = createPool({ workers: 1, maxQueue: 1 });
    using gate = scene.gate();
    const [held] = await occupy(pool, gate);
    const waiting = pool.applyAsync(square, [1]);
    await assertRejects(() => pool.apply(square, [2]), QueueFullError);
    waiting.cancel();
    const other = pool.apply(square, [3]);
    gate.open();
    await held;
    assertEquals(await other, 9);
  });

  it("maxQueue of 0 takes as many calls as there are workers", async () => {
    await using pool = createPool({ workers: 2, maxQueue: 0 });
    using gate = scene.gate();
    const held = [1, 2].map((i) => pool.apply(hold, [gate.path, i]));
    await assertRejects(() => pool.apply(square, [3]), QueueFullError);
    await gate.has(2);
    await assertRejects(() => pool.apply(square, [3]), QueueFullError);
    gate.open();
    assertEquals(await Promise.all(held), [1, 2]);
    assertEquals(await pool.apply(square, [3]), 9);
  });

  it("chunks of a map do not count for maxQueue", async () => {
    await using pool = createPool({ workers: 1, maxQueue: 1 });
    using gate = scene.gate();
    const items = range(20).map((value) => ({ value, gate: gate.path }));
    const map = pool.map(holdItem, items, { chunksize: 1 });
    await gate.has(1);
    const waiting = pool.apply(square, [5]);
    await assertRejects(() => pool.apply(square, [6]), QueueFullError);
    gate.open();
    assertEquals(await map, range(20));
    assertEquals(await waiting, 25);
  });
}

function acceptanceTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("a call that finds no room keeps its buffers", async () => {
    await using pool = createPool({ workers: 1, maxQueue: 1 });
    using gate = scene.gate();
    const [held] = await occupy(pool, gate);
    const waiting = pool.apply(square, [1]);
    const buffer = new ArrayBuffer(8);
    const length = (bytes: ArrayBuffer): number => bytes.byteLength;
    const call = () => pool.apply(length, [buffer], { transfer: [buffer] });
    await assertRejects(call, QueueFullError);
    assertEquals(buffer.byteLength, 8);
    gate.open();
    await Promise.all([held, waiting]);
    assertEquals(await call(), 8);
  });

  it("a call that is aborted before it begins keeps its buffers", async () => {
    await using pool = createPool(1);
    const buffer = new ArrayBuffer(8), signal = AbortSignal.abort("before");
    const length = (bytes: ArrayBuffer): number => bytes.byteLength;
    const options = { transfer: [buffer] };
    assertEquals(await rejection(pool.apply(length, [buffer], { ...options, signal })), "before");
    assertEquals(buffer.byteLength, 8);
    assertEquals(await pool.apply(length, [buffer], options), 8);
  });

  it("queueTimeout: 0 takes workers that are only about to start", async () => {
    await using pool = createPool(2);
    const calls = [1, 2, 3].map((n) => pool.apply(square, [n], { queueTimeout: 0 }));
    assertInstanceOf(await rejection(calls[2]!), TimeoutError);
    assertEquals(await Promise.all(calls.slice(0, 2)), [1, 4]);
  });

  it("queueTimeout: 0 takes the worker of a key that is only about to start", async () => {
    await using pool = createPool(1);
    const calls = [1, 2].map((n) => pool.apply(square, [n], { queueTimeout: 0, key: "k" }));
    assertInstanceOf(await rejection(calls[1]!), TimeoutError);
    assertEquals(await calls[0], 1);
  });

  it("queueTimeout: 0 takes a free worker, or none", async () => {
    await using pool = createPool(2);
    await pool.broadcast(square, [1]);
    using gate = scene.gate();
    const now = { queueTimeout: 0 };
    for (let i = 0; i < 50; i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      assertEquals(await pool.apply(square, [3], now), 9);
    }
    const held = [1, 2].map((i) => pool.apply(hold, [gate.path, i], now));
    assertInstanceOf(await rejection(pool.apply(square, [3], now)), TimeoutError);
    await gate.has(2);
    assertInstanceOf(await rejection(pool.apply(square, [3], now)), TimeoutError);
    gate.open();
    assertEquals(await Promise.all(held), [1, 2]);
  });
}

function lobbyTests({ createPool }: SuiteBackend, scene: Scene): void {
  it('whenFull: "wait" lets all calls run, in order', async () => {
    for (const maxQueue of [0, 1, 3]) {
      await using pool = createPool({ workers: 1, maxQueue, whenFull: "wait" });
      const order: number[] = [];
      const calls = range(20).map((i) =>
        pool.applyAsync(square, [i], { callback: () => order.push(i) })
      );
      assertEquals(await Promise.all(calls), range(20).map((i) => i * i));
      assertEquals(order, range(20));
    }
  });

  it("a call that waits outside can be cancelled, and has its queueTimeout", async () => {
    await using pool = createPool({ workers: 1, maxQueue: 1, whenFull: "wait" });
    using gate = scene.gate();
    const [held] = await occupy(pool, gate);
    const diary = scene.diary();
    const first = pool.apply(square, [1]);
    const cancelled = pool.applyAsync(note, [diary.path, "cancelled"]);
    const late = pool.applyAsync(note, [diary.path, "late"], { queueTimeout: 20 });
    const last = pool.apply(square, [2]);
    assert(cancelled.cancel());
    assertInstanceOf(await rejection(late.get()), TimeoutError);
    gate.open();
    assertEquals(await Promise.all([held, first, last]), ["in", 1, 4]);
    assertEquals(diary.lines, []);
  });

  it("close() lets calls that wait outside run, terminate() rejects them", async () => {
    const closed = createPool({ workers: 1, maxQueue: 0, whenFull: "wait" });
    const calls = range(5).map((i) => closed.apply(square, [i]));
    closed.close();
    assertEquals(await Promise.all(calls), [0, 1, 4, 9, 16]);
    await closed.join();

    const terminated = createPool({ workers: 1, maxQueue: 0, whenFull: "wait" });
    const lost = range(5).map((i) => rejection(terminated.apply(square, [i])));
    await terminated.terminate();
    for (const error of await Promise.all(lost)) {
      assertEquals((error as Error).name, "PoolClosedError");
    }
  });
}

function waitLimitTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("a call that waits longer than its queueTimeout rejects and never runs", async () => {
    await using pool = createPool(1);
    using gate = scene.gate();
    const [held] = await occupy(pool, gate);
    const diary = scene.diary();
    const calls = [0, -1, 20].map((queueTimeout) =>
      rejection(pool.apply(note, [diary.path, queueTimeout], { queueTimeout }))
    );
    for (const error of await Promise.all(calls)) assertInstanceOf(error, TimeoutError);
    const patient = pool.apply(square, [3], { queueTimeout: 10_000 });
    gate.open();
    await held;
    assertEquals(await patient, 9);
    assertEquals(diary.lines, []);
  });

  it("a queueTimeout does not count the wait for another try", async () => {
    await using pool = createPool(1);
    using gate = scene.gate();
    const diary = scene.diary();
    await pool.apply(workerId);
    const options = { retries: 1, queueTimeout: 300 };
    const call = pool.apply(failFirst, [diary.path, 100], options);
    await diary.has(1);
    const held = pool.apply(hold, [gate.path], { priority: 1 });
    await gate.has(1);
    await passTime(400);
    gate.open();
    assertEquals(await Promise.all([call, held]), [2, "in"]);
  });

  it("a queueTimeout does not touch a call that runs", async () => {
    await using pool = createPool(1);
    using gate = scene.gate();
    await pool.apply(workerId);
    const call = pool.apply(hold, [gate.path, "ran"], { queueTimeout: 500 });
    await gate.has(1);
    await passTime(600);
    gate.open();
    assertEquals(await call, "ran");
  });
}
