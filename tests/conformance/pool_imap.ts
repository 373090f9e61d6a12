/** `imap` and `imapUnordered`: lazy, bounded, and closing what they read from. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type ImapOptions,
  MaybeEncodingError,
  type Pool,
  PoolClosedError,
  type PoolIterator,
  TimeoutError,
} from "@pool/core";
import {
  echo,
  fail,
  holdItem,
  never,
  square,
  squareAsync,
  squareNoSevens,
  trapAtSevens,
} from "../tasks/pool_tasks.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { CountedAsyncSource, CountedSource, rejection, Scene, until } from "./pool_scene.ts";
import { range } from "./range.ts";

const squares = (length: number): number[] => range(length).map((i) => i * i);
const DONE = { done: true, value: undefined } as const;

type Method = "imap" | "imapUnordered";
const METHODS: readonly Method[] = ["imap", "imapUnordered"];
type Source = CountedSource | CountedAsyncSource;
const SOURCES = [CountedSource, CountedAsyncSource];

async function collect<T>(iterator: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterator) items.push(item);
  return items;
}

/** Results, and the messages of the errors in their places, to the end. */
async function collectAll(iterator: PoolIterator<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for (;;) {
    try {
      const { done, value } = await iterator.next();
      if (done) return all;
      all.push(value);
    } catch (error) {
      all.push((error as Error).message);
    }
  }
}

const sorted = (values: number[]): number[] => values.sort((a, b) => a - b);

export function imapSuite(backend: Backend): void {
  suite("imap", backend, (b) => {
    const scene = new Scene();
    resultTests(b, scene);
    lazyTests(b);
    failureTests(b);
    sourceFailureTests(b);
    leaveTests(b, scene);
    nextTests(b, scene);
    endTests(b, scene);
  });
}

function resultTests({ createPool, sharedPool }: SuiteBackend, scene: Scene): void {
  const pool = sharedPool(2);

  it("imap() gives results in the order of the items, whatever the sizes", async () => {
    for (const length of [0, 1, 10, 70]) {
      for (const chunksize of [1, 3, 1000]) {
        for (const buffer of [1, 4, 100]) {
          const options = { chunksize, buffer };
          assertEquals(await collect(pool().imap(square, range(length), options)), squares(length));
          const source = new CountedAsyncSource(length);
          assertEquals(await collect(pool().imap(square, source, options)), squares(length));
        }
      }
    }
  });

  it("imapUnordered() gives every result once, whatever the sizes", async () => {
    for (const length of [0, 1, 10, 70]) {
      for (const chunksize of [1, 3, 1000]) {
        const results = await collect(
          pool().imapUnordered(squareAsync, new CountedAsyncSource(length), {
            chunksize,
            buffer: 9,
          }),
        );
        assertEquals(sorted(results), squares(length));
      }
    }
  });

  it("imap() carries ten thousand items", async () => {
    const results = await collect(pool().imap(square, range(10_000), { chunksize: 50 }));
    assertEquals(results, squares(10_000));
  });

  it("imap() takes everything that can be iterated", async () => {
    assertEquals(await collect(pool().imap(square, new Set([1, 2]))), [1, 4]);
    assertEquals(await collect(pool().imap(echo<string>, "ab")), ["a", "b"]);
    assertEquals(await collect(pool().imap(square, new CountedSource(3))), [0, 1, 4]);
  });

  it("imap() gives results of several iterators at once to the right one", async () => {
    const [a, b] = await Promise.all([
      collect(pool().imap(square, range(100))),
      collect(pool().imap(echo<number>, range(100), { chunksize: 7 })),
    ]);
    assertEquals(a, squares(100));
    assertEquals(b, range(100));
  });

  it("imapUnordered() does not wait for a slow item, imap() does", async () => {
    await using own = createPool(2);
    using gate = scene.gate();
    const items = [{ gate: gate.path, value: 0 }, { value: 1 }];
    const unordered = own.imapUnordered(holdItem, items);
    assertEquals(await unordered.next(), { done: false, value: 1 });
    const ordered = own.imap(holdItem, items);
    await assertRejects(() => ordered.next({ timeout: 20 }), TimeoutError);
    gate.open();
    assertEquals(await collect(unordered), [0]);
    assertEquals(await collect(ordered), [0, 1]);
  });
}

