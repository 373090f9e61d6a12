/** A worker's life: set-up, replacement, death, idleness, end. */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  MaybeEncodingError,
  type Pool,
  PoolClosedError,
  type PoolOptions,
  TimeoutError,
  transfer,
  WorkerDiedError,
} from "@pool/core";
import {
  closeDiary,
  die,
  dieIdle,
  exitAtBoot,
  exitLater,
  fail,
  failTimes,
  failToClose,
  hold,
  holdWorkerId,
  keepBytes,
  never,
  nothing,
  openDiary,
  openSlowly,
  readEnv,
  recall,
  remember,
  rememberLater,
  returnAndExit,
  square,
  stall,
  workerId,
} from "../tasks/pool_tasks.ts";
import { knownGap } from "../known_gaps.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { type Diary, passTime, recordEvents, rejection, Scene, until } from "./pool_scene.ts";
import { range } from "./range.ts";

const squares = (length: number): number[] => range(length).map((i) => i * i);

export function workersSuite(backend: Backend): void {
  suite("workers", backend, (b) => {
    const scene = new Scene();
    initializerTests(b, scene);
    brokenTests(b, scene);
    finalizerTests(b, scene);
    replacementTests(b);
    idleTests(b);
    broadcastTests(b, scene);
    if (!b.traits.isolated) return;
    deathTests(b, scene);
    bootDeathTests(b, scene);
    settingTests(b);
  });
}

/** The numbers of the workers, by keeping each at a gate. */
async function workerIds(pool: Pool, scene: Scene, count: number): Promise<number[]> {
  using gate = scene.gate();
  const calls = range(count).map(() => pool.apply(holdWorkerId, [gate.path]));
  await gate.has(count);
  gate.open();
  return (await Promise.all(calls)).sort((a, b) => a - b);
}

function initializerTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("the initializer runs with its arguments before a worker's first task", async () => {
    for (const initializer of [remember, rememberLater]) {
      const initargs = [{ level: "debug", sizes: new Set([1, 2]) }];
      await using pool = createPool({ workers: 2, initializer, initargs });
      const seen = await pool.map(recall as (x: number) => unknown, range(10), { chunksize: 1 });
      assertEquals(seen, range(10).map(() => initargs[0]));
    }
  });

  it("the initializer runs once in each worker, also in later ones", async () => {
    const diary = scene.diary();
    await using pool = createPool({
      workers: 2,
      maxTasksPerChild: 1,
      initializer: openDiary,
      initargs: [diary.path],
    });
    const ids = await Promise.all(range(6).map(() => pool.apply(workerId)));
    assertEquals(new Set(ids).size, 6);
    const opened = diary.lines.length;
    assert(opened >= 6 && opened <= pool.stats().workers.spawned);
  });

  it("an inline function may be the initializer", async () => {
    await using pool = createPool({
      workers: 1,
      initializer: (value: string) => {
        (globalThis as { poolSuite?: string }).poolSuite = value;
      },
      initargs: ["set"],
    });
    const read = (): unknown => (globalThis as { poolSuite?: string }).poolSuite;
    assertEquals(await pool.apply(read), "set");
  });
}

