import { runtime } from "../adapters/detect.ts";
import {
  planPool as plan,
  type PoolOptions,
  type PoolPlan,
  withCount,
} from "../core/pool_options.ts";

export { type PoolOptions, type PoolPlan, setupCall } from "../core/pool_options.ts";

/** Checks the options of a pool on this runtime; throws `TypeError` or `RangeError`. */
export function planPool(
  workers: number | PoolOptions | undefined,
  options: Omit<PoolOptions, "workers"> | undefined,
): PoolPlan {
  return plan(withCount("workers", workers, options), runtime);
}