function lazyTests({ createPool, sharedPool }: SuiteBackend): void {
  const pool = sharedPool(2);

  it("imap() pulls nothing before the first next()", async () => {
    for (const method of METHODS) {
      for (const Counted of SOURCES) {
        const source = new Counted(10);
        const iterator = pool()[method](square, source);
        await pool().apply(square, [1]);
        assertEquals(source.pulled, 0);
        await iterator.next();
        assert(source.pulled > 0);
        await iterator.return();
      }
    }
  });

  /** Takes results one by one and looks at each step how far the source is ahead. */
  async function checkAhead(method: Method, source: Source, options: ImapOptions): Promise<void> {
    const buffer = options.buffer!;
    const iterator = pool()[method](square, source, options);
    for (let taken = 1; taken <= 50; taken++) {
      const { done } = await iterator.next();
      assertEquals(done, false);
      const ahead = source.pulled - taken;
      assert(ahead <= buffer, `${ahead} items ahead with a buffer of ${buffer}`);
    }
    await iterator.return();
  }

  it("imap() never pulls more than its buffer ahead, chunks are cut to it", async () => {
    for (const method of METHODS) {
      for (const Counted of SOURCES) {
        for (const [buffer, chunksize] of [[1, 1], [2, 1], [5, 3], [4, 100], [100, 7]]) {
          await checkAhead(method, new Counted(), { buffer, chunksize });
        }
      }
    }
  });

  it("imap() fills its buffer, 64 items or two chunks a worker by default", async () => {
    for (const [options, expected] of [[{}, 64], [{ chunksize: 50 }, 200], [{ buffer: 7 }, 7]]) {
      const source = new CountedSource();
      const iterator = pool().imap(square, source, options as ImapOptions);
      const first = iterator.next();
      assertEquals(source.pulled, expected);
      assertEquals(await first, { done: false, value: 0 });
      await iterator.return();
    }
  });

  it("imap() does not pull while the consumer works on a result", async () => {
    const source = new CountedSource();
    const iterator = pool().imap(square, source, { buffer: 3 });
    await iterator.next();
    const before = source.pulled;
    await pool().map(square, range(100));
    assertEquals(source.pulled, before);
    await iterator.return();
  });

  it("imap() goes on with an infinite source for as long as it is asked", async () => {
    for (const method of METHODS) {
      for (const Counted of SOURCES) {
        const source = new Counted();
        const results: number[] = [];
        for await (const result of pool()[method](square, source, { buffer: 8, chunksize: 2 })) {
          results.push(result);
          if (results.length === 100) break;
        }
        assert(source.pulled <= 108);
        assert(source.closed);
      }
    }
  });

  it("imap() takes items from an async source one by one, without waiting for the next", async () => {
    await using own = createPool(1);
    const source = new CountedAsyncSource(Infinity, 3);
    const iterator = own.imap(square, source);
    assertEquals((await iterator.next()).value, 0);
    assertEquals((await iterator.next()).value, 1);
    assertEquals((await iterator.next()).value, 4);
    await assertRejects(() => iterator.next({ timeout: 10 }), TimeoutError);
    await iterator.return();
    assert(source.closed);
  });
}