function brokenTests({ createPool, traits }: SuiteBackend, scene: Scene): void {
  const Broken = {
    thread: BrokenThreadPool,
    process: BrokenProcessPool,
    inline: BrokenExecutor,
  }[traits.kind];

  function assertBroken(error: unknown, cause: string): void {
    assertInstanceOf(error, Broken);
    assertEquals(error.name, Broken.name);
    assertInstanceOf(error.cause, RangeError);
    assertEquals(error.cause.message, cause);
  }

  it("an initializer that keeps failing breaks the pool, with its error as the cause", async () => {
    await using pool = createPool({ workers: 2, initializer: fail, initargs: ["bad start"] });
    const pending = [
      pool.apply(square, [1]),
      pool.map(square, range(10)),
      pool.imap(square, range(10)).next(),
      pool.stream(() => [1]).next(),
      pool.applyAsync(square, [1]).get(),
    ];
    for (const error of await Promise.all(pending.map(rejection))) assertBroken(error, "bad start");
    assertBroken(await rejection(pool.apply(square, [1])), "bad start");
    assertBroken(assertThrows(() => pool.applyAsync(square, [1])), "bad start");
    assertBroken(await rejection(pool.broadcast(nothing)), "bad start");
    const { alive, spawned } = pool.stats().workers;
    assertEquals(alive, 0);
    assert(spawned <= 8, `${spawned} workers were started`);
  });

  it("eight workers that fail at boot are no reason for a spawn loop", async () => {
    await using pool = createPool({ workers: 8, initializer: fail, initargs: ["bad start"] });
    const pending = range(50).map((i) => rejection(pool.apply(square, [i])));
    for (const error of await Promise.all(pending)) assertBroken(error, "bad start");
    const { spawned } = pool.stats().workers;
    assert(spawned <= 24, `${spawned} workers were started`);
  });

  it("a pool that broke while nobody used it tells it to the next call", async () => {
    await using pool = createPool({ workers: 1, initializer: fail, initargs: ["bad start"] });
    await until(() => pool.stats().workers.spawned >= 3, "three tries");
    await until(() => pool.stats().workers.alive === 0, "the end of the last one");
    assertBroken(await rejection(pool.apply(square, [1])), "bad start");
  });

  it("an initializer that fails once delays the first calls, and loses none", async () => {
    const diary = scene.diary();
    await using pool = createPool({
      workers: 1,
      initializer: failTimes,
      initargs: [diary.path, 1],
    });
    // It was meant for a worker that never came up; the next one begins with it.
    const told = pool.broadcast(remember, ["told"]);
    const results = await pool.map(square, range(10));
    assertEquals(results, squares(10));
    assertEquals(diary.lines.length, 2);
    assertEquals(await told, []);
    assertEquals(await pool.apply(recall), "told");
  });

  it("an initializer that never ends counts as failed after spawnTimeout", async () => {
    await using pool = createPool({ workers: 1, initializer: stall, spawnTimeout: 100 });
    const error = await rejection(pool.apply(square, [1]));
    assertInstanceOf(error, Broken);
    assertInstanceOf(error.cause, TimeoutError);
  });

  it("a broadcast that fails in later workers breaks the pool as an initializer does", async () => {
    await using pool = createPool({ workers: 1, maxTasksPerChild: 2 });
    await assertRejects(() => pool.broadcast(fail, ["bad start"]), RangeError, "bad start");
    assertEquals(await pool.apply(square, [2]), 4);
    assertBroken(await rejection(pool.apply(square, [3])), "bad start");
  });
}

function finalizerTests({ createPool }: SuiteBackend, scene: Scene): void {
  /** Its workers write into the diary when they are set up, and at their end. */
  const diaryPool = (diary: Diary, options: PoolOptions): Pool =>
    createPool({
      initializer: openDiary,
      initargs: [diary.path],
      finalizer: closeDiary,
      ...options,
    });

  it("the finalizer runs in every worker at the end", async () => {
    const diary = scene.diary();
    const pool = diaryPool(diary, { workers: 2 });
    await workerIds(pool, scene, 2);
    pool.close();
    await pool.join();
    assertEquals(diary.lines, ["open", "open", "closed", "closed"]);
  });

  it("the finalizer runs in a worker whose initializer was under way at close()", async () => {
    const diary = scene.diary();
    const pool = diaryPool(diary, { workers: 2, initializer: openSlowly });
    await diary.has(1);
    pool.close();
    await pool.join({ timeout: 20_000 });
    assertEquals(diary.lines.sort(), ["closed", "closed", "open", "open"]);
  });

  it("the finalizer runs in a worker that is replaced", async () => {
    const diary = scene.diary();
    const pool = diaryPool(diary, { workers: 1, maxTasksPerChild: 1 });
    for (const i of range(3)) await pool.apply(square, [i]);
    await until(() => diary.lines.filter((l) => l === "closed").length === 3, "three finalizers");
    pool.close();
    await pool.join();
  });

  it("the finalizer runs in a worker that was idle for too long", async () => {
    const diary = scene.diary();
    await using pool = diaryPool(diary, { workers: 1, idleTimeout: 10 });
    await pool.apply(square, [1]);
    await diary.has(2);
    assertEquals(diary.lines, ["open", "closed"]);
  });

  it("the finalizer does not run after terminate()", async () => {
    const diary = scene.diary();
    const pool = diaryPool(diary, { workers: 2 });
    await workerIds(pool, scene, 2);
    await pool.terminate();
    assertEquals(diary.lines, ["open", "open"]);
  });

  it("a finalizer that throws holds up nobody, and the event tells it", async () => {
    const diary = scene.diary();
    const pool = createPool({
      workers: 1,
      initializer: openDiary,
      initargs: [diary.path],
      finalizer: failToClose,
    });
    const events = recordEvents(pool);
    await pool.apply(square, [1]);
    pool.close();
    await pool.join();
    assertEquals(diary.lines, ["open", "failed"]);
    const down = events.find((event) => event.type === "workerDown")!;
    assert(down.type === "workerDown" && down.expected);
    assertInstanceOf(down.error, RangeError);
  });
}

