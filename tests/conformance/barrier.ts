/** What barriers promise; Python's tests of them are the guide. */
import process from "node:process";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Barrier, BrokenBarrierError, importTasks, type Pool } from "@pool/core";
import { checkMainGuard } from "../../src/core/main_guard.ts";
import * as tasks from "../tasks/barriers.ts";
import { makeBarrier } from "../tasks/made.ts";
import type { Backend } from "./backend.ts";
import { breakTests, deathTests } from "./barrier_breaks.ts";
import { it } from "./bounded.ts";
import { suite } from "./leaks.ts";
import { Scene } from "./pool_scene.ts";
import { range } from "./range.ts";

export function barrierSuite(backend: Backend): void {
  suite("Barrier", backend, (b) => {
    const scene = new Scene();
    const pool = b.sharedPool({ workers: 4 });
    waitTests(pool);
    actionTests(pool, scene);
    inputTests(pool);
    breakTests(b);
    deathTests(b);
    if (b.traits.sharedMemory) return threadTests(pool);
    it("what blocks is refused where memory is not shared", async () => {
      const name = await pool().apply(tasks.blockElsewhere, [new Barrier(1)]);
      assertEquals(name, "InvalidStateError");
    });
  });
}

function waitTests(pool: () => Pool): void {
  it("wait() lets all go when all have come, each with a number of its own", async () => {
    const barrier = new Barrier(4);
    const first = pool().map(tasks.wait, [barrier, barrier, barrier], { chunksize: 1 });
    while (await barrier.nWaiting() < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    assertEquals(await barrier.wait(), 3);
    assertEquals((await first).sort(), [0, 1, 2]);
    assertEquals([await barrier.nWaiting(), await barrier.broken(), barrier.parties], [
      0,
      false,
      4,
    ]);
  });

  it("who waits for nobody else goes on", async () => {
    const barrier = new Barrier(1);
    for (let i = 0; i < 5; i++) assertEquals(await barrier.wait({ timeout: 0 }), 0);
  });

  it("three workers and their host pass it 200 times", async () => {
    const barrier = new Barrier(4);
    const theirs = range(3).map(() => pool().apply(tasks.indices, [barrier, 200]));
    const own = await tasks.indices(barrier, 200);
    const all = [own, ...await Promise.all(theirs)];
    for (let round = 0; round < 200; round++) {
      assertEquals(all.map((one) => one[round]).sort(), [0, 1, 2, 3]);
    }
  });

  it("several waits of one worker count each for itself, and more than fit wait for the next time", async () => {
    const barrier = new Barrier(3);
    const theirs = pool().apply(tasks.waitTogether, [barrier, 4]);
    const own = range(5).map(() => tasks.wait(barrier));
    const all = [...await theirs, ...await Promise.all(own)];
    assertEquals(all.sort(), [0, 0, 0, 1, 1, 1, 2, 2, 2]);
  });

  it("what a worker has made serves others", async () => {
    const barrier = await pool().apply(makeBarrier, []);
    assertEquals(barrier.parties, 2);
    const other = pool().apply(tasks.wait, [barrier]);
    assertEquals([await barrier.wait(), await other].sort(), [0, 1]);
  });
}

function actionTests(pool: () => Pool, scene: Scene): void {
  it("the action runs once each time, before anybody goes on", async () => {
    const diary = scene.diary();
    tasks.keepDiary(diary.path);
    const barrier = new Barrier(2, { action: tasks.note });
    for (let round = 1; round <= 5; round++) {
      const other = tasks.wait(barrier).then((index) => [index, diary.lines.length]);
      assertEquals(await tasks.wait(barrier), 1);
      assertEquals(await other, [0, round]);
      assertEquals(diary.lines.length, round);
    }
  });

  for (
    const [kind, action] of [["a task", tasks.fail], ["an inline function", inline()]] as const
  ) {
    it(`what the action throws goes to who ran it, and the barrier is broken: ${kind}`, async () => {
      const barrier = new Barrier(2, { action });
      const own = assertRejects(() => barrier.wait(), BrokenBarrierError, "its action");
      while (await barrier.nWaiting() < 1);
      assertEquals(await pool().apply(tasks.wait, [barrier]), "RangeError");
      await own;
      assertEquals(await barrier.broken(), true);
    });
  }

  it("an action that only other workers can load runs there, and here", async () => {
    const { fail } = importTasks<typeof tasks>(new URL("../tasks/barriers.ts", import.meta.url));
    for (const where of [tasks.wait, (one: Barrier) => pool().apply(tasks.wait, [one])]) {
      assertEquals(await where(new Barrier(1, { action: fail })), "RangeError");
    }
  });

  it("while the module of an action is imported here, pools can be made", async () => {
    const { double } = importTasks<typeof import("../tasks/slow_import.ts")>(
      import.meta.resolve("../tasks/slow_import.ts"),
    );
    const passed = new Barrier(1, { action: double as () => number }).wait();
    let isOver = false;
    passed.then(() => isOver = true, () => isOver = true);
    while (!isOver) {
      checkMainGuard("pool");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assertEquals(await passed, 0);
  });

  it("a wait ends in time also while the action runs, and breaks the barrier", async () => {
    const barrier = new Barrier(2, { action: tasks.tarry });
    const early = tasks.wait(barrier, 100);
    const last = pool().apply(tasks.wait, [barrier]);
    assertEquals(await Promise.all([early, last]), ["BrokenBarrierError", "BrokenBarrierError"]);
  });
}

function inline(): () => void {
  return () => {
    throw new RangeError("no such luck");
  };
}

function inputTests(pool: () => Pool): void {
  it("bad input is refused at the call that brings it", async () => {
    const make = (...args: unknown[]) => () => new Barrier(...args as [number]);
    assertThrows(make(0), RangeError, "at least 1, not 0");
    assertThrows(make(-1), RangeError, "at least 1");
    assertThrows(make(1.5), RangeError, "a whole number");
    assertThrows(make(NaN), RangeError, "a whole number");
    assertThrows(make(Infinity), RangeError, "at most");
    assertThrows(make(), TypeError, "it must be a number, not undefined");
    assertThrows(make("2"), TypeError, "it must be a number");
    assertThrows(make(2, 5), TypeError, "options must be an object");
    assertThrows(make(2, { action: 5 }), TypeError, "it must be a function");
    assertThrows(make(2, { action: Math.random }), TypeError, "native or bound function");
    assertThrows(make(2, { timeout: "1" }), TypeError, "a number of milliseconds");
    assertThrows(make(2, { timeout: NaN }), RangeError, "it is NaN");
    assertThrows(make(2, { time: 5 }), TypeError, "there is no option");
    const barrier = new Barrier(2);
    await assertRejects(() => barrier.wait(5 as never), TypeError, "options must be an object");
    await assertRejects(() => barrier.wait({ timeout: NaN }), RangeError, "it is NaN");
    assertThrows(() => JSON.stringify([barrier]), TypeError, "Cannot turn Barrier into JSON");
    assertEquals([await barrier.nWaiting(), await barrier.broken()], [0, false]);
    assertEquals(await pool().apply(tasks.wait, [new Barrier(1)]), 0);
  });

  it("a wait of a second costs hardly any time of the processor", async () => {
    const barrier = new Barrier(2);
    const before = process.cpuUsage();
    await assertRejects(() => barrier.wait({ timeout: 1000 }), BrokenBarrierError);
    const { user, system } = process.cpuUsage(before);
    assert((user + system) / 1000 < 200, `${(user + system) / 1000} ms`);
  });
}

function threadTests(pool: () => Pool): void {
  for (const way of ["blocked", "not blocked"] as const) {
    it(`four threads pass it 1000 times, ${way}`, async () => {
      const barrier = new Barrier(4), memory = new SharedArrayBuffer(16);
      const each = range(4).map((cell) =>
        way === "blocked"
          ? pool().apply(tasks.passSync, [barrier, memory, cell, 1000])
          : pool().apply(tasks.pass, [barrier, memory, cell, 1000])
      );
      const total = [0, 0, 0, 0];
      for (const sums of await Promise.all(each)) {
        for (const [index, count] of Object.entries(sums)) total[Number(index)]! += count;
      }
      assertEquals(total, [1000, 1000, 1000, 1000]);
    });
  }

  it("blocked threads run the action, and cannot wait for one that is async", async () => {
    const barrier = new Barrier(2, { action: tasks.fail });
    const both = [tasks.waitSync, tasks.waitSync].map((wait) => pool().apply(wait, [barrier]));
    assertEquals((await Promise.all(both)).sort(), ["BrokenBarrierError", "RangeError"]);
    assertEquals(
      await pool().apply(tasks.waitSync, [new Barrier(1, { action: tasks.tarry })]),
      "TypeError",
    );
    assertEquals(await pool().apply(tasks.waitSync, [new Barrier(2), 20]), "BrokenBarrierError");
  });
}