function failureTests({ sharedPool }: SuiteBackend): void {
  const pool = sharedPool(2);

  it("an item that fails costs only itself, whatever the chunk size", async () => {
    const expected = range(20).map((x) => x === 7 || x === 14 ? `no ${x}` : x * x);
    for (const chunksize of [1, 5, 8, 20]) {
      for (const Counted of SOURCES) {
        const all = await collectAll(pool().imap(squareNoSevens, new Counted(20), { chunksize }));
        assertEquals(all, expected);
      }
      const all = await collectAll(
        pool().imapUnordered(squareNoSevens, range(20), { chunksize }),
      );
      assertEquals(all.map(String).sort(), expected.map(String).sort());
    }
  });

  it("a result that throws when it is looked at costs only its item", async () => {
    const expected = range(20).map((x) => x === 7 || x === 14 ? `no ${x}` : x * x);
    for (const chunksize of [1, 8, 20]) {
      assertEquals(await collectAll(pool().imap(trapAtSevens, range(20), { chunksize })), expected);
    }
  });

  it("an item that cannot be sent rejects its own next()", async () => {
    const items = [1, () => 2, 3] as number[];
    for (const chunksize of [1, 3]) {
      const iterator = pool().imap(square, items, { chunksize });
      assertEquals((await iterator.next()).value, 1);
      const error = await rejection(iterator.next());
      assertInstanceOf(error, MaybeEncodingError);
      assertEquals(error.path, "items[1]");
      assertEquals((await iterator.next()).value, 9);
      assertEquals(await iterator.next(), DONE);
    }
  });

  it("imap() goes on when all items fail", async () => {
    const all = await collectAll(pool().imap(fail, range(200).map(String), { buffer: 3 }));
    assertEquals(all, range(200).map(String));
  });

  it("a retry is for one item", async () => {
    const iterator = pool().imap(squareNoSevens, [6, 7, 8], { retries: 1, chunksize: 3 });
    assertEquals(await collectAll(iterator), [36, "no 7", 64]);
  });
}

function sourceFailureTests({ sharedPool }: SuiteBackend): void {
  const pool = sharedPool(2);
  const thrown = new Error("source");

  function* failing(good: number): Generator<number> {
    yield* range(good);
    throw thrown;
  }

  async function* failingAsync(good: number): AsyncGenerator<number> {
    for (const item of range(good)) yield await Promise.resolve(item);
    throw thrown;
  }

  it("what a source throws comes as itself after the good items, once", async () => {
    for (const source of [failing, failingAsync]) {
      for (const good of [0, 1, 10]) {
        for (const options of [{}, { chunksize: 4 }, { buffer: 1 }]) {
          const iterator = pool().imap(square, source(good), options);
          for (let i = 0; i < good; i++) assertEquals((await iterator.next()).value, i * i);
          assertStrictEquals(await rejection(iterator.next()), thrown);
          assertEquals(await iterator.next(), DONE);
        }
      }
    }
  });

  it("imapUnordered() gives what a source throws after all good items", async () => {
    const all = await collectAll(pool().imapUnordered(squareAsync, failing(9), { chunksize: 2 }));
    assertEquals(all.pop(), "source");
    assertEquals(sorted(all as number[]), squares(9));
  });

  it("a source whose iterator cannot be had rejects the first next()", async () => {
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
    for (const source of [broken, brokenAsync]) {
      const iterator = pool().imap(square, source);
      assertStrictEquals(await rejection(iterator.next()), thrown);
      assertEquals(await iterator.next(), DONE);
    }
  });
}