function replacementTests({ createPool, traits }: SuiteBackend): void {
  it("maxTasksPerChild replaces a worker after so many calls, and loses none", async () => {
    await using pool = createPool({ workers: 1, maxTasksPerChild: 3 });
    const ids = await Promise.all(range(12).map(() => pool.apply(workerId)));
    const counts = new Map<number, number>();
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
    assertEquals([...counts.values()], [3, 3, 3, 3]);
  });

  it("maxTasksPerChild gets a backlog done by many workers", async () => {
    await using pool = createPool({ workers: 2, maxTasksPerChild: 5 });
    const calls = range(60).map((i) => pool.apply(square, [i]));
    assertEquals(await Promise.all(calls), squares(60));
    assert(pool.stats().workers.spawned >= 12);
    assertEquals(pool.stats().workers.died, 0);
    assertEquals(await pool.map(square, range(100), { chunksize: 7 }), squares(100));
  });

  if (!traits.isolated) return;

  it("maxMemoryPerChild replaces a worker that uses more, after its call", async () => {
    const mebibyte = 1024 * 1024;
    await using pool = createPool({ workers: 1, maxMemoryPerChild: 200 * mebibyte });
    const first = await pool.apply(keepBytes, [mebibyte]);
    assertEquals(await pool.apply(keepBytes, [300 * mebibyte]), first);
    // Some runtimes know only what their last garbage collection saw.
    let next = first;
    for (let i = 0; i < 500 && next === first; i++) {
      next = await pool.apply(keepBytes, [mebibyte / 4]);
      await passTime(5);
    }
    assert(next > first, `worker ${next} after ${first}`);
    assertEquals(pool.stats().workers.died, 0);
  });
}

function idleTests({ createPool }: SuiteBackend): void {
  it("idleTimeout ends idle workers, and the next call starts one", async () => {
    await using pool = createPool({ workers: 2, idleTimeout: 20 });
    assertEquals(pool.stats().workers.spawned, 0, "none is needed yet");
    for (const _ of range(3)) {
      assertEquals(await pool.map(square, range(8), { chunksize: 1 }), squares(8));
      await until(() => pool.stats().workers.alive === 0, "the end of idle workers");
    }
    assertEquals(await pool.apply(square, [3]), 9);
  });

  it("minWorkers are kept when there is nothing to do", async () => {
    await using pool = createPool({ workers: 3, minWorkers: 1, idleTimeout: 20 });
    assertEquals(pool.stats().workers.spawned, 1);
    await pool.map(square, range(30), { chunksize: 1 });
    await until(() => pool.stats().workers.alive === 1, "the end of all but one");
    const calls = range(20).map((i) => pool.apply(square, [i]));
    assertEquals(await Promise.all(calls), squares(20));
    await until(() => pool.stats().workers.alive === 1, "the end of all but one again");
  });

  it("a pool with minWorkers grows as calls wait", async () => {
    await using pool = createPool({ workers: 3, minWorkers: 0 });
    assertEquals(pool.stats().workers.spawned, 0);
    const scene = pool.map(square, range(3), { chunksize: 1 });
    assertEquals(await scene, [0, 1, 4]);
    const { spawned } = pool.stats().workers;
    assert(spawned >= 1 && spawned <= 3, `${spawned} workers were started`);
  });
}

function broadcastTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("broadcast() runs once on every worker and resolves to their results", async () => {
    await using pool = createPool(3);
    await workerIds(pool, scene, 3);
    const ids = await pool.broadcast(workerId);
    assertEquals(ids.sort((a, b) => a - b), [1, 2, 3]);
  });

  it("broadcast() reaches workers that are busy or still starting", async () => {
    await using pool = createPool(2);
    const early = pool.broadcast(workerId);
    using gate = scene.gate();
    const held = pool.apply(hold, [gate.path, "held"]);
    assertEquals((await early).sort(), [1, 2]);
    await gate.has(1);
    const late = pool.broadcast(square, [4]);
    gate.open();
    assertEquals(await late, [16, 16]);
    assertEquals(await held, "held");
  });

  it("broadcast() runs on later workers before their first task", async () => {
    await using pool = createPool({ workers: 1, maxTasksPerChild: 2 });
    await pool.broadcast(remember, ["told"]);
    const seen = await Promise.all(range(6).map(() => pool.apply(recall)));
    assertEquals(seen, range(6).map(() => "told"));
    assert(pool.stats().workers.spawned > 2);
  });

  it("broadcast() to no worker at all is kept for those to come", async () => {
    await using pool = createPool({ workers: 1, minWorkers: 0 });
    assertEquals(await pool.broadcast(remember, ["later"]), []);
    assertEquals(await pool.apply(recall), "later");
  });

  it("broadcast() rejects with what the task threw, and the workers go on", async () => {
    await using pool = createPool(2);
    await assertRejects(() => pool.broadcast(fail, ["bad"]), RangeError, "bad");
    assertEquals(await pool.apply(square, [3]), 9);
  });

  it("broadcast() leaves out a worker that ends before the call, for another call", async () => {
    await using pool = createPool({ workers: 2, grace: 50 });
    await pool.broadcast(nothing);
    const late = await rejection(pool.apply(() => new Promise(() => {}), [], { timeout: 20 }));
    assertInstanceOf(late, TimeoutError);
    // It has been told to end, and is not yet gone.
    assertEquals(await pool.broadcast(square, [4]), [16]);
    await pool.broadcast(remember, ["told"]);
    assertEquals(
      await pool.map(recall as (x: number) => unknown, range(20)),
      range(20).map(() => "told"),
    );
  });

  it("broadcast() gives every worker a copy of what is transferred", async () => {
    await using pool = createPool(2);
    await pool.broadcast(nothing);
    const bytes = new Uint8Array(20_000);
    assertEquals(await pool.broadcast((x: Uint8Array) => x.length, [transfer(bytes)]), [
      20_000,
      20_000,
    ]);
    assertEquals(bytes.length, 0);
  });

  it("broadcast() names the argument that cannot be sent", async () => {
    await using pool = createPool(1);
    const error = await rejection(pool.broadcast(square, [(() => 1) as unknown as number]));
    assertInstanceOf(error, MaybeEncodingError);
    assertEquals(error.path, "args[0]");
  });

  it("broadcast() on a closed pool rejects", async () => {
    const pool = createPool(1);
    pool.close();
    await assertRejects(() => pool.broadcast(nothing), PoolClosedError);
    await pool.join();
  });
}

