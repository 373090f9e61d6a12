/** `apply`, `applyAsync` and the result that it gives. */
import { AsyncLocalStorage } from "node:async_hooks";
import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type AsyncResult,
  CancelledError,
  InvalidStateError,
  MaybeEncodingError,
  TimeoutError,
} from "@pool/core";
import {
  add,
  countArguments,
  echo,
  fail,
  giveFunction,
  hold,
  lengthOf,
  note,
  nothing,
  square,
  squareAsync,
  trapAtSevens,
  untilAborted,
} from "../tasks/pool_tasks.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { rejection, Scene } from "./pool_scene.ts";
import { range } from "./range.ts";

export function applySuite(backend: Backend): void {
  suite("apply", backend, (b) => {
    const scene = new Scene();
    applyTests(b);
    resultTests(b, scene);
    callbackTests(b, scene);
    cancelTests(b, scene);
  });
}

function applyTests({ createPool, sharedPool }: SuiteBackend): void {
  const pool = sharedPool(2);

  it("apply() resolves to what the task returns", async () => {
    assertEquals(await pool().apply(add, [2, 3]), 5);
    assertEquals(await pool().apply(nothing), undefined);
    assertEquals(await pool().apply(countArguments), 0);
    assertEquals(await pool().apply(countArguments, [1, undefined, null]), 3);
  });

  it("apply() waits for an async task", async () => {
    assertEquals(await pool().apply(squareAsync, [5]), 25);
  });

  it("apply() rejects with what a result throws when it is looked at", async () => {
    for (const x of [7, 8, 14]) {
      // Also among calls that travel together.
      const calls = Array.from(
        { length: 100 },
        (_, i) => pool().apply(trapAtSevens, [i === 50 ? x : 1]),
      );
      const results = await Promise.allSettled(calls);
      const failures = results.filter(({ status }) => status === "rejected");
      assertEquals(failures.length, x % 7 === 0 ? 1 : 0);
      if (x % 7 === 0) await assertRejects(() => calls[50]!, RangeError, `no ${x}`);
    }
    assertEquals(pool().stats().workers.died, 0);
  });

  it("apply() leaves timers their turn while one call after the other is awaited", async () => {
    let fired = 0;
    const timer = setInterval(() => fired++, 1);
    const end = performance.now() + 300;
    while (performance.now() < end) await pool().apply(square, [3]);
    clearInterval(timer);
    assertGreater(fired, 10);
  });

  it("apply() rejects with what the task threw, and the next call is fine", async () => {
    const error = await rejection(pool().apply(fail, ["no good"]));
    assertInstanceOf(error, RangeError);
    assertEquals(error.message, "no good");
    assertEquals(await pool().apply(square, [3]), 9);
  });

  it("apply() copies its arguments at the call", async () => {
    const list = [1];
    const result = pool().apply(echo<number[]>, [list]);
    list.push(2);
    assertEquals(await result, [1]);
  });

  it("apply() runs many calls that are made at once", async () => {
    const calls = Array.from({ length: 1000 }, (_, i) => pool().apply(square, [i]));
    assertEquals(await Promise.all(calls), Array.from({ length: 1000 }, (_, i) => i * i));
  });

  it("apply() ends for large arguments of a quick function", async () => {
    await using one = createPool(1);
    await one.apply(lengthOf, [[1]]);
    // To read such a message takes longer than the host waits for a sign of life.
    const large = Array.from({ length: 40_000 }, (_, i) => ({ a: `x${i}` }));
    const calls = range(5).map((i) => one.apply(lengthOf, [[...large, i]]));
    assertEquals(await Promise.all(calls), range(5).map(() => large.length + 1));
  });

  it("apply() takes an inline function", async () => {
    assertEquals(await pool().apply((a: string, b: string) => a + b, ["x", "y"]), "xy");
  });

  if ("Bun" in globalThis) {
    it("apply() rejects within Bun's expect().rejects", async () => {
      const name = "bun:test";
      const { expect } = await import(name);
      const never = (): Promise<void> => new Promise(() => {});
      await expect(pool().apply(fail, ["no good"])).rejects.toThrow("no good");
      await expect(pool().apply(never, [], { timeout: 20 })).rejects.toThrow("timeout");
      const signal = AbortSignal.timeout(20);
      await expect(pool().apply(never, [], { signal })).rejects.toThrow("timed out");
    });
  }

  it("apply() rejects with MaybeEncodingError for arguments that cannot be sent", async () => {
    const error = await rejection(pool().apply(echo, [{ a: [() => 1] }]));
    assertInstanceOf(error, MaybeEncodingError);
    assertEquals(error.path, "args[0].a[0]");
  });

  it("apply() rejects with MaybeEncodingError for a result that cannot be sent", async () => {
    const error = await rejection(pool().apply(giveFunction));
    assertInstanceOf(error, MaybeEncodingError);
    assertEquals(error.path, "result.deep.fn");
  });
}

