/** `stream`: what generator tasks yield, as they yield it. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  MaybeEncodingError,
  type Pool,
  PoolClosedError,
  TimeoutError,
  WorkerDiedError,
} from "@pool/core";
import {
  countForEver,
  countForEverAsync,
  countThenFail,
  countTo,
  countToAsync,
  hold,
  holdBetween,
  promiseOfItems,
  square,
  yieldFunction,
  yieldRejection,
  yieldThenDie,
} from "../tasks/pool_tasks.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { type Diary, rejection, Scene, until } from "./pool_scene.ts";

/** So many items the task may be ahead of the consumer; see `pool.stream()`. */
const AHEAD = 32;
const DONE = { done: true, value: undefined } as const;
const FOR_EVER = [countForEver, countForEverAsync];

const oneTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

async function collect<T>(iterator: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterator) items.push(item);
  return items;
}

const untilEnded = (diary: Diary): Promise<void> =>
  until(() => diary.lines.at(-1) === "end", "the end of the generator");

export function streamSuite(backend: Backend): void {
  suite("stream", backend, (b) => {
    const scene = new Scene();
    itemTests(b, scene);
    leaveTests(b, scene);
    failureTests(b, scene);
    endTests(b, scene);
  });
}

function itemTests({ createPool, sharedPool }: SuiteBackend, scene: Scene): void {
  const pool = sharedPool(2);

  it("stream() gives what a generator yields", async () => {
    assertEquals(await collect(pool().stream(countTo, [5])), oneTo(5));
    assertEquals(await collect(pool().stream(countTo, [0])), []);
    assertEquals(await collect(pool().stream(countTo, [5000])), oneTo(5000));
  });

  it("stream() gives what an async generator yields", async () => {
    assertEquals(await collect(pool().stream(countToAsync, [100])), oneTo(100));
  });

  it("stream() takes any iterable that a task returns, also a promise of one", async () => {
    assertEquals(await collect(pool().stream(promiseOfItems, [[1, 2, 3]])), [1, 2, 3]);
    assertEquals(await collect(pool().stream((text: string) => text, ["abc"])), ["a", "b", "c"]);
    assertEquals(await collect(pool().stream(() => new Set([1, 2]))), [1, 2]);
  });

  it("stream() gives items while the task goes on", async () => {
    using gate = scene.gate();
    const iterator = pool().stream(holdBetween, [gate.path]);
    assertEquals(await iterator.next(), { done: false, value: 1 });
    await gate.has(1);
    gate.open();
    assertEquals(await iterator.next(), { done: false, value: 2 });
    assertEquals(await iterator.next(), DONE);
    assertEquals(await iterator.next(), DONE);
  });

  it("stream() lets the task be no more than 32 items ahead", async () => {
    for (const generator of FOR_EVER) {
      const diary = scene.diary();
      const iterator = pool().stream(generator, [diary.path]);
      for (let taken = 1; taken <= 100; taken++) {
        assertEquals((await iterator.next()).value, taken);
        const ahead = diary.lines.length - taken;
        assert(ahead <= AHEAD, `${ahead} items ahead`);
      }
      await diary.has(100 + AHEAD / 2);
      await iterator.return();
      await untilEnded(diary);
    }
  });

  it("stream() of two tasks at once does not mix them up", async () => {
    const [a, b] = await Promise.all([
      collect(pool().stream(countTo, [300])),
      collect(pool().stream(countToAsync, [50])),
    ]);
    assertEquals(a, oneTo(300));
    assertEquals(b, oneTo(50));
  });

  it("next() may be called again before it has settled, first come, first served", async () => {
    const iterator = pool().stream(countToAsync, [50]);
    const steps = await Promise.all(oneTo(51).map(() => iterator.next()));
    assertEquals(steps.slice(0, 50).map(({ value }) => value), oneTo(50));
    assertEquals(steps[50], DONE);
  });

  it("next({ timeout }) rejects with TimeoutError and loses nothing", async () => {
    await using own = createPool(1);
    using gate = scene.gate();
    const iterator = own.stream(holdBetween, [gate.path]);
    assertEquals((await iterator.next()).value, 1);
    await assertRejects(() => iterator.next({ timeout: 10 }), TimeoutError, "10 ms");
    await assertRejects(() => iterator.next({ timeout: 0 }), TimeoutError);
    await assertRejects(() => iterator.next({ timeout: NaN }), RangeError);
    await assertRejects(() => iterator.next(7 as never), TypeError);
    gate.open();
    assertEquals((await iterator.next()).value, 2);
    assertEquals(await iterator.next(), DONE);
  });
}

function leaveTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("break ends the generator, and its worker goes on", async () => {
    for (const generator of FOR_EVER) {
      await using pool = createPool({ workers: 1, grace: 10_000 });
      const diary = scene.diary();
      const iterator = pool.stream(generator, [diary.path]);
      for await (const n of iterator) if (n === 3) break;
      assertEquals(await iterator.next(), DONE);
      await untilEnded(diary);
      assertEquals(await pool.apply(square, [3]), 9);
      assertEquals(pool.stats().workers.spawned, 1);
    }
  });

  it("return() before the task has begun means that it never does", async () => {
    await using pool = createPool(1);
    using gate = scene.gate();
    const diary = scene.diary();
    const held = pool.apply(hold, [gate.path]);
    await gate.has(1);
    const iterator = pool.stream(countForEver, [diary.path]);
    assertEquals(await iterator.return(), DONE);
    assertEquals(await iterator.next(), DONE);
    gate.open();
    await held;
    assertEquals(await pool.apply(square, [3]), 9);
    assertEquals(diary.lines, []);
  });

  it("return() ends a next() that waits", async () => {
    await using pool = createPool({ workers: 1, grace: 0 });
    using gate = scene.gate();
    const iterator = pool.stream(holdBetween, [gate.path]);
    assertEquals((await iterator.next()).value, 1);
    const waiting = iterator.next();
    assertEquals(await iterator.return(), DONE);
    assertEquals(await waiting, DONE);
  });

  it("await using of a stream ends it", async () => {
    await using pool = createPool(1);
    const diary = scene.diary();
    {
      await using iterator = pool.stream(countForEver, [diary.path]);
      await iterator.next();
    }
    await untilEnded(diary);
  });

  it("an abort ends the generator and rejects with its reason", async () => {
    await using pool = createPool({ workers: 1, grace: 10_000 });
    const diary = scene.diary();
    const controller = new AbortController();
    const reason = new Error("enough");
    const iterator = pool.stream(countForEver, [diary.path], { signal: controller.signal });
    assertEquals((await iterator.next()).value, 1);
    controller.abort(reason);
    assertStrictEquals(await untilRejected(iterator), reason);
    assertEquals(await iterator.next(), DONE);
    await untilEnded(diary);
    assertEquals(await pool.apply(square, [3]), 9);
  });

  it("a timeout ends the generator and rejects with TimeoutError", async () => {
    await using pool = createPool({ workers: 1, grace: 10_000 });
    const diary = scene.diary();
    const iterator = pool.stream(countForEver, [diary.path], { timeout: 50 });
    assertInstanceOf(await untilRejected(iterator), TimeoutError);
    await untilEnded(diary);
  });
}

async function untilRejected(iterator: AsyncIterableIterator<unknown>): Promise<unknown> {
  return await rejection((async () => {
    while (!(await iterator.next()).done);
  })());
}

function failureTests({ sharedPool }: SuiteBackend, scene: Scene): void {
  const pool = sharedPool(2);

  it("what a generator throws comes after its items, once", async () => {
    for (const good of [0, 1, 100]) {
      const iterator = pool().stream(countThenFail, [good]);
      for (const n of oneTo(good)) assertEquals((await iterator.next()).value, n);
      const error = await rejection(iterator.next());
      assertInstanceOf(error, RangeError);
      assertEquals(error.message, "no more");
      assertEquals(await iterator.next(), DONE);
    }
  });

  it("a result that cannot be iterated rejects", async () => {
    const stream = (value: unknown): Promise<unknown> =>
      pool().stream(((v: unknown) => v) as (v: unknown) => number[], [value]).next();
    for (const value of [5, null, undefined, { next: 1 }]) {
      await assertRejects(() => stream(value), TypeError, "iterable");
    }
  });

  it("an item that cannot be sent rejects after those before it and ends the generator", async () => {
    const diary = scene.diary();
    const iterator = pool().stream(yieldFunction, [diary.path]);
    assertEquals((await iterator.next()).value, 1);
    assertInstanceOf(await rejection(iterator.next()), MaybeEncodingError);
    assertEquals(await iterator.next(), DONE);
    await untilEnded(diary);
  });

  it("a yielded promise that rejects ends the generator", async () => {
    const diary = scene.diary();
    const iterator = pool().stream(yieldRejection, [diary.path]);
    assertEquals((await iterator.next()).value, 1);
    await assertRejects(() => iterator.next(), RangeError, "no item");
    assertEquals(await iterator.next(), DONE);
    await untilEnded(diary);
  });

  it("apply() of a generator task is told to use stream()", async () => {
    await assertRejects(
      () => pool().apply(countTo as (last: number) => unknown, [3]),
      MaybeEncodingError,
      "stream()",
    );
  });

  it("stream() refuses retries: the items would come again", () => {
    const options = { retries: 1 } as object;
    assertThrows(() => pool().stream(countTo, [3], options), TypeError, "(retries)");
  });

  it("stream() refuses arguments that cannot be sent at the call", () => {
    assertThrows(() => pool().stream(countTo, [(() => 1) as never]), MaybeEncodingError, "args[0]");
  });
}

function endTests({ createPool, traits }: SuiteBackend, scene: Scene): void {
  if (traits.isolated) {
    it("stream() gives what was yielded before its worker ended", async () => {
      await using pool = createPool(1);
      const iterator = pool.stream(yieldThenDie, [3]);
      for (const n of oneTo(3)) assertEquals(await iterator.next(), { done: false, value: n });
      assertInstanceOf(await rejection(iterator.next()), WorkerDiedError);
    });
  }

  it("close() lets a stream go on to its end", async () => {
    const pool = createPool(1);
    const iterator = pool.stream(countTo, [200]);
    await iterator.next();
    pool.close();
    assertEquals((await collect(iterator)).length, 199);
    await pool.join();
  });

  it("join() ends a stream that was left alone", async () => {
    const diary = scene.diary();
    const pool = createPool({ workers: 1, grace: 10_000 });
    const iterator = pool.stream(countForEver, [diary.path]);
    await iterator.next();
    pool.close();
    await pool.join();
    assertEquals(diary.lines.at(-1), "end");
    assertInstanceOf(await untilRejected(iterator), PoolClosedError);
  });

  it("terminate() rejects a next() that waits", async () => {
    const pool: Pool = createPool(1);
    using gate = scene.gate();
    const iterator = pool.stream(holdBetween, [gate.path]);
    assertEquals((await iterator.next()).value, 1);
    const waiting = rejection(iterator.next());
    await gate.has(1);
    await pool.terminate();
    assertInstanceOf(await waiting, PoolClosedError);
    assertEquals(await iterator.next(), DONE);
  });

  it("stream() on a closed pool throws at the call", async () => {
    const pool = createPool(1);
    pool.close();
    assertThrows(() => pool.stream(countTo, [1]), PoolClosedError);
    await pool.join();
  });
}
