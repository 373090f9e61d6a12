import type {
  BackendName,
  OutputMode,
  Runtime,
  WorkerAdapter,
  WorkerKind,
  WorkerSettings,
} from "./backend.ts";
import type { CallDefaults } from "./call_options.ts";
import {
  checkArray,
  checkChoice,
  checkCount,
  checkDuration,
  checkFunction,
  checkNumber,
  checkOptions,
  checkString,
  checkTimeout,
  refuse,
  show,
} from "./options.ts";
import type { SchedulerConfig } from "./scheduler.ts";
import { referenceOf } from "./task.ts";
import { encode } from "../protocol/encode.ts";
import type { SetupCall } from "../protocol/messages.ts";

/**
 * Options of a pool. Times in milliseconds, sizes in bytes.
 *
 * @example
 * ```ts
 * import { Pool, type PoolOptions } from "@pool/core";
 *
 * const options: PoolOptions = {
 *   workers: 1,
 *   maxTasksPerChild: 1_000, // then a fresh worker takes over
 *   taskTimeout: 5_000,
 *   retries: 1,
 * };
 * await using pool = new Pool(options);
 * console.log(await pool.apply((x: number) => x * x, [12])); // 144
 * ```
 */
export interface PoolOptions extends WorkerSettings {
  /** Number of workers; default: the processors that this process may really use. */
  readonly workers?: number | undefined;
  /**
   * Where tasks run: on worker threads (default), in child processes, or on this event loop; or an
   * adapter of your own.
   */
  readonly backend?: BackendName | WorkerAdapter | undefined;
  /** Runs in every worker before its first task; when it keeps failing, the pool is broken. */
  readonly initializer?: ((...args: never[]) => unknown) | undefined;
  /** Arguments of the initializer. */
  readonly initargs?: readonly unknown[] | undefined;
  /** Runs in every worker that ends in good order, for at most 5 seconds. */
  readonly finalizer?: (() => unknown) | undefined;
  /** A worker is replaced after so many calls; chunks of a map count as one. Default: never. */
  readonly maxTasksPerChild?: number | undefined;
  /** A worker that uses more, a child process in all (its resident set), is replaced after its call. */
  readonly maxMemoryPerChild?: number | undefined;
  /** First part of the workers' names; default `"Pool"`. */
  readonly name?: string | undefined;
  /** Workers that are kept when there is nothing to do; default: all, or none with `idleTimeout`. */
  readonly minWorkers?: number | undefined;
  /** An idle worker above `minWorkers` ends after this time; default: never. */
  readonly idleTimeout?: number | undefined;
  /** Most calls that wait for a worker; default: no limit. Chunks of maps do not count. */
  readonly maxQueue?: number | undefined;
  /** What happens to a call beyond `maxQueue`: `QueueFullError` (default), or it waits outside. */
  readonly whenFull?: "reject" | "wait" | undefined;
  /**
   * Default of the calls' `timeout`; `broadcast` has none. It ends streams, too, and counts the time that
   * their task waits for the consumer. In a map, also an executor's, it is for each item, each of which
   * then goes to a worker by itself, whatever the `chunksize`: short ones cost many times as much.
   */
  readonly taskTimeout?: number | undefined;
  /** Default of the calls' `retries`; 0. Above 0 the items of maps go one by one, as with `taskTimeout`. */
  readonly retries?: number | undefined;
  /** From an abort or timeout to the kill of the worker; 100. */
  readonly grace?: number | undefined;
  /** A worker that is not ready by then counts as failed; 30,000. */
  readonly spawnTimeout?: number | undefined;
}

/** Names of the options of a pool. */
export const POOL_OPTIONS: readonly (keyof PoolOptions)[] = [
  "workers",
  "backend",
  "initializer",
  "initargs",
  "finalizer",
  "maxTasksPerChild",
  "maxMemoryPerChild",
  "name",
  "minWorkers",
  "idleTimeout",
  "maxQueue",
  "whenFull",
  "taskTimeout",
  "retries",
  "grace",
  "spawnTimeout",
  "env",
  "execArgv",
  "permissions",
  "stdout",
  "stderr",
  "resourceLimits",
  "workerUrl",
];

/** What the options of a pool mean. */
export interface PoolPlan {
  readonly config: SchedulerConfig;
  readonly defaults: CallDefaults;
  readonly workers: number;
}

