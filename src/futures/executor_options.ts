import { runtime } from "../adapters/detect.ts";
import type { BackendName } from "../core/backend.ts";
import { checkMainGuard } from "../core/main_guard.ts";
import { checkCount, checkOptions } from "../core/options.ts";
import { planPool, POOL_OPTIONS, type PoolOptions, type PoolPlan } from "../core/pool_options.ts";

/**
 * Options of all executors; those that a pool has, too, mean the same. Times in milliseconds.
 *
 * @example
 * ```ts
 * import { type ExecutorOptions, InlineExecutor } from "@pool/core";
 *
 * const options: ExecutorOptions = { maxWorkers: 2, taskTimeout: 5_000, retries: 1 };
 * await using executor = new InlineExecutor(options);
 * console.log(await executor.submit((x: number) => x * x, [9]).result()); // 81
 * ```
 */
export interface ExecutorOptions extends Omit<PoolOptions, "workers" | "backend" | "name"> {
  /** Most workers, which start when they are needed; see each executor for the default. */
  readonly maxWorkers?: number | undefined;
}

/**
 * What sets one kind of executor apart.
 *
 * @example
 * ```ts
 * import { type ExecutorKind, LocalExecutor } from "@pool/core";
 *
 * // An executor of your own, of which a single thread that dies makes an end.
 * const strict: ExecutorKind = {
 *   backend: "thread",
 *   name: "Strict",
 *   workers: 1,
 *   breaksOn: "death",
 * };
 * await using executor = new LocalExecutor({}, strict);
 * console.log(await executor.submit((x: number) => x * x, [9]).result()); // 81
 * ```
 */
export interface ExecutorKind {
  /** Where calls run. */
  readonly backend: BackendName;
  /** First part of the workers' names. */
  readonly name: string;
  /** Default of `maxWorkers`. */
  readonly workers?: number;
  /** What breaks it at once: a worker that does not come up, or that and every death. */
  readonly breaksOn: "failedStart" | "death" | undefined;
}

const OWN: readonly string[] = ["workers", "backend", "name"];
const NAMES = ["maxWorkers", ...POOL_OPTIONS.filter((name) => !OWN.includes(name))];

/** Checks the options of an executor; throws `TypeError` or `RangeError`. */
export function planExecutor(input: ExecutorOptions, kind: ExecutorKind): PoolPlan {
  checkMainGuard("executor");
  const { maxWorkers, ...options } = checkOptions(input, "create executor", NAMES);
  const plan = planPool({
    ...options,
    // Workers start with the calls that need them, and stay unless `idleTimeout` says otherwise.
    minWorkers: options.minWorkers ?? 0,
    workers: checkCount(maxWorkers, "maxWorkers", 1) ?? kind.workers ?? runtime.availableWorkers(),
    backend: kind.backend,
    name: kind.name,
  }, runtime);
  const crew = { ...plan.config.crew, breaksOn: kind.breaksOn };
  return { ...plan, config: { ...plan.config, crew } };
}
