import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { MaybeEncodingError, PoolClosedError, TimeoutError } from "@pool/core";
import {
  add,
  countArguments,
  echo,
  fail,
  failTimes,
  hold,
  note,
  noteNoSevens,
  square,
  squareNoSevens,
} from "../tasks/pool_tasks.ts";
import { it } from "./bounded.ts";
import { type ExecutorBackend, executorSuite } from "./executor_backend.ts";
import { CountedSource, rejection, Scene } from "./pool_scene.ts";
import { range } from "./range.ts";

export function mapSuite(backend: ExecutorBackend): void {
  executorSuite("map", backend, (own) => {
    const scene = new Scene();
    resultTests(own);
    failureTests(own, scene);
    bufferTests(own, scene);
    timeTests(own, scene);
    inputTests(own);
  });
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function resultTests({ create }: ExecutorBackend): void {
  it("map() gives results in the order of the calls", async () => {
    await using executor = create(2);
    assertEquals(await collect(executor.map(square, range(200))), range(200).map((i) => i * i));
    assertEquals(await collect(executor.map((s: string) => s + s, "abc")), ["aa", "bb", "cc"]);
    assertEquals(await collect(executor.map(echo<unknown>, [])), []);
  });

  it("map() takes one item of each iterable until the shortest ends", async () => {
    await using executor = create(2);
    const source = new CountedSource();
    const sums = executor.map(add, [10, 20, 30], source);
    assertEquals(await collect(sums), [10, 21, 32]);
    assert(source.closed);
    assertEquals(await collect(executor.map(countArguments, [1], [2], [3])), [3]);
    assertEquals(await collect(executor.map(() => 1)), []);
  });

  for (const chunksize of [1, 2, 7, 100, Infinity]) {
    it(`map({ chunksize: ${chunksize} }) gives the same results`, async () => {
      await using executor = create(2);
      const results = executor.map(add, range(50), range(50), { chunksize });
      assertEquals(await collect(results), range(50).map((i) => 2 * i));
    });
  }

  it("map({ chunksize }) sends fewer jobs", async () => {
    await using executor = create(2);
    await collect(executor.map(square, range(100), { chunksize: 10 }));
    assertEquals(executor.stats().submitted, 10);
  });

  it("map() submits at the call, without anybody who asks", async () => {
    await using executor = create(2);
    const source = new CountedSource(20);
    const results = executor.map(square, source);
    assertEquals([source.pulled, executor.stats().submitted], [20, 20]);
    assertEquals((await collect(results)).length, 20);
  });

  it("next() may be called many times at once", async () => {
    await using executor = create(2);
    const results = executor.map(square, range(3), { bufferSize: 1 });
    const all = await Promise.all(range(5).map(() => results.next()));
    assertEquals(all.map(({ value }) => value), [0, 1, 4, undefined, undefined]);
    assertEquals(all.map(({ done }) => done), [false, false, false, true, true]);
  });
}

function failureTests({ create }: ExecutorBackend, scene: Scene): void {
  for (const chunksize of [1, 3, 50]) {
    it(`a failing call ends the iteration after those before it, chunksize ${chunksize}`, async () => {
      await using executor = create(2);
      const results = executor.map(squareNoSevens, range(30), { chunksize });
      for (const i of range(7)) assertEquals((await results.next()).value, i * i);
      await assertRejects(() => results.next(), RangeError, "no 7");
      assertEquals(await results.next(), { done: true, value: undefined });
    });
  }

  it("a failing call cancels those that have not begun", async () => {
    await using executor = create(1);
    using gate = scene.gate();
    const diary = scene.diary();
    const results = executor.map(noteNoSevens, range(8).map(() => diary.path), range(8));
    const others = executor.map(hold, [gate.path, gate.path], ["first", "second"]);
    for (const i of range(7)) assertEquals((await results.next()).value, i);
    await rejection(results.next());
    await gate.has(1);
    await others.return();
    gate.open();
    await executor.submit(square, [1]).result();
    assertEquals(gate.lines, ["first"]);
    assertEquals(diary.lines.length, 8);
  });

  it("leaving the loop cancels what has not begun, and closes the iterables", async () => {
    await using executor = create(1);
    const diary = scene.diary();
    using gate = scene.gate();
    await executor.submit(hold, [gate.path, "warm"]).cancel();
    const source = new CountedSource();
    for await (const first of executor.map(square, source, { bufferSize: 4 })) {
      assertEquals(first, 0);
      break;
    }
    assert(source.closed);
    const held = executor.submit(hold, [gate.path, "held"]);
    const notes = executor.map(note, range(50).map(() => diary.path), range(50));
    await notes.return();
    gate.open();
    await held.result();
    await executor.submit(square, [1]).result();
    assertEquals(diary.lines, []);
    assertEquals(await notes.next(), { done: true, value: undefined });
  });

  it("all iterables are closed, and the error of a call comes before those of closing", async () => {
    await using executor = create(1);
    const closed: unknown[] = [];
    const items = <T>(item: T): Iterable<T> => {
      const next = (): IteratorResult<T> => ({ done: false, value: item });
      const end = (): never => {
        closed.push(item);
        throw new RangeError(`closing ${item}`);
      };
      return { [Symbol.iterator]: () => ({ next, return: end }) };
    };
    const bounded = { bufferSize: 1 };
    const left = executor.map(add, items(1), items(2), bounded);
    assertEquals(await left.next(), { done: false, value: 3 });
    const returned = left.return();
    assertEquals(String(await rejection(returned)), "RangeError: closing 1");
    assertEquals(await left.return(), { done: true, value: undefined });
    const failing = executor.map(fail, items("three"), bounded);
    assertEquals((await rejection(failing.next()) as Error).message, "three");
    assertThrows(() => executor.map(add, items(4), [], bounded), RangeError, "closing 4");
    assertEquals(closed, [1, 2, "three", 4]);
  });

  it("return() ends a next() that waits for a call that has not begun", async () => {
    await using executor = create(1);
    using gate = scene.gate();
    const held = executor.submit(hold, [gate.path]);
    await gate.has(1);
    const results = executor.map(square, [1, 2]);
    const next = results.next();
    await results.return();
    assertEquals(await next, { done: true, value: undefined });
    gate.open();
    await held.result();
  });

  it("await using leaves the iteration", async () => {
    await using executor = create(1);
    using gate = scene.gate();
    const held = executor.submit(hold, [gate.path]);
    {
      await using results = executor.map(square, range(10));
      assert(results !== undefined);
    }
    assertEquals(executor.stats().rejected, 10);
    gate.open();
    await held.result();
  });

  for (const chunksize of [1, 4]) {
    it(`arguments that cannot be sent fail at their place, chunksize ${chunksize}`, async () => {
      await using executor = create(2);
      const items = [1, 2, () => 3, 4];
      const results = executor.map(echo<unknown>, items, { chunksize });
      assertEquals([(await results.next()).value, (await results.next()).value], [1, 2]);
      assertInstanceOf(await rejection(results.next()), MaybeEncodingError);
      assertEquals((await results.next()).done, true);
    });
  }

  it("retries are for each call, also with chunksize", async () => {
    await using executor = create(1);
    const diary = scene.diary();
    const results = executor.map(failTimes, [diary.path, diary.path], [2, 2], {
      chunksize: 2,
      retries: 2,
    });
    assertEquals((await collect(results)).sort(), [3, 4]);
  });
}

function bufferTests({ create }: ExecutorBackend, scene: Scene): void {
  for (const [bufferSize, chunksize] of [[1, 1], [3, 1], [8, 4], [2, 5]] as const) {
    it(`map({ bufferSize: ${bufferSize}, chunksize: ${chunksize} }) pulls no further ahead`, async () => {
      await using executor = create(2);
      const source = new CountedSource();
      await using results = executor.map(square, source, { bufferSize, chunksize });
      assertEquals(source.pulled, bufferSize);
      for (const i of range(20)) {
        assertEquals((await results.next()).value, i * i);
        assert(source.pulled <= i + 1 + bufferSize, `${source.pulled} after ${i + 1}`);
      }
    });
  }

  it("an iterable that throws fails at the call, and what was submitted is cancelled", async () => {
    await using executor = create(1);
    const diary = scene.diary();
    using gate = scene.gate();
    const held = executor.submit(hold, [gate.path]);
    function* paths(): Generator<string> {
      yield diary.path;
      throw new RangeError("no more paths");
    }
    assertThrows(() => executor.map(note, paths(), ["a", "b"]), RangeError, "no more paths");
    gate.open();
    await held.result();
    await executor.submit(square, [1]).result();
    assertEquals(diary.lines, []);
  });

  it("with bufferSize an iterable that throws fails at its place", async () => {
    await using executor = create(1);
    function* numbers(): Generator<number> {
      yield 2;
      yield 3;
      throw new RangeError("no more numbers");
    }
    const results = executor.map(square, numbers(), { bufferSize: 1 });
    assertEquals([(await results.next()).value, (await results.next()).value], [4, 9]);
    await assertRejects(() => results.next(), RangeError, "no more numbers");
    assertEquals((await results.next()).done, true);
  });

  it("with bufferSize a shutdown lets the results come that were submitted", async () => {
    const executor = create(1);
    const results = executor.map(square, [2, 3, 4], { bufferSize: 2 });
    await executor.shutdown();
    assertEquals([(await results.next()).value, (await results.next()).value], [4, 9]);
    await assertRejects(() => results.next(), PoolClosedError);
  });
}

function timeTests({ create }: ExecutorBackend, scene: Scene): void {
  it("map({ timeout }) counts from the call, and the rest is cancelled", async () => {
    await using executor = create(1);
    using gate = scene.gate();
    const diary = scene.diary();
    const results = executor.map(
      async (gatePath: string, path: string) => {
        const { appendFileSync, existsSync } = await import("node:fs");
        appendFileSync(path, "in\n");
        while (gatePath !== "" && !existsSync(`${gatePath}.open`)) {
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
        return 1;
      },
      ["", gate.path, ""],
      [diary.path, diary.path, diary.path],
      { timeout: 500 },
    );
    assertEquals((await results.next()).value, 1);
    await assertRejects(() => results.next(), TimeoutError, "500 ms");
    assertEquals((await results.next()).done, true);
    gate.open();
    await executor.submit(square, [1]).result();
    assertEquals(diary.lines, ["in", "in"]);
  });

  it("results that are there come in spite of the timeout", async () => {
    await using executor = create(1);
    const results = executor.map(square, [1, 2], { timeout: 0 });
    await executor.submit(square, [1]).result();
    assertEquals(await collect(results), [1, 4]);
    using gate = scene.gate();
    const held = executor.map(hold, [gate.path], { timeout: -1 });
    await assertRejects(() => held.next(), TimeoutError);
    gate.open();
  });
}

function inputTests({ create }: ExecutorBackend): void {
  it("map() refuses bad input at the call", async () => {
    const executor = create(1);
    const map = executor.map.bind(executor) as (...args: unknown[]) => unknown;
    assertThrows(() => map(undefined, [1]), TypeError);
    assertThrows(() => map(Math.max, [1]), TypeError);
    assertThrows(() => map(square, 3), TypeError, "argument 2 must be iterable, not 3");
    assertThrows(() => map(square, [1], null), TypeError, "null");
    assertThrows(() => map(square, {}, [1]), TypeError, "argument 2 must be iterable");
    assertThrows(() => map(square, [1], { chunkSize: 2 }), TypeError, "chunkSize");
    assertThrows(() => map(square, [1], { chunksize: 0 }), RangeError, "chunksize");
    assertThrows(() => map(square, [1], { bufferSize: 0 }), RangeError, "bufferSize");
    assertThrows(() => map(square, [1], { timeout: NaN }), RangeError, "NaN");
    assertThrows(() => map(square, [1], { timeout: "1" }), TypeError, "timeout");
    async function* items(): AsyncGenerator<number> {
      yield 1;
    }
    assertThrows(() => map(square, items()), TypeError, "async iterable");
    assertEquals(await collect(executor.map(square, [3], undefined)), [9]);
    assertEquals(executor.stats().submitted, 1);
    await executor.shutdown();
    assertThrows(() => map(square, [1]), PoolClosedError);
  });
}
