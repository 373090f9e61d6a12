/** What conditions promise; Python's tests of them are the guide. */
import process from "node:process";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Condition, InvalidStateError, type Pool, RLock } from "@pool/core";
import * as tasks from "../tasks/conditions.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { deathTests, passingTests } from "./condition_deaths.ts";
import { conditionOfMany, locked, ROUNDS, waiters } from "./condition_scene.ts";
import { suite } from "./leaks.ts";
import { passTime, Scene, until } from "./pool_scene.ts";

export function conditionSuite(backend: Backend): void {
  suite("Condition", backend, (b) => {
    const scene = new Scene();
    const pool = b.sharedPool({ workers: 3 });
    waitTests(pool, scene);
    orderTests(pool, scene);
    deathTests(b, scene);
    passingTests(b, scene);
    if (b.traits.sharedMemory) blockingTests(pool, scene);
    else {
      it("what blocks is refused where memory is not shared", async () => {
        const names = await pool().apply(tasks.blockElsewhere, [new Condition()]);
        assertEquals(names, Array(3).fill("InvalidStateError"));
      });
    }
  });
}

function waitTests(pool: () => Pool, scene: Scene): void {
  it("wait() returns true when it was notified, and holds the lock again", async () => {
    const diary = scene.diary();
    const { changed, results } = await waiters(pool(), diary, "a");
    const held = await changed.acquire();
    await changed.notify();
    await passTime(50);
    assertEquals(diary.lines, ["a waits"]);
    await held!.release();
    assertEquals(await results[0], true);
  });

  it("wait() returns false after its timeout, and only with the lock", async () => {
    const diary = scene.diary(), changed = new Condition();
    const result = pool().apply(tasks.waitOnce, [changed, diary.path, "a", 50]);
    await diary.has(1);
    const held = await changed.acquire();
    await passTime(150);
    assertEquals(diary.lines, ["a waits"]);
    await held!.release();
    assertEquals(await result, false);
    assertEquals(diary.lines, ["a waits", "a gives up"]);
  });

  it("a timeout of 0 gives the lock to others, and takes it again", async () => {
    const changed = new Condition();
    assertEquals(await locked(changed, () => changed.wait({ timeout: 0 })), false);
  });

  it("waitFor() returns what its predicate did, which is called with the lock", async () => {
    const changed = conditionOfMany();
    let value = 0;
    const waiting = locked(changed, () =>
      changed.waitFor(async () => {
        await passTime(1);
        assertEquals(await changed.acquire({ timeout: 0 }), null);
        return value > 1 && `value ${value}`;
      }));
    for (let i = 0; i < 2; i++) {
      await locked(changed, () => {
        value++;
        return changed.notify();
      });
    }
    assertEquals(await waiting, "value 2");
  });

  it("waitFor() returns what its predicate did last when the timeout is over", async () => {
    const changed = conditionOfMany();
    const began = performance.now();
    let calls = 0;
    const result = await locked(changed, () => {
      const waiting = changed.waitFor(() => void calls++, { timeout: 100 });
      void locked(changed, () => changed.notify());
      return waiting;
    });
    assertEquals([result, calls], [undefined, 3]);
    assert(performance.now() - began >= 99);
    assertEquals(await locked(changed, () => changed.waitFor(() => 0, { timeout: 0 })), 0);
  });

  it("waitFor() rejects with what its predicate throws, and the lock is held", async () => {
    const changed = new Condition();
    await changed.acquire();
    const failing = changed.waitFor(() => Promise.reject(new RangeError("no")));
    await assertRejects(() => failing, RangeError, "no");
    await changed.release();
  });

  it("a lock that was taken three times is given back wholly, and taken back as often", async () => {
    const diary = scene.diary(), changed = new Condition(new RLock());
    for (let i = 0; i < 3; i++) await changed.acquire();
    const other = pool().apply(tasks.waitOnce, [changed, diary.path, "a"]);
    assertEquals(await changed.wait({ timeout: 500 }), false);
    await changed.notify();
    for (let i = 0; i < 3; i++) {
      assertEquals(diary.lines, ["a waits"]);
      await changed.release();
    }
    assertEquals(await other, true);
    await assertRejects(() => changed.release(), RangeError, "too many times");
  });

  it("who does not hold the lock is told", async () => {
    const changed = new Condition();
    const all = (reason: string): string[] => Array(4).fill(`InvalidStateError: ${reason}`);
    const found = async (): Promise<string[]> =>
      (await pool().apply(tasks.useWithoutLock, [changed])).map((text) =>
        text.replace(/Cannot (wait for condition|notify)/, "Cannot")
      );
    assertEquals(await found(), all("Cannot: this worker does not hold its lock"));
    await locked(changed, async () => {
      assertEquals(await found(), all("Cannot: this worker does not hold its lock"));
    });
    assertThrows(() => changed.waitSync(), InvalidStateError, "does not hold its lock");
    assertThrows(() => changed.waitForSync(() => true), InvalidStateError, "does not hold");
    assertThrows(() => changed.notifySync(), InvalidStateError, "does not hold its lock");
    await assertRejects(() => changed.release(), RangeError, "too many times");
  });

  it("bad input is refused at the call that brings it", async () => {
    for (const lock of [5, null, "lock", {}, () => {}]) {
      assertThrows(() => new Condition(lock as never), TypeError, "it must be a Lock or an RLock");
    }
    const changed = new Condition();
    await changed.acquire();
    const wrong: [() => Promise<unknown>, typeof TypeError | typeof RangeError, string][] = [
      [() => changed.wait(5 as never), TypeError, "options must be an object"],
      [() => changed.wait({ timeout: NaN }), RangeError, "it is NaN"],
      [() => changed.wait({ timeout: "5" as never }), TypeError, "a number of milliseconds"],
      [() => changed.waitFor(true as never), TypeError, "it must be a function"],
      [() => changed.waitFor(() => 1, { block: true } as never), TypeError, "no option"],
      [() => changed.notify(-1), RangeError, "at least 0"],
      [() => changed.notify(1.5), RangeError, "a whole number"],
      [() => changed.notify("2" as never), TypeError, "must be a number"],
    ];
    for (const [call, Kind, words] of wrong) await assertRejects(call, Kind, words);
    assertThrows(() => changed.waitForSync(async () => {}), TypeError, "must not be async");
    assertThrows(() => JSON.stringify({ changed }), TypeError, "Cannot turn Condition into JSON");
    await changed.notify(0);
    await changed.release();
  });

  it("1024 can wait at a time, and one more is refused with the lock held", async () => {
    const changed = conditionOfMany();
    const all = Array.from({ length: 1024 }, () => locked(changed, () => changed.wait()));
    await locked(changed, async () => {
      await assertRejects(() => changed.wait(), RangeError, "1024 are waiting");
      await changed.notifyAll();
    });
    assert((await Promise.all(all)).every(Boolean));
    assertEquals(await locked(changed, () => changed.wait({ timeout: 1 })), false);
  });

  it("a wait of a second costs hardly any time of the processor", async () => {
    const changed = new Condition();
    await changed.acquire();
    const before = process.cpuUsage();
    assertEquals(await changed.wait({ timeout: 1000 }), false);
    const { user, system } = process.cpuUsage(before);
    await changed.release();
    assert((user + system) / 1000 < 200, `${(user + system) / 1000} ms`);
  });
}

