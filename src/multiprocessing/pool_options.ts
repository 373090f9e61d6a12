import { runtime } from "../adapters/detect.ts";
import { planPool as plan, type PoolOptions, type PoolPlan } from "../core/pool_options.ts";

export { type PoolOptions, type PoolPlan, setupCall, withCount } from "../core/pool_options.ts";

/** Checks the options of a pool on this runtime; throws `TypeError` or `RangeError`. */
export function planPool(input: number | PoolOptions | undefined): PoolPlan {
  return plan(input, runtime);
}
