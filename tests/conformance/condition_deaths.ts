/** Conditions whose users die, and what becomes of conditions that travel. */
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Condition, Lock, ProcessError, WorkerDiedError } from "@pool/core";
import * as tasks from "../tasks/conditions.ts";
import { makeCondition, protects } from "../tasks/made.ts";
import { it } from "./bounded.ts";
import { conditionOfMany, locked, ROUNDS, waiters } from "./condition_scene.ts";
import type { SuiteBackend } from "./leaks.ts";
import { rejection, type Scene } from "./pool_scene.ts";
import { startVictim } from "./victim.ts";

export function deathTests({ createPool, traits }: SuiteBackend, scene: Scene): void {
  it("a worker that dies while it waits is passed by, 20 times over", async () => {
    await using pool = createPool(2);
    for (let round = 0; round < ROUNDS; round++) {
      const diary = scene.diary(), changed = new Condition();
      const death = rejection(pool.apply(tasks.dieWaiting, [changed, diary.path]));
      await diary.has(1);
      const other = pool.apply(tasks.waitOnce, [changed, diary.path, "b"]);
      await diary.has(2);
      assertInstanceOf(await death, WorkerDiedError);
      await locked(changed, () => changed.notify());
      assertEquals(await other, true);
    }
  }, 60_000);

  it("so is one that is killed", async () => {
    await using pool = createPool(1);
    const diary = scene.diary(), changed = new Condition();
    const one = startVictim(traits, tasks.waitOnce, [changed, diary.path, "a"]);
    await diary.has(1);
    const other = pool.apply(tasks.waitOnce, [changed, diary.path, "b"]);
    await diary.has(2);
    await one.kill();
    await locked(changed, () => changed.notify());
    assertEquals(await other, true);
  });

  it("who dies after it was notified leaves that to the next one, 20 times over", async () => {
    await using pool = createPool(1);
    for (let round = 0; round < ROUNDS; round++) {
      const diary = scene.diary(), changed = new Condition();
      const one = startVictim(traits, tasks.waitOnce, [changed, diary.path, "a"]);
      await diary.has(1);
      const other = pool.apply(tasks.waitOnce, [changed, diary.path, "b"]);
      await diary.has(2);
      await locked(changed, async () => {
        await changed.notify();
        await one.kill();
      });
      assertEquals(await other, true);
    }
  }, 60_000);

  it("places of the dead are free again", async () => {
    await using pool = createPool(1);
    const diary = scene.diary(), changed = conditionOfMany();
    await assertRejects(() => pool.apply(tasks.dieWaiting, [changed, diary.path]));
    const all = Array.from({ length: 1024 }, () => locked(changed, () => changed.wait()));
    await locked(changed, () => changed.notifyAll());
    assert((await Promise.all(all)).every(Boolean));
  });

  it("one that dies with the lock harms nobody, whether it had notified or not", async () => {
    await using pool = createPool(2);
    for (const notifies of [true, false]) {
      const diary = scene.diary();
      const { changed, results } = await waiters(pool, diary, "a");
      await assertRejects(() => pool.apply(tasks.dieWithLock, [changed, notifies]));
      if (!notifies) {
        using held = await changed.acquire();
        assertEquals(held?.ownerDied, true);
        await changed.notify();
      }
      assertEquals(await results[0], true);
    }
  });
}

export function passingTests({ createPool, sharedPool, traits }: SuiteBackend, scene: Scene): void {
  const pool = sharedPool({ workers: 2 });

  it("its lock travels with it, and is the same where it comes by itself", async () => {
    const lock = new Lock(), changed = new Condition(lock);
    assertEquals(await pool().apply(protects, [changed, lock]), true);
    await locked(changed, async () => assertEquals(await lock.acquire({ timeout: 0 }), null));
  });

  it("what a worker has made is used by its host and by other workers", async () => {
    const changed = await pool().apply(makeCondition, []), diary = scene.diary();
    assertEquals(await locked(changed, () => changed.wait({ timeout: 10 })), false);
    const result = pool().apply(tasks.waitOnce, [changed, diary.path, "a"]);
    await diary.has(1);
    await locked(changed, () => changed.notify());
    assertEquals(await result, true);
  });

  if (traits.sharedMemory) return;
  it("waits reject when the process that made it has ended", async () => {
    const makers = createPool(1);
    const changed = await makers.apply(makeCondition, []);
    await changed.acquire();
    const waiting = changed.wait();
    setTimeout(() => void makers.terminate(), 100);
    await assertRejects(() => waiting, ProcessError, "has ended");
    await assertRejects(() => changed.notify(), ProcessError, "has ended");
    await makers.join();
  });
}
