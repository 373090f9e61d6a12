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
 * Calls cost more in cold memory, whoever looks after them, and how much more is the machine's affair. So a
 * large pool is compared with small ones that hold as much between them and have their turns.
 */
const LARGE = { lanes: 1_000, pending: 100_000 }, SMALL = { lanes: 2, pending: 200 };
const SMALL_POOLS = LARGE.lanes / SMALL.lanes;

interface Size {
  readonly lanes: number;
  readonly pending: number;
}

/** Pools that take turns. */
class Pools {
  readonly #pools: FilledPool[] = [];

  static async filled(count: number, size: Size, priorities: boolean): Promise<Pools> {
    const pools = new Pools();
    for (let i = 0; i < count; i++) {
      const pool = new FilledPool(size.lanes, priorities);
      await pool.start();
      await pool.fill(size.pending);
      pools.#pools.push(pool);
    }
    await pools.turnOver(2 * CALLS);
    return pools;
  }

  /** Resolves the milliseconds that so many calls took in all pools together. */
  async turnOver(calls: number): Promise<number> {
    let busy = 0;
    for (const pool of this.#pools) busy += await pool.turnOver(calls / this.#pools.length);
    return busy;
  }

  async drain(): Promise<void> {
    for (const pool of this.#pools) await pool.drain();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** Times a call costs in the large pool what it costs in the small ones: medians of turns taken. */
async function growth(small: Pools, large: Pools): Promise<number> {
  const costs: { readonly small: number; readonly large: number }[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    costs.push({ small: await small.turnOver(CALLS), large: await large.turnOver(CALLS) });
  }
  return median(costs.map((cost) => cost.large)) / median(costs.map((cost) => cost.small));
}

async function assertGrowth(most: number, small: Pools, large: Pools): Promise<void> {
  const tries: number[] = [];
  while (tries.length < TRIES && !(tries.at(-1)! <= most)) tries.push(await growth(small, large));
  await small.drain();
  await large.drain();
  assert(Math.min(...tries) <= most, `it cost ${tries.map((one) => one.toFixed(2))} times`);
}

describe("scheduler at scale", { timeout: 60_000 }, () => {
  for (const priorities of [false, true]) {
    const name = priorities ? "with ten priorities" : "without priorities";

    it(`a call costs at most 1.5 times as much in one pool of 1,000 lanes as in 500 of two, ${name}`, async () => {
      const small = await Pools.filled(SMALL_POOLS, SMALL, priorities);
      const large = await Pools.filled(1, LARGE, priorities);
      await assertGrowth(1.5, small, large);
    });

    it(`a call costs at most twice as much on 100 lanes with 10,000 pending as on two, ${name}`, async () => {
      const small = await Pools.filled(1, { lanes: 2, pending: 1_000 }, priorities);
      const large = await Pools.filled(1, { lanes: 100, pending: 10_000 }, priorities);
      await assertGrowth(2, small, large);
    });
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
