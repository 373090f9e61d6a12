import { AsyncLocalStorage } from "node:async_hooks";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  CancelledError,
  type Future,
  importTasks,
  MaybeEncodingError,
  QueueFullError,
  TimeoutError,
  transfer,
  wait,
} from "@pool/core";
import {
  add,
  busy,
  echo,
  fail,
  giveFunction,
  hold,
  note,
  square,
  squareAsync,
  untilAborted,
} from "../tasks/pool_tasks.ts";
import { it } from "./bounded.ts";
import { type ExecutorBackend, executorSuite } from "./executor_backend.ts";
import { passTime, rejection, Scene } from "./pool_scene.ts";

export function submitSuite(backend: ExecutorBackend): void {
  executorSuite("submit", backend, (own) => {
    const scene = new Scene();
    resultTests(own, scene);
    refusalTests(own, scene);
    cancelTests(own, scene);
    callbackTests(own, scene);
    inputTests(own);
    limitTests(own, scene);
  });
}

function resultTests({ create }: ExecutorBackend, scene: Scene): void {
  it("submit() runs functions of all kinds", async () => {
    await using executor = create(2);
    assertEquals(await executor.submit(square, [3]).result(), 9);
    assertEquals(await executor.submit(squareAsync, [5]).result(), 25);
    assertEquals(await executor.submit((a: string, b: string) => a + b, ["x", "y"]).result(), "xy");
    assertEquals(await executor.submit(() => undefined).result(), undefined);
    assertEquals(await executor.submit(() => [1, 2], []).result(), [1, 2]);
    assertEquals(await executor.submit(echo, [{ deep: new Map([[1, 2]]) }]).result(), {
      deep: new Map([[1, 2]]),
    });
  });

  it("a call that throws rejects result() with its error, and exception() resolves to it", async () => {
    await using executor = create(1);
    const future = executor.submit(fail, ["broken"]);
    const error = await rejection(future.result());
    assertInstanceOf(error, RangeError);
    assertEquals(error.message, "broken");
    assertStrictEquals(await future.exception(), error);
    assertEquals([future.done(), future.running(), future.cancelled()], [true, false, false]);
    assertEquals(await executor.submit(square, [2]).exception(), undefined);
  });

  it("a failed future that nobody asks ends nothing", async () => {
    await using executor = create(1);
    const future = executor.submit(fail, ["nobody looks"]);
    await wait([future]);
    await passTime(5);
    assert(future.done());
  });

  it("a future is no promise: it can be returned from async functions and awaited as it is", async () => {
    await using executor = create(1);
    const submit = async (): Promise<Future<number>> => await executor.submit(square, [4]);
    const future = await submit();
    assertFalse("then" in future);
    assertEquals(await future.result(), 16);
  });

  it("result() may be asked for many times, before and after the end", async () => {
    await using executor = create(1);
    const future = executor.submit(square, [6]);
    assertEquals(await Promise.all([future.result(), future.result({ timeout: 9000 })]), [36, 36]);
    assertEquals(await future.result({ timeout: 0 }), 36);
    assertEquals(await future.exception({ timeout: -1 }), undefined);
  });

  it("result({ timeout }) rejects in time, and a later one succeeds", async () => {
    await using executor = create(1);
    using gate = scene.gate();
    const future = executor.submit(hold, [gate.path, "held"]);
    await assertRejects(() => future.result({ timeout: 0 }), TimeoutError);
    await assertRejects(() => future.result({ timeout: -5 }), TimeoutError);
    await assertRejects(() => future.result({ timeout: 10 }), TimeoutError, "10 ms");
    await assertRejects(() => future.exception({ timeout: 10 }), TimeoutError, "10 ms");
    gate.open();
    assertEquals(await future.result({ timeout: 9000 }), "held");
  });

  it("a future whose user sets its result keeps it, and harms no other", async () => {
    await using executor = create(1);
    const futures = [executor.submit(square, [2]), executor.submit(fail, ["x"])];
    const other = executor.submit(square, [3]);
    for (const future of futures) future.setResult(-1);
    assertEquals(await other.result(), 9);
    assertEquals(await Promise.all(futures.map((future) => future.result())), [-1, -1]);
  });

  it("a hundred calls at once have their own results", async () => {
    await using executor = create(2);
    const futures = Array.from({ length: 100 }, (_, i) => executor.submit(add, [i, 1000]));
    for (const [i, future] of futures.entries()) assertEquals(await future.result(), 1000 + i);
  });

  it("workers start with the calls that need them, and no more than maxWorkers", async () => {
    await using executor = create(2);
    assertEquals(executor.stats().workers.spawned, 0);
    await executor.submit(square, [1]).result();
    await executor.submit(square, [1]).result();
    assertEquals(executor.stats().workers.spawned, 1);
    using gate = scene.gate();
    const futures = [1, 2, 3].map((i) => executor.submit(hold, [gate.path, i]));
    await gate.has(2);
    assertEquals(executor.stats().workers.spawned, 2);
    assertEquals(futures.map((future) => future.running()), [true, true, false]);
    gate.open();
  });
}

