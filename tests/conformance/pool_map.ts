/** `map`, `starmap` and their async forms. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  CancelledError,
  MaybeEncodingError,
  type Pool,
  TimeoutError,
  WorkerDiedError,
} from "@pool/core";
import {
  add,
  countArguments,
  dieOn13,
  dieOnBytes,
  echo,
  failAfter,
  failTimes,
  holdItem,
  note,
  noteNoSevens,
  nothing,
  square,
  squareAsync,
  squareNoSevens,
} from "../tasks/pool_tasks.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { CountedAsyncSource, passTime, rejection, Scene, until } from "./pool_scene.ts";
import { range } from "./range.ts";

const squares = (length: number): number[] => range(length).map((i) => i * i);

async function* asyncRange(length: number): AsyncGenerator<number> {
  for (let i = 0; i < length; i++) yield await Promise.resolve(i);
}

export function mapSuite(backend: Backend): void {
  suite("map", backend, (b) => {
    const scene = new Scene();
    orderTests(b);
    sourceTests(b, scene);
    closingTests(b);
    failureTests(b, scene);
    limitTests(b, scene);
    starmapTests(b);
  });
}

function orderTests({ sharedPool }: SuiteBackend): void {
  const pool = sharedPool(2);

  it("map() keeps the order of the items, whatever the chunk size", async () => {
    for (const length of [0, 1, 2, 10, 11]) {
      for (const chunksize of [undefined, 1, 2, 3, 10, 11, 1000, Infinity]) {
        const options = chunksize === undefined ? {} : { chunksize };
        assertEquals(await pool().map(square, range(length), options), squares(length));
        assertEquals(await pool().map(square, asyncRange(length), options), squares(length));
      }
    }
  });

  it("map() keeps the order of async tasks", async () => {
    assertEquals(await pool().map(squareAsync, range(20), { chunksize: 3 }), squares(20));
  });

  it("map() passes the item and nothing else", async () => {
    assertEquals(await pool().map(countArguments, [[1, 2], "x", undefined]), [1, 1, 1]);
  });

  it("map() gives a place to results that are undefined", async () => {
    const results = await pool().map(nothing as (x: number) => void, [1, 2, 3]);
    assertEquals(results, [undefined, undefined, undefined]);
    assert(1 in results);
  });

  it("map() carries a hundred thousand items", async () => {
    const results = await pool().map(square, range(100_000));
    assertEquals(results.length, 100_000);
    assert(results.every((value, i) => value === i * i));
  });

  it("map() carries every kind of number, and what stands among them", async () => {
    const halves = range(20_000).map((i) => i / 2);
    assertEquals(await pool().map(echo<number>, halves), halves);
    const odd: unknown[] = range(20_000);
    for (const [i, value] of [-0, NaN, Infinity, 2 ** 31, 1n, "text", undefined, null].entries()) {
      odd[i * 2000 + 1999] = value;
      const results = await pool().map(echo<unknown>, odd);
      assert(results.every((result, place) => Object.is(result, odd[place])), `after ${value}`);
    }
  });

  it("map() does not see what its caller does to many numbers", async () => {
    const items = range(200_000);
    const results = pool().map(square, items);
    items.fill(-1);
    assert((await results).every((value, i) => value === i * i));
  });

  it("map() carries objects, each copied on its own", async () => {
    const shared = { id: 1, tags: new Set(["a"]) };
    const results = await pool().map(echo<typeof shared>, [shared, shared], { chunksize: 2 });
    assertEquals(results, [shared, shared]);
    assert(results[0] !== results[1] && results[0] !== shared);
  });

  it("map() of several callers at once does not mix them up", async () => {
    const [a, b, c] = await Promise.all([
      pool().map(square, range(500)),
      pool().map(squareAsync, range(50), { chunksize: 2 }),
      pool().map(square, asyncRange(200)),
    ]);
    assertEquals(a, squares(500));
    assertEquals(b, squares(50));
    assertEquals(c, squares(200));
  });

  it("mapAsync() gives a result at once and calls back with the whole array", async () => {
    const seen: number[][] = [];
    const result = pool().mapAsync(square, range(10), { callback: (all) => seen.push(all) });
    assertEquals(await result.get({ timeout: 10_000 }), squares(10));
    assertEquals(seen, [squares(10)]);
    assert(result.ready() && result.successful());
  });

  it("mapAsync() of nothing is fulfilled, and calls back", async () => {
    const seen: number[][] = [];
    const callback = (all: number[]): unknown => seen.push(all);
    assertEquals(await pool().mapAsync(square, [], { callback }), []);
    assertEquals(await pool().mapAsync(square, asyncRange(0), { callback }), []);
    assertEquals(seen, [[], []]);
  });
}

function sourceTests({ createPool, sharedPool }: SuiteBackend, scene: Scene): void {
  const pool = sharedPool(2);

  it("map() takes everything that can be iterated", async () => {
    function* generator() {
      yield* [1, 2, 3];
    }
    const sources = [new Set([1, 2, 3]), generator(), new Float64Array([1, 2, 3])];
    for (const source of sources) assertEquals(await pool().map(square, source), [1, 4, 9]);
    assertEquals(await pool().map(echo<string>, "añ☃"), ["a", "ñ", "☃"]);
    assertEquals(await pool().map(echo<[string, number]>, new Map([["a", 1]])), [["a", 1]]);
    assertEquals(await pool().map(square, new CountedAsyncSource(3)), [0, 1, 4]);
  });

  it("map() rejects with what a throwing iterable threw, and runs nothing", async () => {
    await using own = createPool(1);
    const diary = scene.diary();
    const thrown = new Error("source");
    function* source() {
      yield { path: diary.path };
      throw thrown;
    }
    const write = ({ path }: { path: string }): unknown => path;
    assertStrictEquals(await rejection(own.map(write, source())), thrown);
    assertStrictEquals(assertThrows(() => own.mapAsync(write, source())), thrown);
    assertEquals(await own.map(square, [3]), [9]);
    assertEquals(own.stats().submitted, 1);
  });

  it("map() rejects with what an async iterable threw midway", async () => {
    const thrown = new Error("source");
    async function* source() {
      yield 1;
      yield 2;
      await Promise.resolve();
      throw thrown;
    }
    for (const chunksize of [1, 2, 5]) {
      assertStrictEquals(await rejection(pool().map(square, source(), { chunksize })), thrown);
    }
    const seen: unknown[] = [];
    const result = pool().mapAsync(square, source(), { errorCallback: (e) => seen.push(e) });
    assertStrictEquals(await rejection(result.get()), thrown);
    assertEquals(seen, [thrown]);
    assertEquals(await pool().map(square, [3]), [9]);
  });

  it("map() rejects when the iterator itself cannot be had", async () => {
    const thrown = new Error("no iterator");
    const broken = {
      [Symbol.iterator](): Iterator<number> {
        throw thrown;
      },
    };
    const brokenAsync = {
      [Symbol.asyncIterator](): AsyncIterator<number> {
        throw thrown;
      },
    };
    assertStrictEquals(await rejection(pool().map(square, broken)), thrown);
    assertStrictEquals(await rejection(pool().map(square, brokenAsync)), thrown);
    assertEquals(await pool().map(square, [3]), [9]);
  });
}

function closingTests({ createPool }: SuiteBackend): void {
  it("map() and starmap() run all items of an iterable that closes the pool", async () => {
    function* closing<T>(pool: Pool, items: readonly T[]): Generator<T> {
      yield items[0]!;
      pool.close();
      yield* items.slice(1);
    }
    const one = createPool(1), other = createPool(1);
    assertEquals(await one.map(square, closing(one, [1, 2, 3])), [1, 4, 9]);
    assertEquals(await other.starmap(add, closing(other, [[1, 2], [3, 4]])), [3, 7]);
    await Promise.all([one.join(), other.join()]);
  });

  it("map() takes an async iterable whose iterator closes the pool", async () => {
    const pool = createPool(1);
    const items = {
      [Symbol.asyncIterator]: () => {
        pool.close();
        return asyncRange(3);
      },
    };
    assertEquals(await pool.map(square, items), [0, 1, 4]);
    await pool.join();
  });

  it("map() of an iterable that throws leaves a pool that can end", async () => {
    const pool = createPool(1);
    const items = {
      [Symbol.iterator]: (): Iterator<number> => {
        throw new RangeError("no items");
      },
    };
    await assertRejects(async () => await pool.map(square, items), RangeError, "no items");
    pool.close();
    await pool.join({ timeout: 5000 });
  });
}

function failureTests({ createPool, sharedPool, traits }: SuiteBackend, scene: Scene): void {
  const pool = sharedPool(2);

  it("map() runs every item, also after one that threw", async () => {
    const diary = scene.diary();
    const items = range(20);
    for (const chunksize of [1, 6, 20]) {
      const before = diary.lines.length;
      const calls = items.map((x): [string, number] => [diary.path, x]);
      await assertRejects(
        () => pool().starmap(noteNoSevens, calls, { chunksize }),
        RangeError,
        "no 7",
      );
      const ran = diary.lines.slice(before).map(Number).sort((a, b) => a - b);
      assertEquals(ran, items);
    }
  });

  it("map() rejects with the first error by place, not by time", async () => {
    const { path } = scene.diary();
    const items = [
      { path, lines: 1, text: "first by place" },
      { path, lines: 0, text: "first by time" },
    ];
    await assertRejects(
      () => pool().map(failAfter, items, { chunksize: 1 }),
      RangeError,
      "first by place",
    );
  });

  it("map() runs the others when an item cannot be sent", async () => {
    const diary = scene.diary();
    const calls = [[diary.path, 1], [diary.path, { f: () => 1 }], [diary.path, 3]];
    for (const chunksize of [1, 3]) {
      const before = diary.lines.length;
      const error = await rejection(
        pool().starmap(note, calls as [string, number][], { chunksize }),
      );
      assertInstanceOf(error, MaybeEncodingError);
      assertEquals(error.path, "items[1][1].f");
      assertEquals(diary.lines.slice(before).sort(), ["1", "3"]);
    }
  });

  it("map() rejects for a result that cannot be sent", async () => {
    const error = await rejection(
      pool().map((x: number): unknown => x === 2 ? () => x : x, [1, 2, 3], { chunksize: 3 }),
    );
    assertInstanceOf(error, MaybeEncodingError);
  });

  it("mapAsync() calls errorCallback once, with the first error", async () => {
    const seen: string[] = [];
    const result = pool().mapAsync(squareNoSevens, range(30), {
      chunksize: 4,
      errorCallback: (error) => seen.push((error as Error).message),
    });
    assertEquals(await result.wait(), true);
    assertEquals(seen, ["no 7"]);
    assert(!result.successful());
  });

  if (!traits.isolated) return;

  it("map() loses nothing but the dead worker's chunk", async () => {
    await using own = createPool(2);
    const diary = scene.diary();
    const error = await rejection(own.map(dieOn13, range(20), { chunksize: 1 }));
    assertInstanceOf(error, WorkerDiedError);
    assertEquals(error.exitCode, 13);
    const calls = range(20).map((x): [string, number] => [diary.path, x]);
    assertEquals(await own.starmap(noteNoSevens, calls.slice(0, 7), { chunksize: 4 }), range(7));
  });

  it("imap() gives the items of a chunk behind the deadly one to another worker", async () => {
    await using own = createPool(1);
    const results: unknown[] = [];
    const iterator = own.imap(dieOn13, range(20).slice(10), { chunksize: 10 });
    for (;;) {
      try {
        const { done, value } = await iterator.next();
        if (done) break;
        results.push(value);
      } catch (error) {
        assertInstanceOf(error, WorkerDiedError);
      }
    }
    assertEquals(results, squares(20).slice(14));
  });

  it("imap() does so whatever size the buffers of the items have", async () => {
    await using own = createPool(1);
    for (const size of [1000, 100_000]) {
      const items = range(4).map((i) => new Uint8Array(size).fill(i));
      const iterator = own.imap(dieOnBytes, items, { chunksize: 4 });
      const results: unknown[] = [];
      for (const _ of items) results.push(await iterator.next().catch((error) => error.name));
      assertEquals(results.slice(2), [{ done: false, value: 2 }, { done: false, value: 3 }]);
      assertEquals(items.map(({ length }) => length), range(4).map(() => size));
    }
  });
}

function limitTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("mapAsync().cancel() means that what waits never runs", async () => {
    await using pool = createPool(1);
    using gate = scene.gate();
    const { path: log, lines: _ } = scene.diary();
    const items = range(10).map((value) => ({ gate: gate.path, value, log }));
    const result = pool.mapAsync(holdItem, items, { chunksize: 1 });
    await gate.has(1);
    assertEquals(result.cancel(), true);
    await assertRejects(() => result.get(), CancelledError);
    assertEquals(result.cancel(), false);
    gate.open();
    assertEquals(await pool.apply(square, [2]), 4);
    assertEquals(gate.lines, ["0"]);
  });

  it("map() rejects with the reason of an aborted signal", async () => {
    await using pool = createPool(1);
    using gate = scene.gate();
    const controller = new AbortController();
    const reason = { why: "enough" };
    const items = range(10).map((value) => ({ gate: gate.path, value }));
    const result = pool.map(holdItem, items, { chunksize: 1, signal: controller.signal });
    await gate.has(1);
    controller.abort(reason);
    assertStrictEquals(await rejection(result), reason);
    gate.open();
    assertEquals(await pool.apply(square, [2]), 4);
    assertEquals(gate.lines, ["0"]);
  });

  it("map() with a signal that is aborted already runs nothing", async () => {
    await using pool = createPool(1);
    const signal = AbortSignal.abort("before");
    assertEquals(await rejection(pool.map(square, [1, 2], { signal })), "before");
    assertEquals(await rejection(pool.map(square, asyncRange(3), { signal })), "before");
    assertEquals(await rejection(pool.map(square, [], { signal })), "before");
    assertEquals(pool.stats().submitted, 0);
  });

  it("map() ends at an abort while its async source gives nothing, and closes it", async () => {
    await using pool = createPool(1);
    const source = new CountedAsyncSource(Infinity, 3);
    const controller = new AbortController();
    const result = pool.map(square, source, { signal: controller.signal });
    await until(() => pool.stats().fulfilled === 3, "the items so far");
    controller.abort("enough");
    assertEquals(await rejection(result), "enough");
    assert(source.closed);
  });

  it("mapAsync().cancel() ends it while its async source gives nothing", async () => {
    await using pool = createPool(1);
    const source = new CountedAsyncSource(Infinity, 0);
    const result = pool.mapAsync(square, source);
    await Promise.resolve();
    assertEquals(result.cancel(), true);
    await assertRejects(() => result.get(), CancelledError);
    assert(source.closed);
  });

  it("map() ends at a terminate() while its async source gives nothing", async () => {
    const pool = createPool(1);
    const source = new CountedAsyncSource(Infinity, 2);
    const result = rejection(pool.map(square, source));
    await until(() => pool.stats().fulfilled === 2, "the items so far");
    await pool.terminate();
    assertEquals((await result as Error).name, "PoolClosedError");
    assert(source.closed);
  });

  it("map() pulls an async source no further than it can use it", async () => {
    await using pool = createPool(1);
    using gate = scene.gate();
    const source = new CountedAsyncSource(100_000);
    async function* items(): AsyncGenerator<{ gate?: string; value: number }> {
      for await (const value of source) yield value === 0 ? { gate: gate.path, value } : { value };
    }
    const result = pool.mapAsync(holdItem, items());
    await gate.has(1);
    await passTime(20);
    assert(source.pulled < 10_000, `${source.pulled} items were pulled`);
    result.cancel();
    await result.wait();
    assert(source.closed);
  });

  it("map() limits the time of each item, not of all", async () => {
    await using pool = createPool({ workers: 1, grace: 0 });
    using gate = scene.gate();
    const { path: log } = scene.diary();
    const items = range(5).map((value) =>
      value === 2 ? { gate: gate.path, value } : { value, log }
    );
    const error = await rejection(pool.map(holdItem, items, { timeout: 200, chunksize: 5 }));
    assertInstanceOf(error, TimeoutError);
    gate.open();
    assertEquals(await pool.map(holdItem, items), range(5));
  });

  it("map() tries each item again on its own", async () => {
    await using pool = createPool(2);
    const diaries = range(3).map(() => scene.diary());
    const calls = diaries.map(({ path }): [string, number] => [path, 1]);
    assertEquals(await pool.starmap(failTimes, calls, { retries: 1, chunksize: 3 }), [2, 2, 2]);
    assertEquals(diaries.map(({ lines }) => lines.length), [2, 2, 2]);
  });
}

function starmapTests({ sharedPool }: SuiteBackend): void {
  const pool = sharedPool(2);
  const pairs = range(20).map((i): [number, number] => [i, 2 * i]);
  const sums = range(20).map((i) => 3 * i);

  it("starmap() passes each item's parts as arguments", async () => {
    for (const chunksize of [1, 3, 50]) {
      assertEquals(await pool().starmap(add, pairs, { chunksize }), sums);
    }
    assertEquals(await pool().starmap(add, new Set(pairs)), sums);
    assertEquals(await pool().starmap(countArguments, [[], [1], [1, 2]]), [0, 1, 2]);
    assertEquals(await pool().starmap(add, []), []);
  });

  it("starmapAsync() gives a result at once and calls back with the whole array", async () => {
    const seen: number[][] = [];
    const result = pool().starmapAsync(add, pairs, { callback: (all) => seen.push(all) });
    assertEquals(await result.get(), sums);
    assertEquals(seen, [sums]);
  });

  it("starmap() rejects for an item that is no array, and runs the others", async () => {
    for (const item of [5, "ab", { length: 1 }, null, undefined, new Set([1, 2])]) {
      const items = [[1, 2], item, [3, 4]] as [number, number][];
      const error = await rejection(pool().starmap(add, items, { chunksize: 3 }));
      assertInstanceOf(error, TypeError);
      assert(error.message.includes("item 1"), error.message);
    }
    assertEquals(await pool().starmap(add, [[1, 2]]), [3]);
  });
}
