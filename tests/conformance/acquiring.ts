/** What locks and semaphores promise alike: one holder at a time, waits, guards, input. */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { Event, Held, InvalidStateError, Semaphore, Value } from "@pool/core";
import * as tasks from "../tasks/acquiring.ts";
import type { Acquirable } from "../tasks/acquiring.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";

const ROUNDS = 20;

/** @param make one that a single worker can hold at a time */
export function acquiringSuite(backend: Backend, name: string, make: () => Acquirable): void {
  suite(`${name}: acquire and release`, backend, (b) => {
    exclusionTests(b, make);
    waitTests(b, make);
    guardTests(make);
    inputTests(b, name, make);
  });
}

function exclusionTests(b: SuiteBackend, make: () => Acquirable): void {
  const pool = b.sharedPool(2);

  it("one worker at a time has it", async () => {
    const thing = make(), sum = new Value("i32");
    const times = b.name === "process" ? 200 : 3000;
    const calls: [Acquirable, Value<"i32">, number][] = [[thing, sum, times], [thing, sum, times]];
    await Promise.all([
      pool().starmap(tasks.addSlowly, calls, { chunksize: 1 }),
      tasks.addSlowly(thing, sum, times),
    ]);
    assertEquals(sum.value, 3 * times);
  });

  if (b.traits.sharedMemory) {
    it("acquireSync() keeps out those who wait in either way", async () => {
      const thing = make(), sum = new Value("i32");
      await Promise.all([
        pool().apply(tasks.addSlowlySync, [thing, sum, 20_000]),
        pool().apply(tasks.addSlowlySync, [thing, sum, 20_000]),
        tasks.addSlowly(thing, sum, 1000),
      ]);
      assertEquals(sum.value, 41_000);
    });
  } else {
    it("methods that block are refused in child processes", async () => {
      const refused = await pool().apply(tasks.blockingErrors, [make()]);
      assertEquals(refused, ["InvalidStateError", "InvalidStateError"]);
    });
  }

  it("a worker that waits gets it when another gives it back", async () => {
    const thing = make(), ready = new Semaphore(0);
    for (let round = 0; round < ROUNDS; round++) {
      const held = await thing.acquire();
      const later = pool().apply(tasks.takeLater, [thing, ready]);
      await ready.acquire();
      await held!.release();
      assertEquals(await later, false);
    }
  });
}

function waitTests(b: SuiteBackend, make: () => Acquirable): void {
  const pool = b.sharedPool(3);

  it("a timeout, and block: false, resolve to null", async () => {
    const thing = make();
    const held = await thing.acquire();
    assertEquals(await pool().apply(tasks.take, [thing, 0]), null);
    const began = performance.now();
    assertEquals(await pool().apply(tasks.take, [thing, 100]), null);
    const took = performance.now() - began;
    assert(took > 95 && took < 2000, `${took} ms`);
    await held!.release();
    assertEquals(await pool().apply(tasks.take, [thing, 0]), false);
    assertEquals((await thing.acquire({ block: false }))?.ownerDied, false);
  });

  it("a wait that was given up takes nothing with it", async () => {
    const thing = make();
    for (let round = 0; round < ROUNDS; round++) {
      const held = await thing.acquire({ timeout: 0 });
      assert(held, `in round ${round} it was not to be had`);
      const calls = [5, 6, 7].map((timeout) => pool().apply(tasks.take, [thing, timeout]));
      await new Promise((resolve) => setTimeout(resolve, 6));
      await held.release();
      for (const got of await Promise.all(calls)) assert(got === null || got === false);
    }
  });

  it("ten thousand waits in one worker are served soon, in their order", async () => {
    const thing = make(), ready = new Semaphore(0), end = new Event();
    const holder = pool().apply(tasks.holdUntil, [thing, ready, end]);
    await ready.acquire();
    const began = performance.now(), served: number[] = [];
    const all = Array.from({ length: 10_000 }, async (_, i) => {
      const mine = await thing.acquire({ timeout: 10_000 });
      served.push(i);
      await mine!.release();
    });
    await end.set();
    await Promise.all([holder, ...all]);
    assert(performance.now() - began < 5000, `${performance.now() - began} ms`);
    assertEquals(served, Array.from({ length: 10_000 }, (_, i) => i));
  });

  for (const sync of b.traits.sharedMemory ? [false, true] : [false]) {
    it(`a wait of a second${sync ? " that blocks" : ""} costs no processor time`, async () => {
      const thing = make();
      const held = await thing.acquire();
      const cost = await pool().apply(tasks.costOfWait, [thing, 1000, sync]);
      await held!.release();
      assert(cost < 200, `${cost} ms`);
    });
  }
}

