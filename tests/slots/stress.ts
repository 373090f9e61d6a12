/** How long stress tests run, and how a failure is repeated. */
import process from "node:process";
import { Dice } from "./dice.ts";

/**
 * Seconds for a stress test that takes `usual` seconds in the suite: `POOL_STRESS=20` lets each run
 * twenty times as long.
 */
export function stressSeconds(usual: number): number {
  return usual * Number(process.env.POOL_STRESS ?? 1);
}

/** Runs a test with dice of its own; a failure names their seed, which `POOL_SEED` sets. */
export async function withSeed(test: (dice: Dice) => Promise<void>): Promise<void> {
  const seed = Number(process.env.POOL_SEED ?? Date.now() % 2 ** 31);
  try {
    await test(new Dice(seed));
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error} (POOL_SEED=${seed})`, {
      cause: error,
    });
  }
}
