/** Queues of one realm; Python's tests of its `queue` module are the guide. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe } from "node:test";
import {
  Empty,
  EOFError,
  Full,
  InvalidStateError,
  LifoQueue,
  LocalQueue,
  MaybeEncodingError,
  Pool,
  PriorityQueue,
  type UnsharedQueue,
} from "@pool/core";
import { it } from "./conformance/bounded.ts";
import { passTime, rejection } from "./conformance/pool_scene.ts";

const KINDS: readonly (new (maxsize?: number) => UnsharedQueue<number>)[] = [
  LocalQueue,
  LifoQueue,
  PriorityQueue,
];

async function drain<T>(queue: UnsharedQueue<T>): Promise<T[]> {
  const items: T[] = [];
  while (!await queue.empty()) items.push(await queue.get());
  return items;
}

async function queueOf<T>(queue: UnsharedQueue<T>, items: readonly T[]): Promise<UnsharedQueue<T>> {
  for (const item of items) await queue.put(item);
  return queue;
}

describe("queues of one realm", () => {
  it("cannot be sent: a worker would get them without their items", async () => {
    await using pool = new Pool({ workers: 1, backend: "thread" });
    const queue = await queueOf(new LocalQueue<number>(), [1]);
    await assertRejects(
      () => pool.apply((value: unknown) => value, [{ queue }]),
      MaybeEncodingError,
      "Cannot send args[0].queue: this queue belongs to one worker; Queue is one that workers share",
    );
  });

  it("give their items in their order", async () => {
    const items = [111, 333, 222];
    assertEquals(await drain(await queueOf(new LocalQueue<number>(), items)), [111, 333, 222]);
    assertEquals(await drain(await queueOf(new LifoQueue<number>(), items)), [222, 333, 111]);
    assertEquals(await drain(await queueOf(new PriorityQueue<number>(), items)), [111, 222, 333]);
  });

  for (const Kind of KINDS) {
    const { name } = Kind;

    it(`${name}: Full and Empty come at once, or after the timeout`, async () => {
      const queue = new Kind(2);
      await queue.put(1);
      await queue.put(2);
      assertEquals([await queue.qsize(), await queue.full(), await queue.empty()], [
        2,
        true,
        false,
      ]);
      const began = performance.now();
      await assertRejects(() => queue.putNowait(3), Full);
      await assertRejects(() => queue.put(3, { block: false }), Full);
      await assertRejects(() => queue.put(3, { timeout: 50 }), Full);
      await drain(queue);
      await assertRejects(() => queue.getNowait(), Empty);
      await assertRejects(() => queue.get({ block: false }), Empty);
      await assertRejects(() => queue.get({ timeout: 50 }), Empty);
      assert(performance.now() - began > 95);
      assertEquals([await queue.qsize(), await queue.full(), await queue.empty()], [
        0,
        false,
        true,
      ]);
    });

    it(`${name}: puts and gets wait for each other, in the order in which they came`, async () => {
      const queue = new Kind(1);
      const gets = Array.from({ length: 5 }, () => queue.get());
      for (let i = 0; i < 5; i++) await queue.put(i);
      assertEquals(await Promise.all(gets), [0, 1, 2, 3, 4]);
      const puts = Array.from({ length: 5 }, (_, i) => queue.put(i));
      for (let i = 0; i < 5; i++) assertEquals(await queue.get(), i);
      await Promise.all(puts);
    });

    it(`${name}: a wait that is over takes nothing along`, async () => {
      const queue = new Kind(1);
      assert(await rejection(queue.get({ timeout: 1 })) instanceof Empty);
      await queue.put(1);
      assert(await rejection(queue.put(2, { timeout: 1 })) instanceof Full);
      assertEquals(await queue.get(), 1);
      assert(await queue.empty());
    });

    it(`${name}: join() waits until all items are done`, async () => {
      const queue = new Kind();
      assertEquals(await queue.join(), true);
      for (let i = 0; i < 3; i++) await queue.put(i);
      assertEquals(await queue.join({ timeout: 10 }), false);
      let joined = false;
      const joining = queue.join().then(() => joined = true);
      for (let i = 0; i < 3; i++) {
        await queue.get();
        assertEquals(joined, false);
        await queue.taskDone();
      }
      await joining;
      await assertRejects(() => queue.taskDone(), RangeError);
    });

    it(`${name}: close() ends what waits, and what is there can be taken`, async () => {
      const queue = new Kind(1);
      const get = rejection(queue.get());
      queue.close();
      assert(await get instanceof EOFError);
      const other = new Kind(1);
      await other.put(1);
      const put = rejection(other.put(2));
      other.close();
      other.close();
      assert(await put instanceof InvalidStateError);
      await assertRejects(() => other.put(3), InvalidStateError);
      assertEquals(await other.get(), 1);
      await assertRejects(() => other.get(), EOFError);
    });

    it(`${name}: refuses sizes and options that make no sense`, async () => {
      for (const maxsize of [-1, 0.5, NaN]) assertThrows(() => new Kind(maxsize), RangeError);
      for (const maxsize of [null, "2"]) {
        const options = { maxsize } as unknown as number;
        assertThrows(() => new Kind(options), TypeError, "Cannot use maxsize");
      }
      assertThrows(() => new Kind({ size: 5 } as never), TypeError);
      const queue = new Kind();
      await assertRejects(() => queue.put(1, { timeout: NaN }), RangeError);
      await assertRejects(() => queue.get({ wait: 1 } as never), TypeError);
      await assertRejects(() => queue.join(5 as never), TypeError);
    });
  }

  it("a hundred thousand items pass, also many at a time", async () => {
    const queue = new LocalQueue<number>();
    for (let i = 0; i < 100_000; i++) void queue.put(i);
    for (let i = 0; i < 100_000; i++) assertEquals(await queue.get(), i);
    const sorted = new PriorityQueue<number>();
    for (let i = 0; i < 10_000; i++) await sorted.put((i * 7919) % 10_007);
    const items = await drain(sorted);
    assertEquals(items, items.toSorted((a, b) => a - b));
  });
});

describe("PriorityQueue", () => {
  it("gives equal items in the order in which they came", async () => {
    const queue = new PriorityQueue<[number, { name: string }]>();
    for (const name of ["a", "b", "c", "d", "e"]) await queue.put([1, { name }]);
    await queue.put([0, { name: "first" }]);
    assertEquals((await drain(queue)).map(([, { name }]) => name), [
      "first",
      "a",
      "b",
      "c",
      "d",
      "e",
    ]);
  });

  it("orders numbers, bigints, strings, dates and arrays of them", async () => {
    const lists: [unknown[], unknown[]][] = [
      [[2, 1n, -3, Infinity], [-3, 1n, 2, Infinity]],
      [["b", "B", "a"], ["B", "a", "b"]],
      [[[2, "a"], [1, "z"], [1, "b"], [1]], [[1], [1, "b"], [1, "z"], [2, "a"]]],
      [[new Date(5), new Date(2)], [new Date(2), new Date(5)]],
      [["x", 5], [5, "x"]],
      [[[1, 3], [1, {}], [1, 2], [1, "a"], [0, {}]], [[0, {}], [1, 2], [1, 3], [1, "a"], [1, {}]]],
    ];
    for (const [items, expected] of lists) {
      assertEquals(await drain(await queueOf(new PriorityQueue<unknown>(), items)), expected);
    }
  });

  it("refuses what has no order, and keeps what it has", async () => {
    const queue = new PriorityQueue<unknown>();
    await queue.put(1);
    for (const item of [{}, undefined, null, NaN, [], [{}], new Date(NaN)]) {
      await assertRejects(() => queue.put(item), TypeError, "has no order");
    }
    assertEquals(await drain(queue), [1]);
  });

  it("orders by compare; where that throws, the put rejects and nothing is lost", async () => {
    let throws = false;
    const compare = (a: { n: number }, b: { n: number }): number => {
      if (throws) throw new Error("cannot compare");
      return b.n - a.n;
    };
    const queue = new PriorityQueue<{ n: number }>({ compare });
    for (const n of [3, 1, 4, 1, 5]) await queue.put({ n });
    throws = true;
    await assertRejects(() => queue.put({ n: 9 }), Error, "cannot compare");
    await assertRejects(() => queue.get(), Error, "cannot compare");
    throws = false;
    assertEquals((await drain(queue)).map(({ n }) => n), [5, 4, 3, 1, 1]);
    assertThrows(() => new PriorityQueue({ compare: 5 as never }), TypeError);
  });

  it("a waiting put that cannot be placed rejects by itself", async () => {
    const queue = new PriorityQueue<unknown>(1);
    await queue.put(1);
    const bad = rejection(queue.put({}));
    const good = queue.put(2);
    await passTime(1);
    assertEquals(await queue.get(), 1);
    assert(await bad instanceof TypeError);
    await good;
    assertEquals(await queue.get(), 2);
  });
});
