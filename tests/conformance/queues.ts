/** What shared queues promise; Python's tests of them are the guide. */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  Empty,
  Full,
  InvalidStateError,
  JoinableQueue,
  Lock,
  MaybeEncodingError,
  Pipe,
  type Pool,
  Process,
  Queue,
  SimpleQueue,
  Thread,
} from "@pool/core";
import { errorsOf, makeQueue } from "../tasks/made.ts";
import * as tasks from "../tasks/queues.ts";
import type { Backend } from "./backend.ts";
import { it, within } from "./bounded.ts";
import { queueDeathTests } from "./queues_deaths.ts";
import { suite } from "./leaks.ts";
import { rejection, Scene } from "./pool_scene.ts";
import { assertSame } from "./same.ts";

const MIB = 1024 * 1024;

export function queueSuite(backend: Backend): void {
  const Kind = backend.traits.sharedMemory ? Thread : Process;

  suite("Queue", backend, (b) => {
    const pool = b.sharedPool({ workers: 3 });
    orderTests(pool);
    boundTests(pool);
    itemTests(pool);
    endTests(Kind);
    inputTests(pool);
    joinTests(pool, Kind);
    if (b.traits.sharedMemory) blockingTests(pool);
    else {
      it("what blocks is refused where memory is not shared", async () => {
        const names = await pool().apply(tasks.syncElsewhere, [new Queue()]);
        assertEquals(names, ["InvalidStateError", "InvalidStateError"]);
      });
    }
    queueDeathTests(b, Kind, new Scene());
  });
}

function orderTests(pool: () => Pool): void {
  it("items come out in the order in which they were put", async () => {
    const queue = new Queue<tasks.Numbered>();
    await pool().apply(tasks.putRange, [queue, 7, 500]);
    assertEquals(await queue.qsize(), 500);
    for (let i = 0; i < 500; i++) assertEquals(await queue.get(), [7, i]);
    assert(await queue.empty());
  });

  for (const maxsize of [0, 1, 3, 100]) {
    it(`of many producers and consumers each item comes out once, maxsize ${maxsize}`, async () => {
      const queue = new Queue<tasks.Numbered | null>({ maxsize });
      const consumers = [0, 1].map(() => pool().apply(tasks.getUntilNull, [queue]));
      const own = tasks.getUntilNull(queue);
      const producers = [1, 2].map((n) => tasks.putRange(queue as Queue<tasks.Numbered>, n, 150));
      await pool().apply(tasks.putRange, [queue as Queue<tasks.Numbered>, 0, 150]);
      await Promise.all(producers);
      for (let i = 0; i < 3; i++) await queue.put(null);
      const lists = await Promise.all([...consumers, own]);
      for (const list of lists) {
        for (const producer of [0, 1, 2]) {
          const indices = list.filter(([n]) => n === producer).map(([, i]) => i);
          assertEquals(indices, indices.toSorted((a, b) => a - b));
        }
      }
      const all = lists.flat().map(([producer, i]) => producer * 1000 + i).sort((a, b) => a - b);
      const expected = [0, 1, 2].flatMap((n) =>
        Array.from({ length: 150 }, (_, i) => n * 1000 + i)
      );
      assertEquals(all, expected);
    });
  }

  it("many calls of one worker at a time keep their order", async () => {
    const queue = new Queue<number>();
    await pool().apply(tasks.putTogether, [queue, 300]);
    const expected = Array.from({ length: 300 }, (_, i) => i);
    assertEquals(await pool().apply(tasks.getTogether, [queue, 300]), expected);
  });

  it("a getter that came first is served first", async () => {
    const queue = new Queue<number>();
    const gets = Array.from({ length: 20 }, () => queue.get());
    await pool().apply(tasks.putTogether, [queue, 20]);
    assertEquals(await Promise.all(gets), Array.from({ length: 20 }, (_, i) => i));
  });
}