function orderTests(pool: () => Pool, scene: Scene): void {
  it("notify() wakes those who have waited longest, 20 times over", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const diary = scene.diary();
      const { changed, results } = await waiters(pool(), diary, "abc");
      await locked(changed, () => changed.notify());
      assertEquals(await results[0], true);
      await locked(changed, () => changed.notify(2));
      await Promise.all(results);
      const [first, ...others] = diary.lines.slice(3);
      assertEquals([first, ...others.sort()], ["a goes on", "b goes on", "c goes on"]);
    }
  });

  it("notifyAll() wakes all, and none of those who come later", async () => {
    const diary = scene.diary();
    const { changed, results } = await waiters(pool(), diary, "ab");
    const held = await changed.acquire();
    await changed.notifyAll();
    const late = changed.wait({ timeout: 200 });
    assertEquals(await Promise.all(results), [true, true]);
    assertEquals(await late, false);
    await held!.release();
  });

  it("a notification that nobody waits for is forgotten", async () => {
    const changed = new Condition();
    await locked(changed, () => changed.notify(5));
    assertEquals(await locked(changed, () => changed.wait({ timeout: 50 })), false);
  });

  it("who gives up takes no notification with it, 20 times over", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const diary = scene.diary(), changed = new Condition();
      const early = pool().apply(tasks.waitOnce, [changed, diary.path, "a", 20]);
      await diary.has(1);
      const other = pool().apply(tasks.waitOnce, [changed, diary.path, "b"]);
      await until(() => diary.lines.includes("b waits"), "b");
      await passTime(10 + round % 10);
      await locked(changed, () => changed.notify());
      if (await early) await locked(changed, () => changed.notify());
      assertEquals(await other, true);
    }
  });

  it("a second wait without the lock, which the first gave back, is told so", async () => {
    const changed = conditionOfMany();
    const held = await changed.acquire();
    const [first, second] = [changed.wait(), changed.wait()];
    await assertRejects(() => second!, InvalidStateError, "this worker does not hold its lock");
    await locked(changed, () => changed.notify());
    assertEquals(await first, true);
    await held!.release();
  });

  it("several waits of one worker are each their own", async () => {
    const diary = scene.diary(), changed = conditionOfMany();
    const all = pool().apply(tasks.waitTogether, [changed, diary.path, ["a", "b", "c"]]);
    await diary.has(3);
    for (let lines = 4; lines <= 6; lines++) {
      await pool().apply(tasks.notify, [changed, 1]);
      await diary.has(lines);
      assertEquals(await locked(changed, () => diary.lines.length), lines);
    }
    assertEquals(await all, [true, true, true]);
    assertEquals(diary.lines.slice(3), ["a goes on", "b goes on", "c goes on"]);
  });

  it("two workers hand a ball back and forth 500 times", async () => {
    const diary = scene.diary(), changed = new Condition();
    const first = pool().apply(tasks.playBall, [changed, diary.path, true, 500]);
    await diary.has(1);
    const second = pool().apply(tasks.playBall, [changed, diary.path, false, 500]);
    assertEquals(await Promise.all([first, second]), [500, 500]);
  });
}

