/** Barriers that break: by time, by abort and reset, and by the end of those who wait. */
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Barrier, BrokenBarrierError, ProcessError, WorkerDiedError } from "@pool/core";
import * as tasks from "../tasks/barriers.ts";
import { makeBarrier } from "../tasks/made.ts";
import { it } from "./bounded.ts";
import type { SuiteBackend } from "./leaks.ts";
import { passTime, rejection } from "./pool_scene.ts";
import { startVictim } from "./victim.ts";

const ROUNDS = 20;
const BROKEN = "BrokenBarrierError";

async function untilWaiting(barrier: Barrier, count: number): Promise<void> {
  while (await barrier.nWaiting() < count) await passTime(2);
}

export function breakTests({ sharedPool }: SuiteBackend): void {
  const pool = sharedPool({ workers: 3 });

  it("a wait that takes too long breaks it for those who wait, and for later ones", async () => {
    const barrier = new Barrier(3);
    const other = pool().apply(tasks.wait, [barrier]);
    await untilWaiting(barrier, 1);
    const began = performance.now();
    await assertRejects(() => barrier.wait({ timeout: 100 }), BrokenBarrierError, "a timeout");
    assert(performance.now() - began >= 99);
    assertEquals(await other, BROKEN);
    await assertRejects(() => barrier.wait(), BrokenBarrierError);
    assertEquals([await barrier.broken(), await barrier.nWaiting()], [true, 0]);
  });

  it("the timeout of the barrier is for those who give none, and Infinity is no limit", async () => {
    const barrier = new Barrier(2, { timeout: 50 });
    assertEquals(await pool().apply(tasks.waitAsItSays, [barrier]), BROKEN);
    await barrier.reset();
    const patient = barrier.wait({ timeout: Infinity });
    await passTime(100);
    assertEquals([await barrier.broken(), await tasks.wait(barrier), await patient], [false, 1, 0]);
  });

  it("abort() breaks it, also when nobody waits, and reset() mends it", async () => {
    const barrier = new Barrier(2);
    const other = pool().apply(tasks.wait, [barrier]);
    await untilWaiting(barrier, 1);
    await barrier.abort();
    assertEquals(await other, BROKEN);
    await barrier.reset();
    await barrier.abort();
    await barrier.abort();
    await assertRejects(() => barrier.wait(), BrokenBarrierError);
    await barrier.reset();
    assertEquals((await Promise.all([barrier.wait(), tasks.wait(barrier)])).sort(), [0, 1]);
  });

  it("reset() sends away those who wait, and the next ones start anew, 20 times over", async () => {
    const barrier = new Barrier(3);
    for (let round = 0; round < ROUNDS; round++) {
      const early = [pool().apply(tasks.wait, [barrier]), tasks.wait(barrier)];
      await untilWaiting(barrier, 2);
      await barrier.reset();
      const late = [0, 1, 2].map(() => tasks.wait(barrier));
      assertEquals(await Promise.all(early), [BROKEN, BROKEN]);
      assertEquals((await Promise.all(late)).sort(), [0, 1, 2]);
      assertEquals(await barrier.broken(), false);
    }
  });

  it("reset() while nobody waits changes nothing", async () => {
    const barrier = new Barrier(2);
    await barrier.reset();
    const pair = [tasks.wait(barrier), pool().apply(tasks.wait, [barrier])];
    assertEquals((await Promise.all(pair)).sort(), [0, 1]);
    await barrier.reset();
    assertEquals(await barrier.broken(), false);
  });

  it("reset() after the last has come changes nothing for those who pass", async () => {
    const barrier = new Barrier(2);
    const pair = [barrier.wait(), barrier.wait()];
    await barrier.reset();
    assertEquals(await Promise.all(pair), [0, 1]);
    assertEquals(await barrier.broken(), false);
  });

  it("either all of those who came go on or none, whenever one gives up, 20 times over", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const barrier = new Barrier(3);
      const two = [0, 1].map(() => pool().apply(tasks.wait, [barrier, 5 + round % 7]));
      await passTime(5);
      const all = await Promise.all([...two, tasks.wait(barrier, 1000)]);
      const gone = all.filter((one) => one === BROKEN).length;
      assert(gone === 3 || all.sort().join() === "0,1,2", all.join());
    }
  });
}

export function deathTests({ createPool, traits }: SuiteBackend): void {
  it("one that dies while it waits breaks it for the others, 20 times over", async () => {
    await using pool = createPool(2);
    for (let round = 0; round < ROUNDS; round++) {
      const barrier = new Barrier(3);
      const death = rejection(pool.apply(tasks.die, [barrier]));
      const other = pool.apply(tasks.wait, [barrier]);
      assertEquals(await other, BROKEN);
      await assertRejects(() => barrier.wait({ timeout: 5000 }), BrokenBarrierError);
      assertInstanceOf(await death, WorkerDiedError);
    }
  }, 60_000);

  it("so does one that was killed, also for one who comes last", async () => {
    const barrier = new Barrier(2), one = startVictim(traits, tasks.wait, [barrier]);
    await untilWaiting(barrier, 1);
    await one.kill();
    await assertRejects(() => barrier.wait({ timeout: 5000 }), BrokenBarrierError);
    await barrier.reset();
    assertEquals((await Promise.all([barrier.wait(), tasks.wait(barrier)])).sort(), [0, 1]);
  });

  it("so does one that dies in the action, for those who wait and for those who came too early", async () => {
    await using pool = createPool(1);
    const barrier = new Barrier(2, { action: tasks.dieInAction });
    const first = tasks.wait(barrier);
    await untilWaiting(barrier, 1);
    const death = rejection(pool.apply(tasks.wait, [barrier]));
    await untilWaiting(barrier, 2);
    assertEquals([await first, await tasks.wait(barrier)], [BROKEN, BROKEN]);
    assertInstanceOf(await death, WorkerDiedError);
  });

  it("who has passed may die", async () => {
    await using pool = createPool(1);
    const barrier = new Barrier(2);
    const own = tasks.wait(barrier);
    await untilWaiting(barrier, 1);
    const death = rejection(pool.apply(tasks.die, [barrier]));
    assertEquals(await own, 0);
    const next = [tasks.wait(barrier), tasks.wait(barrier)];
    assertEquals((await Promise.all(next)).sort(), [0, 1]);
    pool.terminate();
    await death;
  });

  if (traits.sharedMemory) return;
  it("waits reject when the process that made it has ended", async () => {
    const makers = createPool(1);
    const barrier = await makers.apply(makeBarrier, []);
    const waiting = barrier.wait();
    setTimeout(() => void makers.terminate(), 100);
    await assertRejects(() => waiting, ProcessError, "has ended");
    await assertRejects(() => barrier.broken(), ProcessError, "has ended");
    await makers.join();
  });
}