function refusalTests({ create }: ExecutorBackend, scene: Scene): void {
  it("a call that is refused, or over before it begins, keeps its buffers", async () => {
    await using executor = create(1, { maxQueue: 1 });
    using gate = scene.gate();
    const held = executor.submit(hold, [gate.path, "held"]);
    await gate.has(1);
    const buffer = new ArrayBuffer(8), signal = AbortSignal.abort("before");
    const options = { transfer: [buffer] };
    const length = (bytes: ArrayBuffer): number => bytes.byteLength;
    const rows = [buffer, buffer];
    const over = executor.submit(length, [buffer], { ...options, signal });
    assertEquals(await rejection(over.result()), "before");
    const results = executor.map(length, rows, { ...options, signal, chunksize: 2 });
    assertEquals(await rejection(results.next()), "before");
    const waiting = executor.submit(square, [2]);
    assertThrows(() => executor.submit(length, [buffer], options), QueueFullError);
    assertThrows(() => executor.map(length, rows, { ...options, chunksize: 2 }), QueueFullError);
    assertEquals(buffer.byteLength, 8);
    gate.open();
    assertEquals([await held.result(), await waiting.result()], ["held", 4]);
    assertEquals(await executor.submit(length, [buffer], options).result(), 8);
    assertEquals(buffer.byteLength, 0);
  });
}

function cancelTests({ create }: ExecutorBackend, scene: Scene): void {
  it("a future goes from pending to running to done", async () => {
    await using executor = create(1);
    using gate = scene.gate();
    const first = executor.submit(hold, [gate.path, "first"]);
    const second = executor.submit(square, [2]);
    await gate.has(1);
    assertEquals([first.running(), first.done()], [true, false]);
    assertEquals([second.running(), second.done()], [false, false]);
    gate.open();
    assertEquals(await second.result(), 4);
    assertEquals([first.running(), first.done(), first.cancelled()], [false, true, false]);
  });

  it("cancel() of a waiting call: it never runs, and everybody hears CancelledError", async () => {
    await using executor = create(1);
    using gate = scene.gate();
    const diary = scene.diary();
    const first = executor.submit(hold, [gate.path, "first"]);
    const second = executor.submit(note, [diary.path, "ran"]);
    const asked = rejection(second.result());
    await gate.has(1);
    assert(second.cancel());
    assert(second.cancel());
    assertEquals([second.cancelled(), second.done(), second.running()], [true, true, false]);
    assertInstanceOf(await asked, CancelledError);
    await assertRejects(() => second.result(), CancelledError);
    await assertRejects(() => second.exception(), CancelledError);
    gate.open();
    assertEquals(await first.result(), "first");
    assertEquals(await executor.submit(square, [3]).result(), 9);
    assertEquals(diary.lines, []);
  });

  it("cancel() of a running call and of one that is done is refused", async () => {
    await using executor = create(1);
    using gate = scene.gate();
    const future = executor.submit(hold, [gate.path, "held"]);
    await gate.has(1);
    assertFalse(future.cancel());
    assertFalse(future.cancelled());
    gate.open();
    assertEquals(await future.result(), "held");
    assertFalse(future.cancel());
    assertFalse(future.cancelled());
  });

  it("calls that were sent ahead can be cancelled: each runs or is cancelled, never both", async () => {
    await using executor = create(1);
    const diary = scene.diary();
    // Known to be short, so that many are sent at once.
    for (let i = 0; i < 20; i++) await executor.submit(square, [i]).result();
    await executor.submit(note, [diary.path, "warm"]).result();
    const futures = Array.from(
      { length: 200 },
      (_, i) => executor.submit(note, [diary.path, i]),
    );
    const cancelled = new Set<number>();
    for (let i = 199; i > 0; i -= 2) if (futures[i]!.cancel()) cancelled.add(i);
    await wait(futures);
    const ran = diary.lines.slice(1).map(Number);
    const expected = futures.keys().filter((i) => !cancelled.has(i)).toArray();
    assertEquals(ran, expected);
    assert(cancelled.size > 0, "all had begun");
    for (const [i, future] of futures.entries()) {
      assertEquals(future.cancelled(), cancelled.has(i));
    }
  });

  it("ten thousand waiting calls are cancelled in no time", async () => {
    await using executor = create(1);
    using gate = scene.gate();
    const held = executor.submit(hold, [gate.path]);
    const futures = Array.from({ length: 10_000 }, (_, i) => executor.submit(square, [i]));
    await gate.has(1);
    assert(futures.every((future) => future.cancel()));
    assert(futures.every((future) => future.cancelled()));
    assertEquals(executor.stats().waiting, 0);
    gate.open();
    assertEquals(await held.result(), "in");
  });
}

