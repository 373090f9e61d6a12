/** `close`, `terminate`, `join` and `await using`: how a pool ends. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { InvalidStateError, type Pool, PoolClosedError, TimeoutError } from "@pool/core";
import { busy, die, hold, never, note, nothing, square, stall } from "../tasks/pool_tasks.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { rejection, Scene } from "./pool_scene.ts";
import { range } from "./range.ts";

export function lifecycleSuite(backend: Backend): void {
  suite("lifecycle", backend, (b) => {
    const scene = new Scene();
    closeTests(b, scene);
    joinTests(b, scene);
    terminateTests(b, scene);
    terminateAtTests(b, scene);
    usingTests(b);
  });
}

/** Fails where a pool takes work. */
async function assertClosed(pool: Pool): Promise<void> {
  await assertRejects(() => pool.apply(square, [1]), PoolClosedError);
  await assertRejects(() => pool.map(square, [1]), PoolClosedError);
  await assertRejects(() => pool.map(square, []), PoolClosedError);
  await assertRejects(() => pool.starmap(square, [[1]]), PoolClosedError);
  await assertRejects(() => pool.broadcast(nothing), PoolClosedError);
  assertThrows(() => pool.applyAsync(square, [1]), PoolClosedError);
  assertThrows(() => pool.mapAsync(square, [1]), PoolClosedError);
  assertThrows(() => pool.starmapAsync(square, [[1]]), PoolClosedError);
  assertThrows(() => pool.imap(square, [1]), PoolClosedError);
  assertThrows(() => pool.imapUnordered(square, [1]), PoolClosedError);
  assertThrows(() => pool.stream(() => [1]), PoolClosedError);
}

function closeTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("a closed pool takes no more work", async () => {
    const pool = createPool(1);
    assertEquals(await pool.apply(square, [2]), 4);
    pool.close();
    await assertClosed(pool);
    await pool.join();
    await assertClosed(pool);
  });

  it("close() lets everything finish that was accepted", async () => {
    const pool = createPool(2);
    using gate = scene.gate();
    const held = pool.apply(hold, [gate.path, "held"]);
    const calls = range(100).map((i) => pool.apply(square, [i]));
    const map = pool.map(square, range(1000), { chunksize: 3 });
    pool.close();
    gate.open();
    await pool.join();
    assertEquals(await held, "held");
    assertEquals(await Promise.all(calls), range(100).map((i) => i * i));
    assertEquals((await map).length, 1000);
    assertEquals(pool.stats().workers.alive, 0);
  });

  it("close() lets a map go on that still pulls its items", async () => {
    const pool = createPool(1);
    const { promise, resolve } = Promise.withResolvers<void>();
    async function* source(): AsyncGenerator<number> {
      yield 1;
      await promise;
      yield 2;
    }
    const map = pool.map(square, source());
    await pool.apply(square, [1]);
    pool.close();
    const joined = pool.join();
    resolve();
    assertEquals(await map, [1, 4]);
    await joined;
  });

  it("close() may be called again, also after terminate()", async () => {
    const pool = createPool(1);
    pool.close();
    pool.close();
    await pool.join();
    pool.close();
    await pool.terminate();
    pool.close();
    await pool.join();
  });

  it("close() within a callback ends the pool after what was accepted", async () => {
    const pool = createPool(1);
    const first = pool.applyAsync(square, [2], { callback: () => pool.close() });
    const second = pool.applyAsync(square, [3]);
    assertEquals(await first, 4);
    assertEquals(await second, 9);
    await pool.join();
  });

  it("close() of a pool whose workers still start ends it", async () => {
    const pool = createPool(2);
    pool.close();
    await pool.join();
    assertEquals(pool.stats().submitted, 0);
  });
}

function joinTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("join() before close() or terminate() rejects with InvalidStateError", async () => {
    await using pool = createPool(1);
    await assertRejects(() => pool.join(), InvalidStateError);
    await assertRejects(() => pool.join({ timeout: 0 }), InvalidStateError);
    assertEquals(await pool.apply(square, [2]), 4);
  });

  it("join() may be called many times, also at once", async () => {
    const pool = createPool(2);
    pool.close();
    await Promise.all([pool.join(), pool.join({ timeout: 10_000 }), pool.join()]);
    await pool.join();
    await pool.join({ timeout: 0 });
  });

  it("join({ timeout }) rejects with TimeoutError, and a later one succeeds", async () => {
    const pool = createPool(1);
    using gate = scene.gate();
    const held = pool.apply(hold, [gate.path, "held"]);
    pool.close();
    await assertRejects(() => pool.join({ timeout: 0 }), TimeoutError);
    await assertRejects(() => pool.join({ timeout: -1 }), TimeoutError);
    await assertRejects(() => pool.join({ timeout: 20 }), TimeoutError, "20 ms");
    gate.open();
    await pool.join({ timeout: 10_000 });
    assertEquals(await held, "held");
  });

  it("join() refuses a timeout that is no number of milliseconds", async () => {
    const pool = createPool(1);
    pool.close();
    await assertRejects(() => pool.join({ timeout: NaN }), RangeError);
    await assertRejects(() => pool.join({ timeout: "1" as never }), TypeError);
    await assertRejects(() => pool.join(5 as never), TypeError);
    await pool.join();
  });
}

function terminateTests({ createPool, traits }: SuiteBackend, scene: Scene): void {
  it("terminate() rejects every pending call with PoolClosedError, and nothing starts", async () => {
    const pool = createPool(1);
    const diary = scene.diary();
    const seen: unknown[] = [];
    const running = pool.applyAsync(never, [scene.diary().path], {
      errorCallback: (error) => seen.push(error),
    });
    const pending = [
      running.get(),
      pool.apply(note, [diary.path, "apply"]),
      pool.map(() => {}, range(100)),
      pool.starmap(note, [[diary.path, "starmap"]]),
      pool.imap(square, range(10)).next(),
      pool.stream(() => [1]).next(),
      pool.broadcast(never, [diary.path]),
    ].map(rejection);
    await pool.terminate();
    for (const error of await Promise.all(pending)) assertInstanceOf(error, PoolClosedError);
    assertEquals(seen.length, 1);
    assertEquals(diary.lines, []);
    const { waiting, running: left, workers } = pool.stats();
    assertEquals({ waiting, left, alive: workers.alive }, { waiting: 0, left: 0, alive: 0 });
    await assertClosed(pool);
    await pool.join();
  });

  it("terminate() with nothing to do ends the pool", async () => {
    const pool = createPool(2);
    await pool.apply(square, [1]);
    await pool.terminate();
    await pool.join();
  });

  it("terminate() may be called again, also at once", async () => {
    const pool = createPool(2);
    const call = rejection(pool.apply(never, [scene.diary().path]));
    await Promise.all([pool.terminate(), pool.terminate()]);
    await pool.terminate();
    assertInstanceOf(await call, PoolClosedError);
  });

  it("terminate() does not wait for a task that never ends", async () => {
    const pool = createPool({ workers: 2, grace: 10_000 });
    const diary = scene.diary();
    const calls = [1, 2].map(() => rejection(pool.apply(never, [diary.path])));
    await diary.has(2);
    const began = performance.now();
    await pool.terminate();
    await Promise.all(calls);
    assertLess(performance.now() - began, 2000);
  });

  it("terminate() after close() ends what close() waits for", async () => {
    const pool = createPool(1);
    const diary = scene.diary();
    const call = rejection(pool.apply(never, [diary.path]));
    await diary.has(1);
    pool.close();
    const joined = pool.join();
    await pool.terminate();
    await joined;
    assertInstanceOf(await call, PoolClosedError);
  });

  it("terminate() makes results reject that are waited for, also with a timeout", async () => {
    const pool = createPool(1);
    const result = pool.applyAsync(never, [scene.diary().path]);
    const waits = [result.get(), result.get({ timeout: 10_000 })].map(rejection);
    const ended = result.wait({ timeout: 10_000 });
    await pool.terminate();
    for (const error of await Promise.all(waits)) assertInstanceOf(error, PoolClosedError);
    assertEquals(await ended, true);
    assertEquals(result.successful(), false);
    assertEquals(result.cancel(), false);
  });

  if (!traits.isolated) return;

  it("terminate() does not wait for a task that blocks its worker", async () => {
    const pool = createPool(1);
    const diary = scene.diary();
    const call = rejection(pool.apply(busy, [diary.path]));
    await diary.has(1);
    const began = performance.now();
    await pool.terminate();
    assertInstanceOf(await call, PoolClosedError);
    assertLess(performance.now() - began, 1400);
  });

  it("terminate() after a crash ends the pool", async () => {
    const pool = createPool(2);
    const deadly = rejection(pool.apply(die, ["1"]));
    const pending = range(20).map((i) => pool.apply(square, [i]).catch((error) => error));
    await deadly;
    await pool.terminate();
    await Promise.all(pending);
    await assertClosed(pool);
  });
}

function terminateAtTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("terminate() while workers start ends the pool", async () => {
    for (const initializer of [nothing, stall]) {
      const pool = createPool({ workers: 2, initializer });
      const call = rejection(pool.apply(square, [1]));
      await pool.terminate();
      assertInstanceOf(await call, PoolClosedError);
    }
  });

  it("terminate() within a callback ends the pool", async () => {
    const pool = createPool(2);
    let ended: Promise<void> | undefined;
    const first = pool.applyAsync(square, [2], { callback: () => void (ended = pool.terminate()) });
    const others = range(50).map((i) => pool.apply(square, [i]).catch((error) => error));
    assertEquals(await first, 4);
    await ended;
    for (const [i, outcome] of (await Promise.all(others)).entries()) {
      assert(outcome === i * i || outcome instanceof PoolClosedError);
    }
    await pool.join();
  });

  it("terminate() within an errorCallback that terminate() itself called ends the pool", async () => {
    const pool = createPool(1);
    const results = range(5).map(() =>
      pool.applyAsync(never, [scene.diary().path], { errorCallback: () => void pool.terminate() })
    );
    await pool.terminate();
    for (const result of results) assertInstanceOf(await rejection(result), PoolClosedError);
  });

  it("a callback that submits to a terminated pool fails only its own result", async () => {
    const pool = createPool(1);
    const result = pool.applyAsync(never, [scene.diary().path], {
      errorCallback: () => pool.applyAsync(square, [1]),
    });
    await pool.terminate();
    const error = await rejection(result.get());
    assertInstanceOf(error, AggregateError);
    for (const part of error.errors) assertInstanceOf(part, PoolClosedError);
  });

  it("terminate() while a pool shrinks, grows and replaces its workers ends it", async () => {
    for (const delay of [0, 5, 10, 15]) {
      const pool = createPool({ workers: 3, idleTimeout: 1, maxTasksPerChild: 1 });
      const calls = range(10).map((i) => pool.apply(square, [i]).catch((error) => error));
      await new Promise((resolve) => setTimeout(resolve, delay));
      await pool.terminate();
      for (const [i, outcome] of (await Promise.all(calls)).entries()) {
        assert(outcome === i * i || outcome instanceof PoolClosedError);
      }
      assertEquals(pool.stats().workers.alive, 0);
    }
  });
}

function usingTests({ createPool }: SuiteBackend): void {
  it("await using waits for what was accepted", async () => {
    let call: Promise<number[]>;
    {
      await using pool = createPool(2);
      call = pool.map(square, range(500), { chunksize: 5 });
    }
    assertEquals((await call).length, 500);
  });

  it("await using of a pool that did nothing, was closed or was terminated ends at once", async () => {
    const ends: ((pool: Pool) => unknown)[] = [
      () => {},
      (pool) => pool.close(),
      (pool) => pool.terminate(),
      (pool) => void pool.terminate(),
    ];
    for (const end of ends) {
      await using pool = createPool(2);
      await end(pool);
    }
  });

  it("an error in the block gets out after the pool has ended", async () => {
    const thrown = new Error("in the block");
    let pool: Pool | undefined;
    const error = await rejection((async () => {
      await using inner = createPool(1);
      pool = inner;
      await inner.apply(square, [1]);
      throw thrown;
    })());
    assertEquals(error, thrown);
    assertEquals(pool!.stats().workers.alive, 0);
  });

  it("many pools one after the other, and at once, leave nothing", async () => {
    for (const _ of range(5)) {
      await using pool = createPool(1);
      assertEquals(await pool.apply(square, [3]), 9);
    }
    await Promise.all(
      range(5).map(async () => {
        await using pool = createPool(1);
        assertEquals(await pool.apply(square, [4]), 16);
      }),
    );
  });
}