function leaveTests({ createPool, sharedPool }: SuiteBackend, scene: Scene): void {
  const pool = sharedPool(2);

  it("break closes the source, and next() is done from then on", async () => {
    for (const method of METHODS) {
      for (const Counted of SOURCES) {
        const source = new Counted();
        const iterator = pool()[method](square, source, { buffer: 16, chunksize: 2 });
        for await (const _ of iterator) break;
        assert(source.closed);
        const { pulled } = source;
        await pool().apply(square, [1]);
        assertEquals(await iterator.next(), DONE);
        assertEquals(await iterator.return(), DONE);
        assertEquals(source.pulled, pulled);
      }
    }
  });

  it("break means that what waits never runs", async () => {
    await using own = createPool(1);
    using gate = scene.gate();
    const diary = scene.diary();
    const items = range(8).map((value) => ({
      value,
      log: diary.path,
      ...(value === 1 && { gate: gate.path }),
    }));
    const iterator = own.imap(holdItem, items, { buffer: 8 });
    assertEquals((await iterator.next()).value, 0);
    await gate.has(1);
    assertEquals(await iterator.return(), DONE);
    gate.open();
    assertEquals(await own.apply(square, [2]), 4);
    assertEquals(diary.lines, ["0", "1"]);
    assertEquals(await iterator.next(), DONE);
  });

  it("return() before the first next() leaves the source alone", async () => {
    const source = new CountedSource(5);
    const iterator = pool().imap(square, source);
    assertEquals(await iterator.return(), DONE);
    assertEquals(await iterator.next(), DONE);
    assertEquals([source.pulled, source.closed], [0, false]);
  });

  it("return() ends a next() that waits", async () => {
    await using own = createPool(1);
    const source = new CountedAsyncSource(Infinity, 0);
    const iterator = own.imap(square, source);
    const waiting = iterator.next();
    assertEquals(await iterator.return(), DONE);
    assertEquals(await waiting, DONE);
    assert(source.closed);
  });

  it("return() waits for an async source to be closed", async () => {
    const steps: string[] = [];
    async function* source(): AsyncGenerator<number> {
      try {
        for (const item of range(10)) yield item;
      } finally {
        await Promise.resolve();
        steps.push("closed");
      }
    }
    const iterator = pool().imap(square, source(), { buffer: 2 });
    await iterator.next();
    await iterator.return();
    assertEquals(steps, ["closed"]);
  });

  it("await using of an iterator ends it", async () => {
    const source = new CountedSource();
    {
      await using iterator = pool().imap(square, source);
      await iterator.next();
    }
    assert(source.closed);
  });

  it("an abort ends the iteration with its reason and closes the source", async () => {
    for (const Counted of SOURCES) {
      const source = new Counted();
      const controller = new AbortController();
      const { signal } = controller;
      const iterator = pool().imap(square, source, { signal, buffer: 4 });
      assertEquals((await iterator.next()).value, 0);
      controller.abort("enough");
      const { pulled } = source;
      const all: unknown[] = [];
      for (;;) {
        const step = await iterator.next().catch((reason: unknown) => ({ done: false, reason }));
        if (step.done) break;
        all.push(step);
      }
      assertEquals(all.at(-1), { done: false, reason: "enough" });
      assert(source.closed);
      assertEquals(source.pulled, pulled);
    }
  });

  it("an abort rejects a next() that waits for a source which gives nothing", async () => {
    await using own = createPool(1);
    const source = new CountedAsyncSource(Infinity, 1);
    const controller = new AbortController();
    const iterator = own.imap(square, source, { signal: controller.signal });
    assertEquals((await iterator.next()).value, 0);
    const waiting = rejection(iterator.next());
    controller.abort("enough");
    assertEquals(await waiting, "enough");
    assertEquals(await iterator.next(), DONE);
    assert(source.closed);
  });

  it("a signal that is aborted already rejects the first next(), and nothing is pulled", async () => {
    const source = new CountedSource();
    const iterator = pool().imap(square, source, { signal: AbortSignal.abort("before") });
    assertEquals(await rejection(iterator.next()), "before");
    assertEquals(await iterator.next(), DONE);
    assertEquals(source.pulled, 0);
  });
}