function callbackTests({ create }: ExecutorBackend, scene: Scene): void {
  it("callbacks run in the order of their additions, each with the future", async () => {
    await using executor = create(1);
    const future = executor.submit(square, [5]);
    const heard: unknown[] = [];
    for (const name of ["a", "b", "c"]) {
      future.addDoneCallback((done) => heard.push([name, done === future, done.done()]));
    }
    assertEquals(await future.result(), 25);
    assertEquals(heard, [["a", true, true], ["b", true, true], ["c", true, true]]);
  });

  it("callbacks run in the AsyncLocalStorage context of who added them", async () => {
    await using executor = create(1);
    const user = new AsyncLocalStorage<string>();
    const calls = ["ann", "bob", "cy"].map((name) =>
      user.run(
        name,
        () =>
          new Promise((resolve) =>
            executor.submit(square, [5]).addDoneCallback(() => resolve([name, user.getStore()]))
          ),
      )
    );
    assertEquals(await Promise.all(calls), [["ann", "ann"], ["bob", "bob"], ["cy", "cy"]]);
  });

  it("callbacks hear of errors and of cancels", async () => {
    await using executor = create(1);
    using gate = scene.gate();
    const heard: string[] = [];
    const held = executor.submit(hold, [gate.path]);
    const failing = executor.submit(fail, ["x"]);
    const cancelled = executor.submit(square, [1]);
    failing.addDoneCallback((future) => heard.push(`failed ${future.cancelled()}`));
    cancelled.addDoneCallback((future) => heard.push(`cancelled ${future.cancelled()}`));
    cancelled.cancel();
    assertEquals(heard, ["cancelled true"]);
    gate.open();
    await wait([held, failing]);
    assertEquals(heard, ["cancelled true", "failed false"]);
  });

  it("a callback may submit, and shut down", async () => {
    const executor = create(1);
    const { promise, resolve } = Promise.withResolvers<number>();
    executor.submit(square, [2]).addDoneCallback(() => {
      const next = executor.submit(square, [3]);
      next.addDoneCallback(() => {
        void executor.shutdown();
        resolve(next.result());
      });
    });
    assertEquals(await promise, 9);
    await executor.shutdown();
  });
}