/** Checks the options of a pool; throws `TypeError` or `RangeError`. */
export function planPool(input: PoolOptions, runtime: Runtime): PoolPlan {
  const options = checkOptions<PoolOptions>(input, "create pool", POOL_OPTIONS);
  const workers = finite(checkCount(options.workers, "workers", 1), "workers") ??
    runtime.availableWorkers();
  const idleTimeout = checkTimeout(options.idleTimeout, "idleTimeout");
  const minWorkers = checkCount(options.minWorkers, "minWorkers", 0) ??
    (idleTimeout === undefined ? workers : 0);
  if (minWorkers > workers) {
    throw new RangeError(
      `Cannot use minWorkers: ${minWorkers} are more than the ${workers} workers of the pool`,
    );
  }
  const adapter = adapterOf(options.backend, runtime);
  const output = checkOutput(options, adapter.traits.kind);
  const settings = { ...checkSettings(options), ...output };
  adapter.check?.(settings);
  return {
    workers,
    defaults: {
      timeout: checkTimeout(options.taskTimeout, "taskTimeout"),
      retries: checkCount(options.retries, "retries", 0) ?? 0,
    },
    config: {
      host: runtime.host,
      maxQueue: checkCount(options.maxQueue, "maxQueue", 0) ?? Infinity,
      whenFull: checkChoice(options.whenFull, "whenFull", ["reject", "wait"]) ?? "reject",
      grace: checkDuration(options.grace, "grace") ?? 100,
      crew: {
        adapter,
        workers,
        minWorkers,
        idleTimeout,
        settings,
        name: checkString(options.name, "name") ?? "Pool",
        spawnTimeout: checkDuration(options.spawnTimeout, "spawnTimeout") ?? 30_000,
        maxTasksPerChild: checkCount(options.maxTasksPerChild, "maxTasksPerChild", 1),
        maxMemoryPerChild: checkCount(options.maxMemoryPerChild, "maxMemoryPerChild", 1),
        initializer: setupCall(
          options.initializer,
          "initializer",
          options.initargs,
          adapter.traits,
        ),
        finalizer: setupCall(options.finalizer, "finalizer", undefined, adapter.traits),
      },
    },
  };
}

function finite(count: number | undefined, name: string): number | undefined {
  if (count !== Infinity) return count;
  throw new RangeError(`Cannot use ${name}: it must be finite`);
}

function adapterOf(backend: PoolOptions["backend"] = "thread", runtime: Runtime): WorkerAdapter {
  if (typeof backend === "object" && typeof backend?.spawn === "function") return backend;
  const names = Object.keys(runtime.adapters) as (keyof Runtime["adapters"])[];
  return runtime.adapters[checkChoice(backend, "backend", names, " or a worker adapter")!]();
}

/** Throws `TypeError` for settings that no backend could honour. */
export function checkSettings(options: Partial<WorkerSettings>): WorkerSettings {
  const { env, execArgv, permissions, resourceLimits, workerUrl } = options;
  if (workerUrl !== undefined && !URL.canParse(workerUrl)) {
    throw new TypeError(`Cannot use workerUrl: ${show(workerUrl)} is no absolute URL`);
  }
  for (const [name, value] of Object.entries(checkOptionObject(env, "env") ?? {})) {
    if (typeof value !== "string") {
      throw new TypeError(`Cannot use env: ${name} must be a string, not ${show(value)}`);
    }
  }
  if (execArgv !== undefined) {
    for (const argument of checkArray(execArgv, "execArgv")) checkString(argument, "execArgv");
  }
  // Node leaves out what is no number: the memory would have no limit.
  for (
    const [name, value] of Object.entries(checkOptionObject(resourceLimits, "resourceLimits") ?? {})
  ) {
    checkNumber(value, `resourceLimits.${name}`);
  }
  // Workers that start later get the same.
  return {
    env: env && { ...env },
    execArgv: execArgv && [...execArgv],
    permissions: copyGrants(permissions),
    resourceLimits: resourceLimits && { ...resourceLimits },
    workerUrl,
  };
}

/** Grants and their lists; what else there may be is for the adapter. */
function copyGrants(grants: unknown): unknown {
  if (Array.isArray(grants)) return grants.slice();
  if ((grants as object | null | undefined)?.constructor !== Object) return grants;
  return Object.fromEntries(Object.entries(grants as object).map(([k, v]) => [k, copyGrants(v)]));
}

const OUTPUT_MODES: readonly OutputMode[] = ["inherit", "pipe", "ignore"];

/** Only child processes have an output of their own. */
function checkOutput(
  options: Partial<WorkerSettings>,
  kind: WorkerKind,
): Pick<WorkerSettings, "stdout" | "stderr"> {
  const stdout = checkChoice(options.stdout, "stdout", OUTPUT_MODES);
  const stderr = checkChoice(options.stderr, "stderr", OUTPUT_MODES);
  for (const [name, mode = "inherit"] of Object.entries({ stdout, stderr })) {
    if (kind === "process" || mode === "inherit") continue;
    throw new TypeError(
      `Cannot use ${name}: tasks of this backend write to the output of the whole program; ` +
        "only child processes have their own",
    );
  }
  return { stdout, stderr };
}

/** Puts a number of workers, which may be given alone, beside the other options. */
export function withCount<T extends object>(
  name: "workers" | "maxWorkers",
  count: number | T | undefined,
  options: Omit<T, "workers" | "maxWorkers"> | undefined,
): T {
  const others = checkOptionObject(options, "options");
  const given = typeof count === "object" ? checkOptionObject(count, "options") : undefined;
  return { ...others, ...given ?? (count !== undefined && { [name]: count }) } as T;
}

/** Throws a `TypeError` for what is no object. */
export function checkOptionObject<T>(value: T, name: string): T {
  if (
    value === undefined || (typeof value === "object" && value !== null && !Array.isArray(value))
  ) {
    return value;
  }
  return refuse(name, "an object", value);
}

/** A call that every worker makes; throws for what cannot be sent. */
export function setupCall(
  fn: unknown,
  name: string,
  args: readonly unknown[] | undefined,
  { sharedMemory: shared }: { readonly sharedMemory: boolean },
  root = "initargs",
): SetupCall | undefined {
  const list = checkArray(args, root);
  if (fn === undefined) return undefined;
  checkFunction(fn, name);
  const { value, marked } = encode(list as unknown[], root, { shared });
  return { reference: referenceOf(fn), args: value, marked };
}