function deathTests({ createPool, traits }: SuiteBackend, scene: Scene): void {
  for (const way of ["0", "1", "3", "throw", "reject"]) {
    it(`a worker that ends by ${way} fails its own call, and is replaced`, async () => {
      await using pool = createPool({ workers: 2, name: "mortal" });
      using gate = scene.gate();
      const sibling = pool.apply(hold, [gate.path, "sibling"]);
      await gate.has(1);
      const deadly = rejection(pool.apply(die, [way]));
      const waiting = range(20).map((i) => pool.apply(square, [i]));
      const error = await deadly;
      assertInstanceOf(error, WorkerDiedError);
      assertEquals([error.signal, error.outOfMemory], [null, false]);
      if (way >= "0" && way <= "9") assertEquals(error.exitCode, Number(way));
      assert(error.workerId === 1 || error.workerId === 2);
      assert(error.jobId! > 0);
      assert(error.message.includes(`mortal-${error.workerId}`), error.message);
      assertEquals(await Promise.all(waiting), squares(20));
      gate.open();
      assertEquals(await sibling, "sibling");
      assertEquals(pool.stats().workers.died, 1);
    });
  }

  const uncaught = async (): Promise<void> => {
    await using pool = createPool(1);
    for (const [way, cause] of [["throw", "in a timer"], ["reject", "nobody looks"]]) {
      const error = await rejection(pool.apply(die, [way!]));
      assertInstanceOf(error, WorkerDiedError);
      assertEquals(error.exitCode, 1);
      assertInstanceOf(error.cause, RangeError);
      assert(error.cause.message.endsWith(cause!), error.cause.message);
    }
  };
  if (traits.kind === "thread") knownGap("bun-test-worker-errors", uncaught);
  else it("a worker that ends by an uncaught error says exit code 1 and the error", uncaught);

  it("all workers die with a full queue, and every call settles", async () => {
    await using pool = createPool(2);
    const calls = range(40).map((i) =>
      i % 4 === 0 ? pool.apply(die, ["1"]) : pool.apply(square, [i])
    );
    const outcomes = await Promise.allSettled(calls);
    outcomes.forEach((outcome, i) => {
      if (outcome.status === "fulfilled") assertEquals(outcome.value, i * i);
      else assertInstanceOf(outcome.reason, WorkerDiedError);
      assertEquals(outcome.status, i % 4 === 0 ? "rejected" : "fulfilled");
    });
    assertEquals(pool.stats().workers.died, 10);
    assertEquals(await pool.apply(square, [3]), 9);
  });

  it("a poison task stops after its tries, and innocents survive", async () => {
    await using pool = createPool(1);
    const before = range(10).map((i) => pool.apply(square, [i]));
    const poison = rejection(pool.apply(die, ["1"], { retries: 2 }));
    const after = range(10).map((i) => pool.apply(square, [i]));
    assertEquals(await Promise.all(before), squares(10));
    assertInstanceOf(await poison, WorkerDiedError);
    assertEquals(await Promise.all(after), squares(10));
    assertEquals(pool.stats().workers.died, 3);
  });

  it("a result that is given in the turn of the exit is not lost", async () => {
    await using pool = createPool(1);
    for (const i of range(5)) assertEquals(await pool.apply(returnAndExit, [i]), i);
    assertEquals(await pool.apply(square, [3]), 9);
  });

  it("a worker that dies while it is idle is replaced", async () => {
    await using pool = createPool(1);
    const events = recordEvents(pool);
    await pool.apply(exitLater, [10]);
    await until(() => events.some(({ type }) => type === "workerDown"), "the end of the worker");
    assertEquals(await pool.apply(square, [3]), 9);
    const down = events.find(({ type }) => type === "workerDown")!;
    assert(down.type === "workerDown" && !down.expected);
    assertEquals(down.exitCode, 4);
  });

  it("a death does not end calls that were aborted before", async () => {
    await using pool = createPool({ workers: 1, grace: 10_000 });
    const diary = scene.diary();
    const aborted = pool.applyAsync(never, [diary.path]);
    await diary.has(1);
    const next = rejection(pool.apply(die, ["3"]));
    aborted.cancel();
    assertEquals(((await rejection(aborted.get())) as Error).name, "CancelledError");
    await pool.terminate();
    assertInstanceOf(await next, PoolClosedError);
  });
}

function bootDeathTests({ createPool }: SuiteBackend, scene: Scene): void {
  it("workers that end at boot break the pool", async () => {
    await using pool = createPool({ workers: 2, initializer: exitAtBoot });
    const error = await rejection(pool.apply(square, [1]));
    assertInstanceOf(error, BrokenExecutor);
    assert(error.message.includes("exit code 6"), error.message);
    assert(pool.stats().workers.spawned <= 8);
  });

  it("a worker that dies before its first task is replaced, and loses no call", async () => {
    const diary = scene.diary();
    await using pool = createPool({
      workers: 1,
      initializer: dieIdle,
      initargs: [diary.path, 1],
    });
    await until(() => pool.stats().workers.died === 1, "the death");
    const calls = range(5).map((i) => pool.apply(square, [i]));
    assertEquals(await Promise.all(calls), squares(5));
    assertEquals(diary.lines.length, 2);
  });
}

function settingTests({ createPool }: SuiteBackend): void {
  it("env is what workers see of the environment", async () => {
    await using pool = createPool({ workers: 1, env: { POOL_SUITE: "set" } });
    assertEquals(await pool.apply(readEnv, ["POOL_SUITE"]), "set");
  });

  it("name is the first part of the workers' names", async () => {
    await using pool = createPool({ workers: 1, name: "reader" });
    await assertRejects(() => pool.apply(die, ["1"]), WorkerDiedError, "reader-1");
    await using other = createPool(1);
    await assertRejects(() => other.apply(die, ["1"]), WorkerDiedError, "Pool-1");
  });
}
