/** Aborts, time limits and further tries: how a call ends before, or after, its first try. */
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  importTasks,
  MaybeEncodingError,
  type Pool,
  TimeoutError,
  WorkerDiedError,
} from "@pool/core";
import {
  busy,
  exitTimes,
  failTimes,
  hold,
  never,
  note,
  square,
  untilAborted,
  workerId,
} from "../tasks/pool_tasks.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { passTime, rejection, Scene, until } from "./pool_scene.ts";

export function cancelSuite(backend: Backend): void {
  suite("cancel", backend, (b) => {
    const scene = new Scene();
    waitingTests(b, scene);
    runningTests(b, scene);
    listenerTests(b, scene);
    timeoutTests(b, scene);
    graceTests(b, scene);
    retryTests(b, scene);
  });
}

function waitingTests({ createPool, sharedPool }: SuiteBackend, scene: Scene): void {
  const pool = sharedPool(1);

  it("a signal that is aborted already rejects with its reason, and nothing runs", async () => {
    const diary = scene.diary();
    const reason = { any: "thing" };
    const signal = AbortSignal.abort(reason);
    assertStrictEquals(await rejection(pool().apply(note, [diary.path, "x"], { signal })), reason);
    const seen: unknown[] = [];
    const result = pool().applyAsync(note, [diary.path, "x"], {
      signal,
      errorCallback: (error) => seen.push(error),
    });
    assertStrictEquals(await rejection(result.get()), reason);
    assertEquals(seen, [reason]);
    assertEquals(result.cancel(), false);
    assertEquals(await pool().apply(square, [2]), 4);
    assertEquals(diary.lines, []);
  });

  it("abort() without a reason rejects with the web's AbortError", async () => {
    const error = await rejection(pool().apply(square, [1], { signal: AbortSignal.abort() }));
    assertInstanceOf(error, DOMException);
    assertEquals(error.name, "AbortError");
  });

  it("an abort of a waiting call means that it never runs", async () => {
    using gate = scene.gate();
    const diary = scene.diary();
    const controller = new AbortController();
    const held = pool().apply(hold, [gate.path]);
    await gate.has(1);
    const { signal } = controller;
    const calls = [1, 2, 3].map((i) => rejection(pool().apply(note, [diary.path, i], { signal })));
    const other = pool().apply(square, [5]);
    controller.abort("enough");
    assertEquals(await Promise.all(calls), ["enough", "enough", "enough"]);
    gate.open();
    await held;
    assertEquals(await other, 25);
    assertEquals(diary.lines, []);
  });

  it("aborting queued task 2, then running task 1, lets task 3 run", async () => {
    await using own = createPool({ workers: 1, grace: 10_000 });
    const first = scene.diary(), second = scene.diary();
    const one = new AbortController(), two = new AbortController();
    const call1 = rejection(own.apply(untilAborted, [first.path], { signal: one.signal }));
    const call2 = rejection(own.apply(note, [second.path, "x"], { signal: two.signal }));
    const call3 = own.apply(square, [3]);
    await first.has(1);
    two.abort("two");
    one.abort("one");
    assertEquals(await Promise.all([call1, call2, call3]), ["one", "two", 9]);
    assertEquals(second.lines, []);
    assertEquals(own.stats().workers.killed, 0);
  });

  it("an abort after the end changes nothing", async () => {
    const controller = new AbortController();
    assertEquals(await pool().apply(square, [4], { signal: controller.signal }), 16);
    controller.abort();
    assertEquals(await pool().apply(square, [5]), 25);
  });
}

function runningTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("an abort of a running call rejects at once and gives the task the reason", async () => {
    await using pool = createPool({ workers: 1, grace: 10_000 });
    const diary = scene.diary();
    const controller = new AbortController();
    const call = rejection(pool.apply(untilAborted, [diary.path], { signal: controller.signal }));
    await diary.has(1);
    const reason = new RangeError("enough");
    controller.abort(reason);
    assertStrictEquals(await call, reason);
    const id = await pool.apply(workerId);
    assertEquals(diary.lines, ["in", "RangeError: enough"]);
    assertEquals(id, 1, "the worker of a task that obeys goes on");
    assertEquals(pool.stats().workers.killed, 0);
  });

  it("a task that ignores its abort costs its worker, after the grace time", async () => {
    await using pool = createPool({ workers: 1, grace: 20 });
    const diary = scene.diary();
    const controller = new AbortController();
    const call = rejection(pool.apply(never, [diary.path], { signal: controller.signal }));
    await diary.has(1);
    controller.abort("enough");
    assertEquals(await call, "enough");
    assertEquals(await pool.apply(square, [3]), 9);
    const { killed, spawned } = pool.stats().workers;
    assertEquals({ killed, spawned }, { killed: 1, spawned: 2 });
  });

  it("an aborted call harms no sibling on other workers", async () => {
    await using pool = createPool({ workers: 2, grace: 0 });
    using gate = scene.gate();
    const diary = scene.diary();
    const controller = new AbortController();
    const sibling = pool.apply(hold, [gate.path, "sibling"]);
    const call = rejection(pool.apply(never, [diary.path], { signal: controller.signal }));
    await gate.has(1);
    await diary.has(1);
    controller.abort("enough");
    assertEquals(await call, "enough");
    await until(() => pool.stats().workers.killed === 1, "the kill");
    gate.open();
    assertEquals(await sibling, "sibling");
  });

  it("a call that is made within the grace time runs", async () => {
    await using pool = createPool({ workers: 1, grace: 50 });
    const diary = scene.diary();
    const result = pool.applyAsync(never, [diary.path]);
    await diary.has(1);
    result.cancel();
    const calls = [1, 2, 3].map((i) => pool.apply(square, [i]));
    assertEquals(await Promise.all(calls), [1, 4, 9]);
  });

  it("an abort of many calls at once rejects each with the reason, and the pool goes on", async () => {
    await using pool = createPool({ workers: 2, grace: 10 });
    const controller = new AbortController();
    const { signal } = controller;
    const calls = Array.from(
      { length: 1000 },
      (_, i) => rejection(pool.apply(never, [scene.diary().path], { signal, priority: i % 3 })),
    );
    controller.abort("enough");
    assertEquals(new Set(await Promise.all(calls)), new Set(["enough"]));
    assertEquals(await pool.apply(square, [3]), 9);
  });

  it("an abort that races with the end settles once, one way or the other", async () => {
    await using pool = createPool({ workers: 2, grace: 10_000 });
    const outcomes = await Promise.all(Array.from({ length: 200 }, async (_, i) => {
      const controller = new AbortController();
      const call = pool.apply(square, [i], { signal: controller.signal });
      if (i % 2) queueMicrotask(() => controller.abort("late"));
      else setTimeout(() => controller.abort("late"), i % 5);
      return await call.catch((reason) => reason);
    }));
    outcomes.forEach((outcome, i) => assert(outcome === "late" || outcome === i * i));
    assertEquals(await pool.map(square, [1, 2, 3]), [1, 4, 9]);
  });
}

/** A signal that knows its listeners. */
function countedSignal(): { controller: AbortController; listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  const known = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    known.add(args[1]);
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    known.delete(args[1]);
    remove(...args);
  };
  return { controller, listeners: () => known.size };
}

function listenerTests({ createPool, sharedPool }: SuiteBackend, scene: Scene): void {
  const pool = sharedPool(2);

  it("ten thousand calls on one signal leave no listener", async () => {
    const { controller: { signal }, listeners } = countedSignal();
    const calls = Array.from({ length: 10_000 }, (_, i) => pool().apply(square, [i], { signal }));
    assertEquals(listeners(), 1);
    await Promise.all(calls);
    assertEquals(listeners(), 0);
  });

  it("an abort leaves no listener", async () => {
    await using own = createPool({ workers: 1, grace: 0 });
    const { controller, listeners } = countedSignal();
    const { signal } = controller;
    const diary = scene.diary();
    const calls = [0, 1, 2].map(() => rejection(own.apply(never, [diary.path], { signal })));
    await diary.has(1);
    controller.abort();
    await Promise.all(calls);
    assertEquals(listeners(), 0);
  });

  it("map(), imap() and stream() leave no listener", async () => {
    const { controller: { signal }, listeners } = countedSignal();
    async function* source(): AsyncGenerator<number> {
      yield* [1, 2, 3];
    }
    await pool().map(square, [1, 2, 3], { signal });
    await pool().map(square, source(), { signal });
    for await (const _ of pool().imap(square, source(), { signal }));
    for await (const _ of pool().imap(square, [1, 2, 3], { signal })) break;
    const items = (): number[] => [1, 2];
    for await (const _ of pool().stream(items, [], { signal }));
    for await (const _ of pool().stream(items, [], { signal })) break;
    await until(() => listeners() === 0, "no listener");
  });

  it("terminate() leaves no listener", async () => {
    const { controller: { signal }, listeners } = countedSignal();
    const own = createPool(1);
    const diary = scene.diary();
    const calls = [0, 1, 2].map(() => rejection(own.apply(never, [diary.path], { signal })));
    const iterator = own.imap(square, [1, 2, 3], { signal });
    const next = rejection(iterator.next());
    await diary.has(1);
    await own.terminate();
    await Promise.all([...calls, next]);
    assertEquals(listeners(), 0);
  });
}

