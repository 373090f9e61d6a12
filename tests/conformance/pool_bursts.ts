/** Thousands of small calls at once: they travel together, and must not notice it. */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { MaybeEncodingError, type Pool, PoolClosedError, WorkerDiedError } from "@pool/core";
import {
  constant,
  exitAt4000,
  exitAtItem4000,
  increment,
  type Item,
  jobId,
  join,
  kindOf,
  mixed,
  renew,
  report,
  shareRuns,
  sumOf,
  waitAt4000,
} from "../tasks/burst_tasks.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { MANY, warm } from "./burst_scene.ts";
import { suite } from "./leaks.ts";
import { range } from "./range.ts";

export function burstsSuite(backend: Backend): void {
  suite("bursts", backend, (b) => {
    resultTests(b);
    orderTests(b);
    identityTests(b);
    if (b.traits.isolated && b.traits.sharedMemory) sharedTests(b);
  });
  // Each call has options then: they wait in a line of their own, and are watched on the way.
  suite("bursts with a time limit", backend, (b) => {
    const createPool = (workers: number): Pool => b.createPool({ workers, taskTimeout: 60_000 });
    resultTests({ createPool });
    identityTests({ createPool });
    if (b.traits.isolated && b.traits.sharedMemory) sharedTests({ createPool });
  });
}

interface Creator {
  createPool(workers: number): Pool;
}

function resultTests({ createPool }: Creator): void {
  it("each call has its own result, also when functions and arguments alternate", async () => {
    await using pool = createPool(2);
    for (let round = 0; round < 3; round++) {
      const calls = range(MANY).map((x): PromiseLike<unknown> => {
        if (x % 100 < 90) return pool.apply(increment, [x]);
        if (x % 100 < 93) return pool.apply(constant);
        return pool.apply(join, ["a", x, null, x / 3]);
      });
      const expected = range(MANY).map((x) => {
        if (x % 100 < 90) return x + 1;
        return x % 100 < 93 ? "constant" : ["a", x, null, x / 3].join(" ");
      });
      assertEquals(await Promise.all(calls), expected);
    }
    assertEquals(pool.stats().fulfilled, 3 * MANY);
  });

  it("arguments arrive exactly as they were at the call", async () => {
    await using pool = createPool(2);
    const values = [0, -0, NaN, 1.5, -1, 2 ** 40, true, false, null, undefined, Infinity];
    const args: [unknown] = [0];
    const calls = range(MANY).map((i) => {
      args[0] = values[i % values.length];
      return pool.apply(echoes, args);
    });
    const results = await Promise.all(calls);
    for (const [i, result] of results.entries()) {
      assert(Object.is(result, values[i % values.length]), `call ${i} gave ${result}`);
    }
  });

  it("what one call throws or returns concerns no other", async () => {
    await using pool = createPool(2);
    for (let round = 0; round < 2; round++) {
      const results = await Promise.allSettled(range(MANY).map((x) => pool.apply(mixed, [x])));
      for (const [x, result] of results.entries()) {
        const kind = kindOf(x);
        if (kind === "throw") {
          assert(result.status === "rejected");
          assertInstanceOf(result.reason, RangeError);
          assertEquals(result.reason.message, `not ${x}`);
        } else if (kind === "symbol") {
          assert(result.status === "rejected");
          assertInstanceOf(result.reason, MaybeEncodingError);
        } else {
          const value = kind === "object" ? { x } : kind === "text" ? `${x} `.repeat(500) : x;
          assertEquals(result, { status: "fulfilled", value });
        }
      }
    }
    const { fulfilled, rejected, waiting, running } = pool.stats();
    const failures = range(MANY).filter((x) => ["throw", "symbol"].includes(kindOf(x))).length;
    assertEquals([fulfilled + rejected, rejected], [2 * MANY, 2 * failures]);
    assertEquals([waiting, running], [0, 0]);
  });

  it("a map of objects gives each item its own result, and its own failure", async () => {
    await using pool = createPool(2);
    const tags = ["shared", "by", "all"];
    const items = range(MANY).map((x) => ({ x, tags }));
    const results: unknown[] = [];
    for (const size of [items.length, 240]) {
      results.length = 0;
      const iterator = pool.imap(renew, items.slice(0, size));
      for (let x = 0; x < size; x++) {
        results.push(await iterator.next().then((one) => one.value, (error) => error.message));
      }
      for (const [x, result] of results.entries()) {
        const expected = x % 250 === 249
          ? `not ${x}`
          : x % 250 === 200
          ? { x, when: new Date(x) }
          : { x: x + 1, tags: [...tags, "new"] };
        assertEquals(result, expected);
      }
    }
    const pairs = range(500).map((x): [Item, { y: number }] => [{ x, tags }, { y: 2 * x }]);
    assertEquals(await pool.starmap(sumOf, pairs), range(500).map((x) => ({ sum: 3 * x })));
  });

  it("terminate() rejects what waits in line, and what is under way", async () => {
    const pool = createPool(2);
    await warm(pool, increment);
    // Both workers get stuck on the way: a fast machine would be through before anybody could say so.
    const endless = (): Promise<number> => new Promise(() => {});
    const calls = range(3 * MANY).map((x) =>
      x === MANY || x === MANY + 1 ? pool.apply(endless, []) : pool.apply(increment, [x])
    );
    await calls[100];
    const ended = pool.terminate();
    const results = await Promise.allSettled(calls);
    await ended;
    assertEquals(results[100]!.status, "fulfilled");
    const late = results.filter((result) => result.status === "rejected");
    assert(late.length > 0);
    for (const { reason } of late) assertInstanceOf(reason, PoolClosedError);
  });

  it("close() finishes what waits in line", async () => {
    const pool = createPool(2);
    const calls = range(MANY).map((x) => pool.apply(increment, [x]));
    pool.close();
    assertEquals(await Promise.all(calls), range(MANY).map((x) => x + 1));
    await pool.join();
  });
}

