/**
 * Real pools with the slot lane in storms of calls: each settles once, with what it should. `POOL_STRESS=20`
 * lets them last twenty times as long; a failure names the seed that `POOL_SEED` sets.
 */
import { assertEquals, assertGreater } from "@std/assert";
import { describe } from "node:test";
import type { PoolOptions } from "@pool/core";
import { threads } from "../src/adapters/detect.ts";
import { it } from "./conformance/bounded.ts";
import { beforeEachAccess, randomDelays } from "./slots/atomic_steps.ts";
import { Dice } from "./slots/dice.ts";
import { Storm } from "./slots/storm.ts";
import { stressSeconds, withSeed } from "./slots/stress.ts";

const { killable } = threads().traits;

/** Its workers wait at random before each access to shared memory. */
const workerUrl = new URL("./slots/stepping_entry.ts", import.meta.url);

function storm(name: string, options: PoolOptions, delayed = false): void {
  const seconds = stressSeconds(2.5);
  it(name, () =>
    withSeed(async (dice) => {
      const undo = delayed ? beforeEachAccess(randomDelays(new Dice(dice.seed))) : () => {};
      try {
        const storm = new Storm(dice, { killable, ...options });
        await storm.run(1000 * seconds);
        assertEquals(storm.problems.slice(0, 5), []);
        for (const how of ["fulfilled", "RangeError", "aborted"]) assertGreater(storm.ends[how], 0);
      } finally {
        undo();
      }
    }), 1000 * seconds + 40_000);
}

describe("a pool with slots settles every call once and rightly, in a storm", () => {
  storm("on two workers", { workers: 2 });
  storm("on one worker that is replaced now and then", { workers: 1, maxTasksPerChild: 150 });
  storm("with delays before each access to shared memory", { workers: 2, workerUrl }, true);
});