function timeoutTests({ createPool, traits }: SuiteBackend, scene: Scene): void {
  it("a call that ended in time has its result, and its worker lives on, however late the host hears", async () => {
    await using own = createPool(2);
    await Promise.all([1, 2, 3, 4].map((x) => own.apply(square, [x])));
    const { signal } = new AbortController();
    for (let round = 0; round < 3; round++) {
      const calls = [1, 2, 3, 4].map((x) =>
        own.apply(square, [x], { timeout: 60, signal, grace: 0 })
      );
      // They leave with this turn, and nothing is heard of them while it blocks.
      await null;
      await null;
      const end = performance.now() + 200;
      while (performance.now() < end);
      assertEquals(await Promise.all(calls), [1, 4, 9, 16]);
    }
    assertEquals(own.stats().workers.killed, 0);
  });

  it("a call that runs longer than its timeout rejects with TimeoutError", async () => {
    await using pool = createPool({ workers: 1, grace: 0 });
    const diary = scene.diary();
    await assertRejects(
      () => pool.apply(never, [diary.path], { timeout: 50 }),
      TimeoutError,
      "50 ms",
    );
    assertEquals(await pool.apply(square, [3]), 9);
  });

  it("a timeout harms no sibling, running or waiting", async () => {
    await using pool = createPool({ workers: 2, grace: 0 });
    using gate = scene.gate();
    const sibling = pool.apply(hold, [gate.path, "sibling"]);
    await gate.has(1);
    const late = rejection(pool.apply(never, [scene.diary().path], { timeout: 50 }));
    const others = [1, 2, 3].map((i) => pool.apply(square, [i]));
    assertInstanceOf(await late, TimeoutError);
    assertEquals(await Promise.all(others), [1, 4, 9]);
    gate.open();
    assertEquals(await sibling, "sibling");
  });

  it("a timeout counts from the start of the run, not from the call", async () => {
    await using pool = createPool(1);
    using gate = scene.gate();
    const held = pool.apply(hold, [gate.path]);
    await gate.has(1);
    const waiting = pool.apply(square, [3], { timeout: 100 });
    await passTime(150);
    gate.open();
    await held;
    assertEquals(await waiting, 9);
  });

  it("a timeout does not count the import of the task's module", async () => {
    await using pool = createPool({ workers: 1, grace: 0 });
    const { double } = importTasks<typeof import("../tasks/slow_import.ts")>(
      import.meta.resolve("../tasks/slow_import.ts"),
    );
    assertEquals(await pool.apply(double, [4], { timeout: 100 }), 8);
    assertEquals(pool.stats().workers.spawned, 1);
  });

  it("a timeout tells the task first, which keeps its worker when it obeys", async () => {
    await using pool = createPool({ workers: 1, grace: 10_000 });
    const diary = scene.diary();
    await assertRejects(
      () => pool.apply(untilAborted, [diary.path], { timeout: 50 }),
      TimeoutError,
    );
    assertEquals(await pool.apply(workerId), 1);
    assert(diary.lines[1]!.startsWith("TimeoutError: "), diary.lines[1]);
    assertEquals(pool.stats().workers.killed, 0);
  });

  it("taskTimeout is the default of the calls' timeout", async () => {
    await using pool = createPool({ workers: 2, taskTimeout: 50, grace: 0 });
    using gate = scene.gate();
    const patient = [10_000, Infinity].map((timeout) =>
      pool.apply(hold, [gate.path, "in time"], { timeout })
    );
    await gate.has(2);
    await passTime(100);
    gate.open();
    assertEquals(await Promise.all(patient), ["in time", "in time"]);
    const diary = scene.diary();
    await assertRejects(() => pool.apply(never, [diary.path]), TimeoutError);
    await assertRejects(() => pool.map(never, [diary.path, diary.path]), TimeoutError);
    assertEquals(await pool.map(square, [1, 2]), [1, 4]);
  });

  if (!traits.isolated) return;

  it("a timeout ends the wait for a task that blocks its worker, and harms no sibling", async () => {
    await using pool = createPool({ workers: 2, grace: 20 });
    using gate = scene.gate();
    const diary = scene.diary();
    const sibling = pool.apply(hold, [gate.path, "sibling"]);
    await gate.has(1);
    const late = pool.applyAsync(busy, [diary.path], { timeout: 50 });
    assertInstanceOf(await rejection(late.get()), TimeoutError);
    assertEquals(await pool.apply(square, [3]), 9);
    assertEquals(diary.lines, ["in"], "all that was before the end of the loop");
    gate.open();
    assertEquals(await sibling, "sibling");
  });

  if (!traits.killable) return;

  it("a task that blocks its worker is stopped", async () => {
    await using pool = createPool({ workers: 1, grace: 0 });
    const diary = scene.diary();
    await assertRejects(() => pool.apply(busy, [diary.path], { timeout: 50 }), TimeoutError);
    // Longer than the loop would take.
    await passTime(1800);
    assertEquals(diary.lines, ["in"]);
  });
}