function guardTests(make: () => Acquirable): void {
  it("what acquire() gives is given back once, however often it is released", async () => {
    const thing = make();
    const first = await thing.acquire();
    assertInstanceOf(first, Held);
    await first.release();
    const second = await thing.acquire({ timeout: 0 });
    assert(second);
    await first.release();
    first[Symbol.dispose]();
    await first[Symbol.asyncDispose]();
    await second.release();
    await assertRejectsIfCounted(thing);
  });

  it("using and await using give it back at the end of the block", async () => {
    const thing = make();
    {
      using held = await thing.acquire({ timeout: 0 });
      assert(held);
    }
    {
      await using held = await thing.acquire({ timeout: 0 });
      assert(held);
    }
    {
      using held = thing.acquireSync({ timeout: 0 });
      assert(held);
    }
    assert(await thing.acquire({ timeout: 0 }));
  });
}

/** Releasing once more must fail where the number of releases is limited. */
async function assertRejectsIfCounted(thing: Acquirable): Promise<void> {
  if (thing.constructor === Semaphore) return assertEquals(await thing.getValue(), 1);
  await assertRejects(() => thing.release(), RangeError, "it was released too many times");
  assertThrows(() => thing.releaseSync(), RangeError, "it was released too many times");
}

function inputTests(b: SuiteBackend, name: string, make: () => Acquirable): void {
  it("acquire() refuses what is no option or no time", async () => {
    const thing = make();
    for (
      const [options, error] of [
        [{ timeout: NaN }, RangeError],
        [{ timeout: "1" }, TypeError],
        [{ block: 0 }, TypeError],
        [{ wait: 1 }, TypeError],
        [5, TypeError],
        [null, TypeError],
      ] as const
    ) {
      await assertRejects(() => thing.acquire(options as never), error);
      assertThrows(() => thing.acquireSync(options as never), error);
    }
    assert(await thing.acquire({ timeout: -5 }), "a negative time counts as 0");
  });

  it("JSON is refused", () => {
    assertThrows(
      () => JSON.stringify({ deep: [make()] }),
      TypeError,
      `Cannot turn ${name} into JSON`,
    );
  });

  if (name === "Lock") {
    it("acquireSync() is refused where a worker would wait for itself", () => {
      const lock = make();
      using _held = lock.acquireSync();
      assertThrows(() => lock.acquireSync(), InvalidStateError, "this worker holds it");
      assertEquals(lock.acquireSync({ timeout: 1 }), null);
    });
  }

  if (name.endsWith("Lock")) {
    if (!b.traits.sharedMemory) {
      it("acquireSync() is refused where it would keep the holder from giving back", async () => {
        await using pool = b.createPool(1);
        const thing = make(), ready = new Semaphore(0), end = new Event();
        const holder = pool.apply(tasks.holdUntil, [thing, ready, end]);
        await ready.acquire();
        assertThrows(() => thing.acquireSync(), InvalidStateError, "would never end");
        assertEquals(thing.acquireSync({ timeout: 20 }), null);
        await end.set();
        await holder;
      });
    }

    it("release() by a stranger is refused, and harms nobody", async () => {
      const pool = b.createPool(1);
      await using _end = pool;
      const thing = make();
      assertEquals(
        await pool.apply(tasks.releaseAsStranger, [thing]),
        "RangeError: Cannot release lock: it was released too many times",
      );
      const held = await thing.acquire();
      assertEquals(
        await pool.apply(tasks.releaseAsStranger, [thing]),
        "InvalidStateError: Cannot release lock: another worker holds it",
      );
      assertEquals(await pool.apply(tasks.take, [thing, 0]), null);
      await held!.release();
    });
  }
}
