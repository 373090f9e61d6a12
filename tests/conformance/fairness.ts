/** Locks and semaphores under contention: nobody starves. */
import { assert } from "@std/assert";
import { Value } from "@pool/core";
import * as tasks from "../tasks/acquiring.ts";
import type { Acquirable } from "../tasks/acquiring.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { passTime } from "./pool_scene.ts";

const ROUNDS = 20;
const WORKERS = 4;

/** @param make one that a single worker can hold at a time */
export function fairnessSuite(backend: Backend, name: string, make: () => Acquirable): void {
  suite(`${name}: fairness`, backend, (b) => {
    for (const sync of b.traits.sharedMemory ? [false, true] : [false]) shareTests(b, make, sync);
    if (!b.traits.sharedMemory) return;
    for (const sync of [false, true]) hogTests(b, make, sync);
  });
}

function shareTests(b: SuiteBackend, make: () => Acquirable, sync: boolean): void {
  const pool = b.sharedPool(WORKERS);
  const method = sync ? "acquireSync()" : "acquire()";

  it(`${method} gives each of four workers that want it all the time a share`, async () => {
    // On a busy machine a worker may not run at all for a while, which is no fault of the lock.
    const shares: number[][] = [];
    for (let tries = 0; tries < 3; tries++) {
      const thing = make(), begun = new Value("i32");
      const calls = Array.from({ length: WORKERS }, () => {
        return pool().apply(tasks.takeOften, [thing, begun, WORKERS, 300, sync]);
      });
      const times = await Promise.all(calls);
      if (Math.min(...times) > 0.05 * times.reduce((sum, n) => sum + n)) return;
      shares.push(times);
    }
    assert(false, `shares: ${JSON.stringify(shares)}`);
  });
}

function hogTests(b: SuiteBackend, make: () => Acquirable, sync: boolean): void {
  const pool = b.sharedPool(2);
  const method = sync ? "acquireSync()" : "acquire()";

  it(`${method} succeeds within a second while others take it without a pause`, async () => {
    const thing = make(), begun = new Value("i32"), stop = new Value("bool");
    const hogs = [1, 2].map(() => pool().apply(tasks.hog, [thing, begun, stop]));
    while (begun.value < 2) await passTime(1);
    const waits: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await passTime(2);
      const began = performance.now();
      const held = sync ? thing.acquireSync() : await thing.acquire();
      waits.push(Math.round(performance.now() - began));
      held![Symbol.dispose]();
    }
    stop.value = true;
    await Promise.all(hogs);
    assert(Math.max(...waits) < 1000, `milliseconds: ${waits}`);
  });
}