function boundTests(pool: () => Pool): void {
  it("Full and Empty come at once, or after the timeout", async () => {
    const full = new Queue(2), empty = new Queue(2);
    await full.put(1);
    await full.put(2);
    const names = await pool().apply(errorsOf, [full, empty]);
    assertEquals(names, [...Array(5).fill("Full"), ...Array(5).fill("Empty")]);
    assertEquals(await errorsOf(full, empty), names);
    const began = performance.now();
    await assertRejects(() => full.put(3, { timeout: 100 }), Full);
    await assertRejects(() => empty.get({ timeout: 100 }), Empty);
    assert(performance.now() - began > 190);
    assertEquals(await full.qsize(), 2);
  });

  it("a put that waits goes on when a place is free", async () => {
    const queue = new Queue<number>(1);
    await queue.put(1);
    const waiting = pool().apply(tasks.put, [queue, 2]);
    assertEquals(await queue.get(), 1);
    await waiting;
    assertEquals(await queue.get(), 2);
  });

  it("qsize(), empty() and full() tell the same everywhere", async () => {
    const queue = new Queue<number>(3);
    for (let i = 0; i <= 3; i++) {
      const expected = [i, i === 0, i === 3];
      assertEquals(await tasks.sizes(queue), expected);
      assertEquals(await pool().apply(tasks.sizes, [queue]), expected);
      if (i < 3) await queue.put(i);
    }
    const unbound = new Queue<number>();
    for (let i = 0; i < 5; i++) await unbound.put(i);
    await unbound.get();
    assertEquals(await pool().apply(tasks.sizes, [unbound]), [4, false, false]);
  });

  it("any number of items is accepted before anybody reads, and in order", async () => {
    const queue = new Queue<Uint8Array>();
    for (let i = 0; i < 40; i++) await queue.put(new Uint8Array(200_000).fill(i));
    assertEquals(await tasks.sizes(queue), [40, false, false]);
    const first = await pool().apply(tasks.get, [queue]);
    assertSame(first, new Uint8Array(200_000));
    for (let i = 1; i < 40; i++) assertEquals((await queue.get())[0], i);
    assert(await queue.empty());
  });

  it("large items of several workers are accepted before anybody reads", async () => {
    const queue = new Queue<Uint8Array>();
    const item = new Uint8Array(3 * MIB);
    for (let i = 0; i < 3; i++) {
      await queue.put(item.fill(2 * i));
      await pool().apply(tasks.put, [queue, item.fill(2 * i + 1)]);
    }
    assertEquals(await queue.qsize(), 6);
    const firsts = new Set<number>();
    for (let i = 0; i < 6; i++) {
      const got = await queue.get({ timeout: 5000 });
      assertEquals([got.length, got.at(-1)], [3 * MIB, got[0]]);
      firsts.add(got[0]!);
    }
    assertEquals(firsts.size, 6);
  });

  it("maxsize items of 10 MB are accepted, and no more", async () => {
    const queue = new Queue<Uint8Array>(4);
    for (let i = 0; i < 4; i++) await queue.put(new Uint8Array(10 * MIB).fill(i + 1));
    await assertRejects(() => queue.putNowait(new Uint8Array(1)), Full);
    for (let i = 0; i < 4; i++) {
      const item = await (i % 2 ? queue.get() : pool().apply(tasks.get, [queue]));
      assertEquals([item.length, item[0], item.at(-1)], [10 * MIB, i + 1, i + 1]);
    }
    assertEquals(await tasks.sizes(queue), [0, true, false]);
  });
}