function orderTests({ createPool }: Creator): void {
  it("a call of higher priority overtakes the line", async () => {
    await using pool = createPool(1);
    await warm(pool, increment);
    const order: string[] = [];
    const calls = range(4 * MANY).map((x) =>
      pool.apply(increment, [x]).then(() => void (x === 4 * MANY - 1 && order.push("last")))
    );
    calls.push(
      pool.apply(increment, [0], { priority: 10 }).then(() => void order.push("urgent")),
    );
    await Promise.all(calls);
    assertEquals(order, ["urgent", "last"]);
  });
}

function identityTests({ createPool }: Creator): void {
  it("each call has its own number", async () => {
    await using pool = createPool(2);
    await warm(pool, jobId);
    const ids = await Promise.all(range(MANY).map((x) => pool.apply(jobId, [x])));
    assertEquals(new Set(ids).size, MANY);
    assertEquals(ids, ids.toSorted((a, b) => a - b));
  });

  it("a listener that comes in the middle hears of each call that is left, by its number", async () => {
    await using pool = createPool(2);
    await warm(pool, report);
    const calls = range(MANY).map((x) => pool.apply(report, [x]));
    const ended: number[] = [], progress = new Map<number, unknown>();
    const stop = pool.events.subscribe((event) => {
      if (event.type === "end") ended.push(event.jobId);
      if (event.type === "progress") progress.set(event.jobId, event.value);
    });
    const ids = await Promise.all(calls);
    stop();
    assertEquals(ended.toSorted((a, b) => a - b), ids);
    const reported = range(MANY).filter((x) => x % 1000 === 500);
    assertEquals(reported.map((x) => progress.get(ids[x]!)), reported);
  });
}

function sharedTests({ createPool }: Creator): void {
  it("a call that ends its worker takes no other with it, and none runs twice", async () => {
    await using pool = createPool(2);
    const counts = new SharedArrayBuffer(4 * MANY);
    await pool.broadcast(shareRuns, [counts, new SharedArrayBuffer(4)]);
    await warm(pool, exitAt4000);
    new Int32Array(counts).fill(0);
    const results = await Promise.allSettled(range(MANY).map((x) => pool.apply(exitAt4000, [x])));
    for (const [x, result] of results.entries()) {
      if (x === 4000) {
        assert(result.status === "rejected");
        assertInstanceOf(result.reason, WorkerDiedError);
        assertEquals(result.reason.exitCode, 3);
      } else {
        assertEquals(result, { status: "fulfilled", value: x });
      }
    }
    assertEquals([...new Int32Array(counts)], range(MANY).map(() => 1));
  });

  it("an item that ends its worker takes no other of its map with it, and none runs twice", async () => {
    await using pool = createPool(2);
    const counts = new SharedArrayBuffer(4 * MANY);
    await pool.broadcast(shareRuns, [counts, new SharedArrayBuffer(4)]);
    const items = range(MANY).map((x) => ({ x, tags: ["a"] }));
    const died: number[] = [];
    const iterator = pool.imap(exitAtItem4000, items, { chunksize: 50 });
    for (let x = 0; x < MANY; x++) {
      await iterator.next().then(({ value }) => assertEquals(value, { x }), (error) => {
        assertInstanceOf(error, WorkerDiedError);
        died.push(x);
      });
    }
    // It is the first of its chunk: none of that chunk was finished.
    assertEquals(died, [4000]);
    assertEquals([...new Int32Array(counts)], range(MANY).map(() => 1));
  });

  it("a call that blocks holds up neither those before it nor those behind it", async () => {
    await using pool = createPool(2);
    const counts = new SharedArrayBuffer(4 * MANY), words = new SharedArrayBuffer(4);
    await pool.broadcast(shareRuns, [counts, words]);
    await warm(pool, waitAt4000);
    new Int32Array(counts).fill(0);
    const calls = range(MANY).map((x) => pool.apply(waitAt4000, [x]));
    await Promise.all(calls.filter((_, x) => x !== 4000));
    const flags = new Int32Array(words);
    Atomics.store(flags, 0, 1);
    Atomics.notify(flags, 0);
    // "not-equal": the others were done before it even began to wait.
    assert(["ok", "not-equal"].includes(await calls[4000] as string), `${await calls[4000]}`);
    assertEquals([...new Int32Array(counts)], range(MANY).map(() => 1));
  });
}

/** An inline function, whose source travels. */
function echoes(value: unknown): unknown {
  return value;
}