function inputTests({ create, traits }: ExecutorBackend): void {
  it("submit() refuses bad input at the call", async () => {
    await using executor = create(1);
    const submit = executor.submit.bind(executor) as (...args: unknown[]) => unknown;
    assertThrows(() => submit(undefined), TypeError);
    assertThrows(() => submit("square"), TypeError);
    assertThrows(() => submit(Math.max), TypeError);
    assertThrows(() => submit(square, 3), TypeError, "array");
    assertThrows(() => submit(square, [3], { timeOut: 3 }), TypeError, "timeOut");
    assertThrows(() => submit(square, [3], { timeout: NaN }), RangeError, "NaN");
    assertEquals(executor.stats().submitted, 0);
  });

  it("result() and exception() refuse a timeout that is none", async () => {
    await using executor = create(1);
    const future = executor.submit(square, [3]);
    await assertRejects(() => future.result({ timeout: NaN }), RangeError, "NaN");
    await assertRejects(() => future.exception({ timeout: NaN }), RangeError, "NaN");
    await assertRejects(() => future.result({ timeout: "1" as unknown as number }), TypeError);
    await assertRejects(() => future.result(5 as unknown as { timeout: number }), TypeError);
    assertThrows(() => future.addDoneCallback(3 as unknown as () => void), TypeError);
  });

  it("arguments that cannot be sent reject their future alone", async () => {
    await using executor = create(1);
    const bad = executor.submit(echo, [{ deep: [() => 1] }]);
    const error = await rejection(bad.result());
    assertInstanceOf(error, MaybeEncodingError);
    assertEquals(error.path, "args[0].deep[0]");
    const bytes = new ArrayBuffer(8);
    const moved = executor.submit(echo, [transfer(bytes, [bytes])]);
    assertEquals((await moved.result() as ArrayBuffer).byteLength, 8);
    assertInstanceOf(await executor.submit(giveFunction).exception(), MaybeEncodingError);
    assertEquals(await executor.submit(square, [2]).result(), 4);
  });

  if (traits.isolated) {
    it("an executor that a worker makes while it imports a task is refused", async () => {
      await using executor = create(1);
      const { innocent } = importTasks<typeof import("../tasks/unguarded_executor.ts")>(
        new URL("../tasks/unguarded_executor.ts", import.meta.url).href,
      );
      const error = await executor.submit(innocent).exception() as Error;
      assertStringIncludes(error.message, "Cannot create executor");
      assertStringIncludes(error.message, "unguarded_executor.ts");
    });
  }

  it("options of executors that make no sense are refused", () => {
    assertThrows(() => create(0), RangeError, "maxWorkers");
    assertThrows(() => create(-1), RangeError, "maxWorkers");
    assertThrows(() => create(1.5), RangeError, "maxWorkers");
    assertThrows(() => create(NaN), RangeError, "maxWorkers");
    assertThrows(() => create(Infinity), RangeError);
    assertThrows(() => create("2" as unknown as number), TypeError, "maxWorkers");
    assertThrows(() => create(null as unknown as number), TypeError, "options");
    assertThrows(() => create([] as unknown as number), TypeError, "options");
    assertThrows(() => create(1, { workers: 2 } as object), TypeError, "workers");
    assertThrows(() => create(1, { initializer: 3 } as object), TypeError, "initializer");
    assertThrows(() => create(1, { initializer: square, initargs: 3 } as object), TypeError);
  });
}

function limitTests({ create, traits }: ExecutorBackend, scene: Scene): void {
  it("an aborted signal rejects the future with its reason", async () => {
    await using executor = create(1);
    const diary = scene.diary();
    const controller = new AbortController();
    const { signal } = controller;
    const future = executor.submit(untilAborted, [diary.path], { signal });
    await diary.has(1);
    controller.abort(new RangeError("enough"));
    assertEquals(await future.exception(), signal.reason);
    assertFalse(future.cancelled());
    const late = executor.submit(square, [2], { signal });
    assertEquals(await late.exception(), signal.reason);
  });

  if (traits.killable) {
    it("a timeout ends a busy call, and later calls run", async () => {
      await using executor = create(1);
      const future = executor.submit(busy, [scene.diary().path], { timeout: 20, grace: 0 });
      assertInstanceOf(await future.exception(), TimeoutError);
      assertEquals(await executor.submit(square, [3]).result(), 9);
    });
  }
}