function itemTests(pool: () => Pool): void {
  it("items arrive as they were when they were put", async () => {
    const queue = new Queue<unknown>();
    const items: unknown[] = [
      undefined,
      null,
      0,
      -0,
      "",
      "x".repeat(300_000),
      "日本".repeat(1000),
      2n ** 80n,
      new Uint8Array(0),
      new ArrayBuffer(0),
      new Float64Array([0.5, NaN]),
      new Map([[{ a: 1 }, new Set([1])]]),
      new Date(5),
      { list: Array.from({ length: 200 }, (_, i) => ({ i, text: `text ${i}` })) },
      [new Uint8Array(100_000).fill(3), new Uint8Array(100_000).fill(4)],
    ];
    for (const item of items) {
      await queue.put(item);
      assertSame(await pool().apply(tasks.get, [queue]), item);
      await pool().apply(tasks.put, [queue, item]);
      assertSame(await queue.get(), item);
    }
    const changing = new Uint8Array(3 * MIB);
    await queue.put(changing);
    changing.fill(9);
    assertEquals((await queue.get() as Uint8Array)[0], 0);
  });

  it("an item whose getter puts another one stays whole, and both arrive", async () => {
    const queue = new Queue<unknown>();
    for (const put of [pool().apply(tasks.putNested, [queue]), tasks.putNested(queue)]) {
      await put;
      const items = [await queue.get({ timeout: 5000 }), await queue.get({ timeout: 5000 })];
      items.sort((a) => typeof a === "string" ? -1 : 1);
      assertEquals(items, ["inner ".repeat(10), { first: 1, second: "outer" }]);
    }
  });

  it("an error arrives with its class, message and cause", async () => {
    const queue = new Queue<unknown>();
    await pool().apply(tasks.put, [queue, new RangeError("far", { cause: new TypeError("off") })]);
    const error = await queue.get() as RangeError;
    assertInstanceOf(error, RangeError);
    assertInstanceOf(error.cause, TypeError);
  });

  it("what cannot be sent rejects its own put with the path, and takes no place", async () => {
    const queue = new Queue<unknown>(2);
    const fault = await rejection(queue.put({ a: [() => {}] }));
    assertInstanceOf(fault, MaybeEncodingError);
    assertEquals(fault.path, "item.a[0]");
    const told = await pool().apply(tasks.refusedPath, [queue]);
    assertEquals(told, ["MaybeEncodingError", "item.list[1].save"]);
    await queue.put("second");
    assertEquals([await queue.get(), await queue.get()], ["fine", "second"]);
  });

  it("locks, pipes and queues stand in items, also the queue itself", async () => {
    const queue = new Queue<unknown>();
    const lock = new Lock();
    await queue.put({ queue, lock });
    const item = await queue.get() as { queue: unknown; lock: unknown };
    assert(item.queue === queue && item.lock === lock);

    const reply = new Queue<string>();
    await queue.put({ reply });
    await pool().apply(tasks.answerBy, [queue as Queue<{ reply: Queue<string> }>]);
    assertEquals(await reply.get({ timeout: 5000 }), "answered");

    const [left, right] = Pipe();
    await queue.put([right]);
    const [moved] = await queue.get() as [typeof right];
    await left.send("through");
    assertEquals(await moved.recv(), "through");
    await left.close();
    await moved.close();
  });

  it("a queue that a worker has made is used by its host and by other workers", async () => {
    const queue = await pool().apply(makeQueue, []);
    assertEquals(await queue.get({ timeout: 5000 }), "made here");
    await pool().apply(tasks.put, [queue, "put there"]);
    await queue.put("put here");
    assertEquals(await pool().apply(tasks.get, [queue]), "put there");
    assertEquals(await queue.get({ timeout: 5000 }), "put here");
  });

  it("an item of 200 MB passes", async () => {
    const queue = new Queue<Uint8Array>();
    const size = 200 * MIB;
    const item = new Uint8Array(size);
    item[size - 1] = 5;
    const [, back] = await Promise.all([queue.put(item), queue.get()]);
    assertEquals([back.length, back[size - 1]], [size, 5]);
  }, 60_000);
}

