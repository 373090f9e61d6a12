/** What Event promises. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Event, InvalidStateError, Semaphore, TimeoutError, WorkerDiedError } from "@pool/core";
import * as tasks from "../tasks/events.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";

const ROUNDS = 20;
const SEEN = [false, true, true, true, false, false];

export function eventSuite(backend: Backend): void {
  suite("Event", backend, (b) => {
    stateTests(b);
    wakeTests(b);
    deathTests(b);
    inputTests(b);
  });
}

function stateTests(b: SuiteBackend): void {
  const pool = b.sharedPool(2);

  it("is clear at first, set by set() and clear again by clear(), for all alike", async () => {
    const event = new Event();
    assertEquals(await pool().apply(tasks.change, [event]), SEEN);
    assertEquals(await tasks.change(event), SEEN);
    assertEquals(tasks.changeSync(event), SEEN);
    if (b.traits.sharedMemory) assertEquals(await pool().apply(tasks.changeSync, [event]), SEEN);
    await pool().apply(tasks.set, [event]);
    await event.set();
    assertEquals([await event.isSet(), event.isSetSync()], [true, true]);
    await event.clear();
    await event.clear();
    assertEquals(await event.wait({ timeout: -1 }), false);
  });

  it("a wait that takes too long is over with false", async () => {
    const event = new Event(), ready = new Semaphore(0);
    const began = performance.now();
    assertEquals(await pool().apply(tasks.wait, [event, ready, 100]), false);
    const took = performance.now() - began;
    assert(took > 95 && took < 2000, `${took} ms`);
  });

  for (const sync of b.traits.sharedMemory ? [false, true] : [false]) {
    it(`a wait of a second${sync ? " that blocks" : ""} costs no processor time`, async () => {
      const cost = await pool().apply(tasks.costOfWait, [new Event(), 1000, sync]);
      assert(cost < 200, `${cost} ms`);
    });
  }
}

function wakeTests(b: SuiteBackend): void {
  const pool = b.sharedPool(2);

  it("set() wakes all who wait", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const event = new Event(), ready = new Semaphore(0);
      const all = [pool().apply(tasks.wait, [event, ready]), event.wait({ timeout: 8000 })];
      if (b.traits.sharedMemory) all.push(pool().apply(tasks.waitSync, [event, ready]));
      else all.push(pool().apply(tasks.wait, [event, ready]));
      for (const _ of [1, 2]) await ready.acquire();
      await event.set();
      assertEquals(await Promise.all(all), [true, true, true]);
    }
  });

  it("set() wakes all who wait also when clear() follows at once", async () => {
    const event = new Event(), ready = new Semaphore(0);
    for (let round = 0; round < ROUNDS; round++) {
      const all = [1, 2].map(() => pool().apply(tasks.wait, [event, ready]));
      all.push(event.wait({ timeout: 8000 }));
      for (const _ of [1, 2]) await ready.acquire();
      event.setSync();
      event.clearSync();
      assertEquals(await Promise.all(all), [true, true, true]);
      assertEquals(await event.isSet(), false);
    }
  });

  it("ten thousand waits in one worker are over soon", async () => {
    const event = new Event();
    const began = performance.now();
    const all = Array.from({ length: 10_000 }, () => event.wait({ timeout: 10_000 }));
    await pool().apply(tasks.set, [event]);
    assert((await Promise.all(all)).every((came) => came));
    assert(performance.now() - began < 2000, `${performance.now() - began} ms`);
  });
}

function deathTests(b: SuiteBackend): void {
  const pool = b.sharedPool(2);

  it("a worker that dies while it waits harms nobody, nor one that dies after set()", async () => {
    const event = new Event(), ready = new Semaphore(0);
    const doomed = pool().apply(tasks.wait, [event, ready], { timeout: 300 });
    const others = [pool().apply(tasks.wait, [event, ready]), event.wait({ timeout: 8000 })];
    await assertRejects(() => doomed, TimeoutError);
    await assertRejects(() => pool().apply(tasks.setAndExit, [event]), WorkerDiedError);
    assertEquals(await Promise.all(others), [true, true]);
  });
}

function inputTests(b: SuiteBackend): void {
  it("bad options, and JSON, are refused", async () => {
    const event = new Event();
    await assertRejects(() => event.wait(5 as never), TypeError);
    await assertRejects(() => event.wait({ timeout: NaN }), RangeError);
    assertThrows(() => event.waitSync({ timout: 5 } as never), TypeError);
    assertThrows(() => JSON.stringify(event), TypeError, "Cannot turn Event into JSON");
  });

  if (!b.traits.sharedMemory) {
    it("methods that block are refused in child processes", async () => {
      await using pool = b.createPool(1);
      const call = pool.apply(tasks.changeSync, [new Event()]);
      await assertRejects(() => call, InvalidStateError, "memory of another process");
    });
  }
}