function blockingTests(pool: () => Pool, scene: Scene): void {
  it("threads that block and functions that do not wait in one line", async () => {
    const diary = scene.diary(), changed = new Condition();
    const blocked = pool().apply(tasks.waitOnceSync, [changed, diary.path, "a"]);
    await diary.has(1);
    const results = [blocked, pool().apply(tasks.waitOnce, [changed, diary.path, "b"])];
    await diary.has(2);
    for (const result of results) {
      await locked(changed, () => changed.notifySync());
      assertEquals(await result, true);
    }
    const late = pool().apply(tasks.waitOnceSync, [changed, diary.path, "c", 20]);
    assertEquals(await late, false);
  });

  it("producers and consumers share a buffer of four places, blocked or not", async () => {
    const changed = new Condition(), memory = new SharedArrayBuffer(4);
    await Promise.all([
      pool().apply(tasks.move, [changed, memory, 500, 1]),
      pool().apply(tasks.moveSync, [changed, memory, 500, 1]),
      pool().apply(tasks.move, [changed, memory, 1000, -1]),
    ]);
    await Promise.all([
      pool().apply(tasks.moveSync, [changed, memory, 1000, 1]),
      pool().apply(tasks.moveSync, [changed, memory, 1000, -1]),
    ]);
    assertEquals(new Int32Array(memory)[0], 0);
  });
}