function endTests(Kind: typeof Thread | typeof Process): void {
  it(
    "a worker that has put 1 MB and more can be joined before it is read, 20 times over",
    async () => {
      for (let round = 0; round < 20; round++) {
        const queue = new Queue<Uint8Array>(round % 2 ? 0 : 3);
        const one = new Kind({ target: tasks.putLarge, args: [queue, 1.5 * MIB, 2] });
        one.start();
        await within(10_000, () => one.join(), "join()");
        assertEquals(one.exitCode, 0);
        for (let i = 1; i <= 2; i++) {
          const item = await queue.get({ timeout: 5000 });
          assertEquals([item.length, item[0], item.at(-1)], [1.5 * MIB, i, i]);
        }
        assertEquals(await tasks.sizes(queue), [0, true, false]);
      }
    },
    60_000,
  );

  it("and read before it is joined", async () => {
    const queue = new Queue<Uint8Array>();
    const one = new Kind({ target: tasks.putLarge, args: [queue, 3 * MIB, 3] });
    one.start();
    for (let i = 1; i <= 3; i++) assertEquals((await queue.get({ timeout: 10_000 }))[0], i);
    await one.join();
  });

  it("a worker with many small items can be joined, and what is put then comes last", async () => {
    // More than the ring has room for.
    const queue = new Queue<number>(), count = Kind === Thread ? 80_000 : 2_000;
    const one = new Kind({ target: tasks.putTogether, args: [queue, count] });
    one.start();
    await within(20_000, () => one.join(), "join()");
    await queue.put(count);
    assertEquals(await queue.qsize(), count + 1);
    for (let i = 0; i <= count; i++) assertEquals(await queue.get({ timeout: 5000 }), i);
    assertEquals(await queue.empty(), true);
  }, 60_000);

  it("cancelJoinThread() lets a worker end without its items", async () => {
    const queue = new Queue<Uint8Array>();
    const one = new Kind({ target: tasks.putLargeAndLeave, args: [queue, 3 * MIB] });
    one.start();
    await one.join();
    assertEquals(one.exitCode, 0);
    // What is left of it does not come in the way of others.
    await queue.put(new Uint8Array(1));
    let item = await queue.get({ timeout: 5000 });
    if (item.length > 1) item = await queue.get({ timeout: 5000 });
    assertEquals(item.length, 1);
  });

  it("close() ends puts of this worker alone, and joinThread() waits for what it has put", async () => {
    const queue = new Queue<Uint8Array>();
    await assertRejects(() => queue.joinThread(), InvalidStateError, "close() it first");
    await queue.put(new Uint8Array(3 * MIB));
    queue.close();
    queue.close();
    await assertRejects(() => queue.put(new Uint8Array(1)), InvalidStateError, "closed");
    let joined = false;
    const joining = queue.joinThread().then(() => joined = true);
    assertEquals(joined, false);
    const item = await queue.get();
    assertEquals(item.length, 3 * MIB);
    await joining;
    const one = new Kind({ target: tasks.put, args: [queue, new Uint8Array(2)] });
    one.start();
    assertEquals((await queue.get({ timeout: 10_000 })).length, 2);
    await one.join();
  });
}

