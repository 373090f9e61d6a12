/** Semaphores beyond what locks do: counting, signals, the permits of the dead. */
import process from "node:process";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BoundedSemaphore, Semaphore, Value, WorkerDiedError } from "@pool/core";
import * as tasks from "../tasks/semaphores.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";

/** What a death has let go is to be had in this time (ms). */
const SOON = 3000;
const KINDS = [Semaphore, BoundedSemaphore];

export function semaphoreSuite(backend: Backend): void {
  suite("Semaphore: permits", backend, (b) => {
    countTests(b);
    signalTests(b);
    strangerTests(b);
    deathTests(b);
    if (b.traits.sharedMemory) inputTests();
  });
}

function countTests(b: SuiteBackend): void {
  const pool = b.sharedPool(4);

  it("as many as there are permits have one at a time", async () => {
    // One that comes up late would leave all calls to the other.
    await pool().broadcast(() => {});
    for (const Kind of KINDS) {
      const permits = new Kind(3), inside = new Value("i32"), most = new Value("i32");
      const calls = Array.from(
        { length: 40 },
        () => pool().apply(tasks.enter, [permits, inside, most]),
      );
      await Promise.all(calls);
      assert(most.value >= 2 && most.value <= 3, `${most.value}`);
      assertEquals(await permits.getValue(), 3);
    }
  });

  it("waits of less than a millisecond warn of nothing", async () => {
    const none = new Semaphore(0), warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on("warning", note);
    for (let i = 0; i < 3000; i++) assertEquals(await none.acquire({ timeout: 0.001 }), null);
    await new Promise((resolve) => setTimeout(resolve));
    process.off("warning", note);
    assertEquals(warnings, []);
  });

  it("getValue() is how many are free, and a semaphore without permits has none", async () => {
    for (const Kind of KINDS) {
      const permits = new Kind(3);
      await pool().apply(tasks.takeMany, [permits, 2]);
      assertEquals(await permits.getValue(), 1);
      assertEquals((await permits.acquire({ block: false }))?.ownerDied, false);
      assertEquals(await permits.acquire({ block: false }), null);
      assertEquals(await permits.getValue(), 0);
      assertEquals(await new Kind(0).getValue(), 0);
      assertEquals(await new Kind(0).acquire({ timeout: 1 }), null);
      assertEquals(await new Kind().getValue(), 1);
    }
  });

  it("thousands of permits are counted like few", async () => {
    for (const Kind of KINDS) {
      const permits = new Kind(5000);
      assertEquals(await pool().apply(tasks.takeMany, [permits, 4500]), 4500);
      assertEquals(await tasks.takeMany(permits, 600), 500);
      assertEquals(await permits.getValue(), 0);
      assertEquals(await tasks.giveMany(permits, 5000), "done");
      assertEquals(await permits.getValue(), 5000);
    }
    assertEquals(await new Semaphore(2 ** 31 - 1).getValue(), 2 ** 31 - 1);
  });
}

function signalTests(b: SuiteBackend): void {
  const pool = b.sharedPool(4);

  it("signals to those who wait, by workers that hold nothing, are counted", async () => {
    const signals = new Semaphore(0);
    const heard = [200, 200].map((times) => pool().apply(tasks.hear, [signals, times]));
    const given = [200, 100].map((times) => pool().apply(tasks.giveMany, [signals, times]));
    assertEquals(await tasks.giveMany(signals, 100), "done");
    assertEquals(await Promise.all([...heard, ...given]), [200, 200, "done", "done"]);
    assertEquals(await signals.getValue(), 0);
  });

  it("the value may rise above that of the start, of a bounded one it may not", async () => {
    const permits = new Semaphore(1);
    await tasks.giveMany(permits, 2);
    assertEquals(await pool().apply(tasks.giveMany, [permits, 2]), "done");
    assertEquals(await permits.getValue(), 5);
    assertEquals(await pool().apply(tasks.takeMany, [permits, 9]), 5);

    const bounded = new BoundedSemaphore(2);
    await assertRejects(() => bounded.release(), RangeError, "released too many times");
    assertThrows(() => bounded.releaseSync(), RangeError, "released too many times");
    assertEquals(await pool().apply(tasks.giveMany, [bounded, 1]), "RangeError");
    await bounded.acquire();
    await bounded.release();
    await assertRejects(() => bounded.release(), RangeError);
    assertEquals(await bounded.getValue(), 2);
  });
}

function strangerTests(b: SuiteBackend): void {
  const pool = b.sharedPool(4);

  it("anyone may give back the permit of another, who has it no more", async () => {
    for (const Kind of KINDS) {
      const permits = new Kind(2);
      await tasks.takeMany(permits, 2);
      assertEquals(await pool().apply(tasks.giveMany, [permits, 2]), "done");
      assertEquals(await permits.getValue(), 2);
      assertEquals(await tasks.takeMany(permits, 3), 2);
    }
  });

  it("a death gives back nothing that another has given back for the dead", async () => {
    for (const Kind of KINDS) {
      await using doomed = b.createPool(1);
      const permits = new Kind(2);
      await doomed.apply(tasks.takeMany, [permits, 2]);
      await tasks.giveMany(permits, 2);
      doomed.terminate();
      await doomed.join();
      assertEquals(await permits.getValue(), 2);
      assertEquals(await tasks.takeMany(permits, 5), 2);
    }
  });
}

function deathTests(b: SuiteBackend): void {
  it("the permits of a worker that died are free, and each that is taken over tells it", async () => {
    for (const Kind of KINDS) {
      await using doomed = b.createPool(1);
      const permits = new Kind(3);
      await permits.acquire();
      const call = doomed.apply(tasks.takeManyAndExit, [permits, 2]);
      await assertRejects(() => call, WorkerDiedError);
      const told = [
        await permits.acquire({ timeout: SOON }),
        await permits.acquire({ timeout: SOON }),
      ];
      assertEquals(told.map((held) => held?.ownerDied), [true, true]);
      assertEquals(await permits.acquire({ timeout: 0 }), null);
      await tasks.giveMany(permits, 3);
      assertEquals(await permits.getValue(), 3);
    }
  });

  it("signals that a dead worker had taken do not come again", async () => {
    await using doomed = b.createPool(1);
    const signals = new Semaphore(0);
    await tasks.giveMany(signals, 3);
    const call = doomed.apply(tasks.takeManyAndExit, [signals, 2]);
    await assertRejects(() => call, WorkerDiedError);
    assertEquals(await signals.acquire({ timeout: 200 }).then((held) => held?.ownerDied), false);
    assertEquals(await signals.acquire({ timeout: 200 }), null);
  });
}

function inputTests(): void {
  it("values that are no whole numbers from 0 to 2**31 - 1 are refused", () => {
    for (const Kind of KINDS) {
      for (const value of [-1, 0.5, NaN, Infinity, 2 ** 31, 2 ** 40]) {
        assertThrows(() => new Kind(value), RangeError, `${Kind.name}: value must be`);
      }
      for (const value of ["1", null, {}, 1n]) {
        assertThrows(() => new Kind(value as never), TypeError, `${Kind.name}: value must be`);
      }
    }
  });

  it("release() beyond the highest value is refused", async () => {
    const permits = new Semaphore(2 ** 31 - 1);
    await assertRejects(() => permits.release(), RangeError, "above 2147483647");
  });
}
