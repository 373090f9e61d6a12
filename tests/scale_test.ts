/** The scheduler on simulated workers: its cost must not grow with the pool, nor its idle time. */
import { assert } from "@std/assert";
import { describe, it } from "node:test";
import { FilledPool } from "../bench/scale/cost.ts";
import { idealSchedule, runTasks, SHAPES, type Way } from "../bench/scale/skew.ts";

const ROUNDS = 9;
const CALLS = 2_000;
/** A neighbour on the machine may spoil one try; what grows with the pool spoils all. */
const TRIES = 4;
/**
 * From 2 lanes and 1,000 pending calls on. The first fits into a processor's caches, so that what grows is the
 * scheduler's own. In the second each call finds its lane and its job in cold memory: 1.4 to 2.6 times on
 * the same code, by what else the machine does; what looked at every lane or job would be a hundred times.
 */
const LARGE = [
  { lanes: 100, pending: 10_000, most: 2 },
  { lanes: 1_000, pending: 100_000, most: 4 },
];

async function filled(lanes: number, pending: number, priorities: boolean): Promise<FilledPool> {
  const pool = new FilledPool(lanes, priorities);
  await pool.start();
  await pool.fill(pending);
  await pool.turnOver(2 * CALLS);
  return pool;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** Times a call costs in the large pool what it costs in the small one: medians of turns taken. */
async function growth(small: FilledPool, large: FilledPool): Promise<number> {
  const costs: { readonly small: number; readonly large: number }[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    costs.push({ small: await small.turnOver(CALLS), large: await large.turnOver(CALLS) });
  }
  return median(costs.map((cost) => cost.large)) / median(costs.map((cost) => cost.small));
}

describe("scheduler at scale", { timeout: 60_000 }, () => {
  for (const { lanes, pending, most } of LARGE) {
    for (const priorities of [false, true]) {
      const size = `${lanes} lanes with ${pending} pending`;
      const name = priorities ? "with ten priorities" : "without priorities";
      it(`a call costs at most ${most} times as much on ${size}, ${name}`, async () => {
        const small = await filled(2, 1_000, priorities);
        const large = await filled(lanes, pending, priorities);
        const tries: number[] = [];
        while (tries.length < TRIES && !(tries.at(-1)! <= most)) {
          tries.push(await growth(small, large));
        }
        await small.drain();
        await large.drain();
        assert(Math.min(...tries) <= most, `it cost ${tries.map((one) => one.toFixed(2))} times`);
      });
    }
  }
});

describe("unequal tasks in injected time", () => {
  /** How many tasks, their mean in milliseconds, and lanes. */
  const size = { tasks: 200, mean: 5, lanes: 2 };

  for (const way of ["calls", "map"] as const satisfies Way[]) {
    for (const shape of Object.keys(SHAPES)) {
      it(`${way}: ${shape} ends within 1.1 of the ideal schedule`, async () => {
        const durations = SHAPES[shape]!(size.tasks).map((duration) => duration * size.mean);
        const took = await runTasks(way, durations, size.lanes);
        const ratio = took / idealSchedule(durations, size.lanes);
        assert(ratio <= 1.1, `it took ${ratio.toFixed(3)} of the ideal`);
      });
    }
  }
});