function inputTests(pool: () => Pool): void {
  it("refuses sizes and options that make no sense", async () => {
    for (const maxsize of [-1, 1.5, NaN, 2 ** 30]) {
      assertThrows(() => new Queue({ maxsize }), RangeError);
      assertThrows(() => new JoinableQueue(maxsize), RangeError);
    }
    assertThrows(() => new Queue("3" as never), TypeError);
    assertThrows(() => new Queue({ maxSize: 3 } as never), TypeError);
    const queue = new Queue<number>();
    await assertRejects(() => queue.put(1, { timeout: NaN }), RangeError);
    await assertRejects(() => queue.put(1, { wait: 5 } as never), TypeError);
    await assertRejects(() => queue.get(5 as never), TypeError);
    await assertRejects(() => queue.get({ block: 0 } as never), TypeError);
    assertThrows(() => JSON.stringify({ queue }), TypeError, "Cannot turn Queue into JSON");
    assertEquals(await queue.qsize(), 0);
  });

  it("SimpleQueue: put, get, empty and close", async () => {
    const from = new SimpleQueue<unknown>(), to = new SimpleQueue<unknown>();
    assert(await from.empty());
    await from.put({ a: 1 });
    assertEquals(await pool().apply(tasks.simpleEcho, [from, to]), true);
    assertEquals(await to.get(), { a: 1 });
    await assertRejects(() => to.get({ timeout: 10 }), Empty);
    await assertRejects(() => to.getNowait(), Empty);
    from.close();
    await assertRejects(() => from.put(1), InvalidStateError);
    assertThrows(() => JSON.stringify(to), TypeError, "SimpleQueue");
  });
}

function joinTests(pool: () => Pool, Kind: typeof Thread | typeof Process): void {
  it("JoinableQueue: join() waits until all items are done", async () => {
    const queue = new JoinableQueue<number>(5), done = new SimpleQueue<number>();
    assertEquals(await queue.join(), true);
    const daemons = [0, 1].map(() =>
      new Kind({ target: tasks.consume, args: [queue, done], daemon: true })
    );
    for (const one of daemons) one.start();
    for (let i = 0; i < 40; i++) await queue.put(i);
    assertEquals(await queue.join({ timeout: 10_000 }), true);
    const items: number[] = [];
    while (!await done.empty()) items.push(await done.get());
    assertEquals(items.sort((a, b) => a - b), Array.from({ length: 40 }, (_, i) => i));
    for (const one of daemons) {
      one.kill();
      await one.join();
    }
  });

  it("JoinableQueue: join() resolves to false after its timeout", async () => {
    const queue = new JoinableQueue<unknown>();
    await queue.put(new Uint8Array(2 * MIB));
    assertEquals(await queue.join({ timeout: 50 }), false);
    await queue.get();
    assertEquals(await pool().apply(tasks.joins, [queue, 50]), false);
    await queue.taskDone();
    assertEquals(await pool().apply(tasks.joins, [queue, 5000]), true);
  });

  it("JoinableQueue: taskDone() too often is a RangeError", async () => {
    const queue = new JoinableQueue<number>();
    await assertRejects(() => queue.taskDone(), RangeError);
    assertEquals(await pool().apply(tasks.doneTooOften, [queue]), "RangeError");
    await queue.put(1);
    await queue.get();
    await queue.taskDone();
    await assertRejects(() => queue.taskDone(), RangeError);
  });
}

function blockingTests(pool: () => Pool): void {
  it("putSync() and getSync() block threads, not the event loops of others", async () => {
    const from = new Queue<unknown>(2), to = new Queue<unknown>(2);
    const echo = pool().apply(tasks.echoSync, [from, to, 100]);
    const put = (async () => {
      for (let i = 0; i < 100; i++) await from.put(i);
    })();
    for (let i = 0; i < 100; i++) assertEquals(await to.get(), i);
    await Promise.all([echo, put]);
  });

  it("getSync() takes what this thread has put, of any size, and keeps the order of getters", async () => {
    const queue = new Queue<Uint8Array>();
    const first = queue.get();
    for (const size of [1, 5 * MIB, 3 * MIB, 2]) queue.putSync(new Uint8Array(size));
    for (const size of [5 * MIB, 3 * MIB, 2]) assertEquals(queue.getSync().length, size);
    assertEquals((await first).length, 1);
    assertThrows(() => queue.getSync({ timeout: 10 }), Empty);
    assertThrows(() => queue.getSync({ block: false }), Empty);
    const full = new Queue(1);
    full.putSync(1);
    assertThrows(() => full.putSync(2, { timeout: 10 }), Full);
    assertThrows(() => full.putSync(2, { block: false }), Full);
  });
}
