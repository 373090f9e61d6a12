/** Thousands of small calls at once, each with options: these hold for every one of them, and for no other. */
import { assert, assertEquals, assertInstanceOf, assertLess } from "@std/assert";
import { type CallOptions, type Pool, TimeoutError } from "@pool/core";
import {
  failOnce,
  increment,
  jobId,
  pauseAt,
  spinAt4000,
  untilAbortedAt4000,
} from "../tasks/burst_tasks.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { MANY, warm } from "./burst_scene.ts";
import { suite } from "./leaks.ts";
import { range } from "./range.ts";

function callMany(
  pool: Pool,
  fn: (x: number) => number | PromiseLike<number>,
  optionsOf: (x: number) => CallOptions,
): Promise<number>[] {
  return range(MANY).map((x) => pool.apply(fn, [x], optionsOf(x)));
}

/** All calls gave what they should, but for these. */
function assertResults(
  results: readonly PromiseSettledResult<number>[],
  expected: (x: number) => number,
  except: readonly number[] = [],
): void {
  for (const [x, result] of results.entries()) {
    if (except.includes(x)) continue;
    assertEquals(result, { status: "fulfilled", value: expected(x) });
  }
}

export function limitedBurstsSuite(backend: Backend): void {
  suite("bursts with options", backend, ({ createPool, traits }) => {
    it("each call has its own result and number, whatever they ask for", async () => {
      await using pool = createPool(2);
      await warm(pool, increment);
      const { signal } = new AbortController();
      const kinds: CallOptions[] = [
        {},
        { signal },
        { priority: 1 },
        { timeout: 60_000, priority: -1 },
        { signal, timeout: 60_000, retries: 2 },
        { queueTimeout: 60_000 },
      ];
      const optionsOf = (x: number): CallOptions => kinds[x * 7919 % 17 % kinds.length]!;
      const results = await Promise.allSettled(callMany(pool, increment, optionsOf));
      assertResults(results, (x) => x + 1);
      const ids = await Promise.all(callMany(pool, jobId, optionsOf));
      assertEquals(ids, ids.toSorted((a, b) => a - b));
      assertEquals(new Set(ids).size, MANY);
      const { fulfilled, waiting, running } = pool.stats();
      assertEquals([fulfilled, waiting, running], [2 * MANY + 100, 0, 0]);
    });

    it("a listener that comes late hears each call by its own number", async () => {
      await using pool = createPool(1);
      await warm(pool, jobId);
      // In turn, so that the numbers of calls which travel together are not in a row.
      const calls = callMany(pool, jobId, (x) => ({ priority: x % 2 }));
      const started: number[] = [], ended: number[] = [];
      pool.events.subscribe((event) => {
        if (event.type === "start") started.push(event.jobId);
        if (event.type === "end") ended.push(event.jobId);
      });
      const ids = await Promise.all(calls);
      assertEquals(new Set(ended), new Set(ids));
      assertEquals(ended.length, MANY);
      assertEquals(new Set(started).difference(new Set(ids)).size, 0);
    });

    it("an abort ends what waits and what is under way, and no call beside", async () => {
      await using pool = createPool(2);
      await warm(pool, increment);
      await warm(pool, untilAbortedAt4000);
      const controller = new AbortController();
      const plain = range(MANY).map((x) => pool.apply(increment, [x]));
      const { signal } = controller;
      // One of them waits for the abort, or a fast machine would be through before it.
      const options = { signal, timeout: 60_000, priority: 1, grace: 8000 };
      const aborted = callMany(pool, untilAbortedAt4000, () => options);
      await aborted[100];
      controller.abort("enough");
      const results = await Promise.allSettled(aborted);
      const ended = results.filter(({ status }) => status === "rejected");
      assertEquals(results[4000]!.status, "rejected");
      for (const result of ended) assertEquals(result, { status: "rejected", reason: "enough" });
      for (const [x, result] of results.entries()) {
        if (result.status === "fulfilled") assertEquals(result.value, x);
      }
      assertResults(await Promise.allSettled(plain), (x) => x + 1);
      const { fulfilled, rejected, waiting, running, workers } = pool.stats();
      assertEquals([rejected, fulfilled], [ended.length, 200 + 2 * MANY - ended.length]);
      assertEquals([waiting, running, workers.killed], [0, 0, 0]);
    });

    it("an abort tells the call that runs among many, whose worker lives on", async () => {
      await using pool = createPool(1);
      await warm(pool, untilAbortedAt4000);
      const controller = new AbortController();
      const { signal } = controller;
      const calls = callMany(pool, untilAbortedAt4000, () => ({ signal, grace: 8000 }));
      const last = pool.apply(increment, [1]);
      await calls[3999];
      controller.abort("enough");
      const results = await Promise.allSettled(calls);
      assertResults(results.slice(0, 4000), (x) => x);
      for (const result of results.slice(4000)) {
        assertEquals(result, { status: "rejected", reason: "enough" });
      }
      assertEquals(await last, 2);
      assertEquals(pool.stats().workers.killed, 0);
    });

    it("a failed call is tried again, and no other", async () => {
      await using pool = createPool(2);
      await pool.broadcast(failOnce, [-1]);
      const results = await Promise.allSettled(callMany(pool, failOnce, () => ({ retries: 2 })));
      assertResults(results, (x) => x);
      const { retried, rejected } = pool.stats();
      assert(retried >= 6, `${retried} tries`);
      assertEquals(rejected, 0);
    });

    it("a time limit counts for each call alone: many short ones together may take longer", async () => {
      await using pool = createPool(1);
      await warm(pool, increment);
      await warm(pool, pauseAt);
      // Known as short; then one in a hundred takes 8 ms, and all together far more than the limit.
      const calls = callMany(pool, pauseAt, () => ({ timeout: 400 }));
      const began = performance.now();
      assertResults(await Promise.allSettled(calls), (x) => x);
      assert(performance.now() - began > 400);
    });

    if (!traits.killable || !traits.isolated) return;

    it("a call that goes on past its time ends alone, and those behind it run elsewhere", async () => {
      await using pool = createPool({ workers: 2, grace: 50 });
      await warm(pool, spinAt4000);
      const began = performance.now();
      const results = await Promise.allSettled(
        callMany(pool, spinAt4000, (x) => ({ timeout: 150, priority: x % 2 })),
      );
      const late = results[4000]!;
      assert(late.status === "rejected");
      assertInstanceOf(late.reason, TimeoutError);
      assertResults(results, (x) => x, [4000]);
      assertLess(performance.now() - began, 2500);
      assertEquals(pool.stats().rejected, 1);
    });
  });
}