function nextTests({ createPool, sharedPool }: SuiteBackend, scene: Scene): void {
  const pool = sharedPool(2);

  it("next({ timeout }) rejects with TimeoutError and loses nothing", async () => {
    await using own = createPool(1);
    using gate = scene.gate();
    const items = range(3).map((value) => ({ value, gate: gate.path }));
    const iterator = own.imap(holdItem, items);
    await assertRejects(() => iterator.next({ timeout: 0 }), TimeoutError);
    await assertRejects(() => iterator.next({ timeout: -1 }), TimeoutError);
    await assertRejects(() => iterator.next({ timeout: 10 }), TimeoutError, "10 ms");
    gate.open();
    assertEquals(await iterator.next({ timeout: 10_000 }), { done: false, value: 0 });
    assertEquals(await collect(iterator), [1, 2]);
    assertEquals(await iterator.next({ timeout: 0 }), DONE);
  });

  it("next() refuses a timeout that is no number of milliseconds", async () => {
    const iterator = pool().imap(square, [1]);
    await assertRejects(() => iterator.next({ timeout: NaN }), RangeError, "timeout");
    await assertRejects(() => iterator.next({ timeout: "1" as never }), TypeError, "timeout");
    await assertRejects(() => iterator.next(5 as never), TypeError, "object");
    assertEquals(await collect(iterator), [1]);
  });

  it("next() may be called again before it has settled, first come, first served", async () => {
    for (const Counted of SOURCES) {
      for (const buffer of [1, 2, 3, 100]) {
        const iterator = pool().imap(squareAsync, new Counted(10), { buffer });
        const steps = await Promise.all(range(12).map(() => iterator.next()));
        assertEquals(steps.slice(0, 10).map(({ value }) => value), squares(10));
        assertEquals(steps.slice(10), [DONE, DONE]);
      }
    }
  });

  it("next() called many times at once pulls no more than the buffer", async () => {
    const source = new CountedSource();
    const iterator = pool().imap(square, source, { buffer: 4 });
    const steps = range(20).map(() => iterator.next());
    assertEquals(source.pulled, 4);
    await Promise.all(steps);
    await iterator.return();
  });
}

function endTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("close() lets an iterator go on to its end", async () => {
    for (const method of METHODS) {
      const pool = createPool(2);
      const begun = pool[method](square, new CountedSource(100), { buffer: 3 });
      const fresh = pool[method](square, new CountedAsyncSource(100), { buffer: 3 });
      await begun.next();
      pool.close();
      assertEquals((await collect(begun)).length, 99);
      assertEquals((await collect(fresh)).length, 100);
      await pool.join();
    }
  });

  it("join() ends an iterator that was left alone, and closes its source", async () => {
    for (const Counted of SOURCES) {
      const pool = createPool(1);
      const source = new Counted();
      const iterator = pool.imap(square, source, { buffer: 2 });
      await iterator.next();
      pool.close();
      await pool.join();
      assert(source.closed);
      const rest = await collectAll(iterator);
      assertEquals(rest.slice(0, -1), [1, 4].slice(0, rest.length - 1));
      assert(String(rest.at(-1)).includes("closed"), String(rest.at(-1)));
    }
  });

  it("an iterator left alone after an error does not hold up the end of the pool", async () => {
    const source = new CountedSource();
    {
      await using pool = createPool(2);
      const message = await rejection((async () => {
        for await (const _ of pool.imap(squareNoSevens, source, { buffer: 3 }));
      })());
      assertEquals((message as Error).message, "no 7");
    }
    assert(source.closed);
  });

  it("an iterator that was never asked does not hold up the end of the pool", async () => {
    const source = new CountedSource();
    {
      await using pool = createPool(1);
      pool.imap(square, source);
    }
    assertEquals(source.pulled, 0);
  });

  it("terminate() rejects a next() that waits, and closes the source", async () => {
    for (const method of METHODS) {
      for (const Counted of SOURCES) {
        const pool = createPool(1);
        const diary = scene.diary();
        const source = new Counted();
        const paths = (async function* () {
          try {
            for await (const _ of source) yield diary.path;
          } finally {
            // As a source of the user's own would pass it on.
          }
        })();
        const iterator = pool[method](never, paths, { buffer: 3 });
        const waiting = rejection(iterator.next());
        await diary.has(1);
        await pool.terminate();
        assertInstanceOf(await waiting, PoolClosedError);
        await until(() => source.closed, "the end of the source");
        const rest = await collectAll(iterator);
        assert(rest.length <= 4, `${rest.length} more errors`);
        assertEquals(await iterator.next(), DONE);
      }
    }
  });

  it("imap() on a closed pool throws at the call", async () => {
    const pool: Pool = createPool(1);
    pool.close();
    assertThrows(() => pool.imap(square, [1]), PoolClosedError);
    assertThrows(() => pool.imapUnordered(square, [1]), PoolClosedError);
    await pool.join();
  });
}