function resultTests({ createPool, sharedPool }: SuiteBackend, scene: Scene): void {
  const pool = sharedPool(2);

  it("get() resolves to the result, however often it is asked", async () => {
    const result = pool().applyAsync(square, [4]);
    assertEquals(await Promise.all([result.get(), result.get()]), [16, 16]);
    assertEquals(await result.get({ timeout: 0 }), 16);
  });

  it("get() rejects with the task's error", async () => {
    const result = pool().applyAsync(fail, ["bad"]);
    await assertRejects(() => result.get(), RangeError, "bad");
    await assertRejects(() => result.get({ timeout: 0 }), RangeError, "bad");
  });

  it("get() rejects with TimeoutError in time, and loses nothing", async () => {
    using gate = scene.gate();
    const result = pool().applyAsync(hold, [gate.path, "done"]);
    await assertRejects(() => result.get({ timeout: 0 }), TimeoutError, "0 ms");
    await assertRejects(() => result.get({ timeout: -5 }), TimeoutError);
    await assertRejects(() => result.get({ timeout: 10 }), TimeoutError, "10 ms");
    gate.open();
    assertEquals(await result.get({ timeout: 10_000 }), "done");
  });

  it("get() and wait() refuse a timeout that is no number of milliseconds", async () => {
    const result = pool().applyAsync(square, [1]);
    for (const wait of [result.get.bind(result), result.wait.bind(result)]) {
      await assertRejects(() => wait({ timeout: NaN }), RangeError, "timeout");
      await assertRejects(() => wait({ timeout: "5" as never }), TypeError, "timeout");
      await assertRejects(() => wait(5 as never), TypeError, "object");
      await assertRejects(() => wait({ timeuot: 5 } as never), TypeError, "timeuot");
    }
    assertEquals(await result.get({ timeout: Infinity }), 1);
  });

  it("wait() resolves to whether the call has ended, and never to its error", async () => {
    using gate = scene.gate();
    const held = pool().applyAsync(hold, [gate.path]);
    assertEquals(await held.wait({ timeout: 0 }), false);
    assertEquals(await held.wait({ timeout: 5 }), false);
    gate.open();
    assertEquals(await held.wait(), true);
    const failed = pool().applyAsync(fail, ["bad"]);
    assertEquals(await failed.wait(), true);
    assertEquals(await failed.wait({ timeout: 0 }), true);
  });

  it("ready() and successful() tell the state", async () => {
    using gate = scene.gate();
    const held = pool().applyAsync(hold, [gate.path]);
    assertFalse(held.ready());
    assertThrows(() => held.successful(), InvalidStateError);
    gate.open();
    await held.wait();
    assert(held.ready());
    assert(held.successful());
    const failed = pool().applyAsync(fail, ["bad"]);
    await failed.wait();
    assert(failed.ready());
    assertFalse(failed.successful());
  });

  it("applyAsync() gives a result that can be awaited as a promise", async () => {
    assertEquals(await pool().applyAsync(square, [6]), 36);
    assertEquals(await Promise.all([pool().applyAsync(square, [2]), 3]), [4, 3]);
    await assertRejects(async () => await pool().applyAsync(fail, ["bad"]), RangeError, "bad");
    const message = await pool().applyAsync(fail, ["caught"]).then(null, (e: Error) => e.message);
    assertEquals(message, "caught");
  });

  it("a failed result that nobody looks at ends nothing", async () => {
    await using own = createPool(1);
    for (let i = 0; i < 20; i++) own.applyAsync(fail, [`lost ${i}`]);
    const last = own.applyAsync(fail, ["last"]);
    await last.wait();
    assertEquals(await own.apply(square, [2]), 4);
  });
}