function graceTests({ createPool }: SuiteBackend, scene: Scene): void {
  async function killedAfter(pool: Pool, milliseconds: number, grace?: number): Promise<boolean> {
    const diary = scene.diary();
    const options = grace === undefined ? {} : { grace };
    const result = pool.applyAsync(never, [diary.path], options);
    await diary.has(1);
    result.cancel();
    await passTime(milliseconds);
    return pool.stats().workers.killed > 0;
  }

  it("grace of the pool is the time from an abort to the kill", async () => {
    for (const grace of [10_000, Infinity]) {
      const pool = createPool({ workers: 1, grace });
      assertFalse(await killedAfter(pool, 150));
      await pool.terminate();
    }
    const pool = createPool({ workers: 1, grace: 0 });
    assert(await killedAfter(pool, 150));
    await pool.terminate();
  });

  it("grace of a call goes before that of the pool", async () => {
    for (const grace of [10_000, Infinity]) {
      const pool = createPool({ workers: 1, grace: 0 });
      assertFalse(await killedAfter(pool, 150, grace));
      await pool.terminate();
    }
    const pool = createPool({ workers: 1, grace: 10_000 });
    assert(await killedAfter(pool, 150, 0));
    await pool.terminate();
  });
}

function retryTests({ createPool, sharedPool, traits }: SuiteBackend, scene: Scene): void {
  const pool = sharedPool(2);

  it("retries are further tries after a throw", async () => {
    const diary = scene.diary();
    const before = pool().stats().retried;
    assertEquals(await pool().apply(failTimes, [diary.path, 2], { retries: 2 }), 3);
    assertEquals(diary.lines.length, 3);
    assertEquals(pool().stats().retried - before, 2);
  });

  it("the error of the last try rejects", async () => {
    const diary = scene.diary();
    await assertRejects(
      () => pool().apply(failTimes, [diary.path, 9], { retries: 2 }),
      RangeError,
      "try 3",
    );
    assertEquals(diary.lines.length, 3);
  });

  it("nothing is tried again unless it was asked for", async () => {
    const diary = scene.diary();
    await assertRejects(() => pool().apply(failTimes, [diary.path, 1]), RangeError, "try 1");
    assertEquals(diary.lines.length, 1);
  });

  it("retries of the pool is the default of the calls' retries", async () => {
    await using own = createPool({ workers: 1, retries: 1 });
    assertEquals(await own.apply(failTimes, [scene.diary().path, 1]), 2);
    assertEquals(await own.starmap(failTimes, [[scene.diary().path, 1]]), [2]);
    const diary = scene.diary();
    await assertRejects(() => own.apply(failTimes, [diary.path, 1], { retries: 0 }), RangeError);
    assertEquals(diary.lines.length, 1);
  });

  it("an abort or a timeout is no reason to try again", async () => {
    await using own = createPool({ workers: 1, grace: 0 });
    const diary = scene.diary();
    const controller = new AbortController();
    const { signal } = controller;
    const call = rejection(own.apply(never, [diary.path], { retries: 5, signal }));
    await diary.has(1);
    controller.abort("enough");
    assertEquals(await call, "enough");
    await assertRejects(
      () => own.apply(never, [diary.path], { retries: 5, timeout: 50 }),
      TimeoutError,
    );
    assertEquals(await own.apply(square, [3]), 9);
    assertEquals(diary.lines.length, 2);
  });

  it("a result that cannot be sent is no reason to try again", async () => {
    const diary = scene.diary();
    const call = pool().apply(
      async (path: string) => {
        const { appendFileSync } = await import("node:fs");
        appendFileSync(path, "try\n");
        return () => path;
      },
      [diary.path],
      { retries: 3 },
    );
    assertInstanceOf(await rejection(call), MaybeEncodingError);
    assertEquals(diary.lines.length, 1);
  });

  it("a call that is tried again can still be aborted", async () => {
    await using own = createPool({ workers: 1, grace: 0 });
    const diary = scene.diary();
    const controller = new AbortController();
    const options = { retries: Infinity, signal: controller.signal };
    const call = rejection(own.apply(failTimes, [diary.path, 1e9], options));
    await diary.has(5);
    controller.abort("enough");
    assertEquals(await call, "enough");
    assertEquals(await own.apply(square, [3]), 9);
  });

  if (!traits.isolated) return;

  it("retries are further tries after the death of the worker", async () => {
    const diary = scene.diary();
    assertEquals(await pool().apply(exitTimes, [diary.path, 1], { retries: 1 }), 2);
    await assertRejects(
      () => pool().apply(exitTimes, [scene.diary().path, 9], { retries: 1 }),
      WorkerDiedError,
    );
  });
}