function callbackTests({ sharedPool }: SuiteBackend, scene: Scene): void {
  const pool = sharedPool(2);

  it("callback gets the result before it is ready to others", async () => {
    const seen: unknown[] = [];
    const result: AsyncResult<number> = pool().applyAsync(square, [5], {
      callback: (value) => seen.push(value, result.ready()),
      errorCallback: () => seen.push("error"),
    });
    assertEquals(await result.get(), 25);
    assertEquals(seen, [25, false]);
  });

  it("callbacks have the result also where the call was over at once", async () => {
    const seen: boolean[] = [];
    const empty: AsyncResult<number[]> = pool().mapAsync(square, [], {
      callback: () => seen.push(empty.ready()),
    });
    assertEquals(await empty, []);
    const late: AsyncResult<number> = pool().applyAsync(square, [5], {
      signal: AbortSignal.abort(new Error("gone")),
      errorCallback: () => seen.push(late.ready()),
    });
    await assertRejects(() => late.get(), Error, "gone");
    assertEquals(seen, [false, false]);
  });

  it("callbacks run in the AsyncLocalStorage context of their own call", async () => {
    const user = new AsyncLocalStorage<string>();
    const calls = ["ann", "bob", "cy"].map((name) =>
      user.run(name, () =>
        new Promise((resolve) => {
          const callback = () => resolve([name, user.getStore()]);
          pool().applyAsync(name === "bob" ? fail : echo, [name], {
            callback,
            errorCallback: callback,
          });
        }))
    );
    assertEquals(await Promise.all(calls), [["ann", "ann"], ["bob", "bob"], ["cy", "cy"]]);
  });

  it("errorCallback gets the error before it is ready to others", async () => {
    const seen: unknown[] = [];
    const result: AsyncResult<never> = pool().applyAsync(fail, ["bad"], {
      callback: () => seen.push("callback"),
      errorCallback: (error) => seen.push((error as Error).message, result.ready()),
    });
    await assertRejects(() => result.get(), RangeError, "bad");
    assertEquals(seen, ["bad", false]);
  });

  it("an async callback is waited for", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const result = pool().applyAsync(square, [5], { callback: () => promise });
    assertFalse(await result.wait({ timeout: 20 }));
    resolve();
    assertEquals(await result.get(), 25);
    assert(result.successful());
  });

  it("a throwing callback rejects the result with its error and harms nobody else", async () => {
    const thrown = new Error("callback");
    const results = [0, 1, 2].map((i) =>
      pool().applyAsync(square, [i], {
        callback: () => {
          if (i === 1) throw thrown;
        },
      })
    );
    assertStrictEquals(await rejection(results[1]!.get()), thrown);
    assertFalse(results[1]!.successful());
    assertEquals(await results[0], 0);
    assertEquals(await results[2], 4);
  });

  it("an async callback that rejects does what a throwing one does", async () => {
    const thrown = new Error("callback");
    const result = pool().applyAsync(square, [5], { callback: () => Promise.reject(thrown) });
    assertStrictEquals(await rejection(result.get()), thrown);
  });

  it("a throwing errorCallback rejects with an AggregateError of both errors", async () => {
    const thrown = new Error("callback");
    for (
      const errorCallback of [() => Promise.reject(thrown), () => {
        throw thrown;
      }]
    ) {
      const result = pool().applyAsync(fail, ["task"], { errorCallback });
      const error = await rejection(result.get());
      assertInstanceOf(error, AggregateError);
      assertEquals(error.errors.map((e: Error) => e.message), ["task", "callback"]);
    }
  });

  it("a callback may call the pool", async () => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    pool().applyAsync(square, [3], {
      callback: (nine) => void pool().apply(square, [nine]).then(resolve, reject),
    });
    assertEquals(await promise, 81);
  });

  it("errorCallback gets the CancelledError of a cancelled call", async () => {
    using gate = scene.gate();
    const seen: unknown[] = [];
    const result = pool().applyAsync(hold, [gate.path], {
      errorCallback: (error) => seen.push(error),
    });
    await gate.has(1);
    result.cancel();
    await result.wait();
    assertEquals(seen.length, 1);
    assertInstanceOf(seen[0], CancelledError);
  });
}

function cancelTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("cancel() of a waiting call means that it never runs", async () => {
    await using pool = createPool(1);
    using gate = scene.gate();
    const diary = scene.diary();
    const running = pool.applyAsync(hold, [gate.path, "first"]);
    const waiting = pool.applyAsync(note, [diary.path, "second"]);
    await gate.has(1);
    assertEquals(waiting.cancel(), true);
    await assertRejects(() => waiting.get(), CancelledError);
    assertEquals(waiting.cancel(), false);
    gate.open();
    assertEquals(await running, "first");
    assertEquals(await pool.apply(square, [2]), 4);
    assertEquals(diary.lines, []);
  });

  it("cancel() of a running call rejects it at once and tells the task", async () => {
    await using pool = createPool({ workers: 1, grace: 10_000 });
    const diary = scene.diary();
    const result = pool.applyAsync(untilAborted, [diary.path]);
    await diary.has(1);
    assertEquals(result.cancel(), true);
    assert(result.ready());
    await assertRejects(() => result.get(), CancelledError);
    assertEquals(await pool.apply(square, [2]), 4);
    assertEquals(diary.lines.slice(1), ["CancelledError: The call was cancelled"]);
    assertEquals(pool.stats().workers.spawned, 1);
  });

  it("cancel() of a call that has ended changes nothing", async () => {
    await using pool = createPool(1);
    const result = pool.applyAsync(square, [3]);
    assertEquals(await result, 9);
    assertEquals(result.cancel(), false);
    assertEquals(await result, 9);
  });

  it("cancel() within the callback comes too late", async () => {
    await using pool = createPool(1);
    const seen: boolean[] = [];
    const result: AsyncResult<number> = pool.applyAsync(square, [3], {
      callback: () => seen.push(result.cancel()),
    });
    assertEquals(await result, 9);
    assertEquals(seen, [false]);
  });
}
