import type { WorkerSettings } from "../core/backend.ts";
import { checkArray, checkBoolean, checkOptions, checkString, refuse } from "../core/options.ts";
import { checkSettings } from "../core/pool_options.ts";
import { referenceOf } from "../core/task.ts";
import type { FunctionReference } from "../protocol/realm.ts";

/**
 * What a {@linkcode Process} or a {@linkcode Thread} is to do, and as whom.
 *
 * @example
 * ```ts
 * import { type ActivitySettings, Thread } from "@pool/core";
 *
 * const settings: ActivitySettings<[text: string]> = {
 *   target: (text) => console.log(text), // hello
 *   name: "Greeter",
 *   daemon: true,
 * };
 * await using thread = new Thread({ ...settings, args: ["hello"] });
 * thread.start();
 * await thread.join();
 * ```
 */
export interface ActivitySettings<A extends readonly unknown[]>
  extends Omit<WorkerSettings, "stdout" | "stderr"> {
  /** The function to run: a task, an imported one, or an inline function. What it returns is dropped. */
  readonly target: (...args: A) => unknown;
  /**
   * For reports, debuggers and `currentProcess()`; default: `Process-1`, `Process-2` and so on, and in
   * the second one `Process-2:1`; for threads `Thread-1`.
   */
  readonly name?: string | undefined;
  /**
   * It does not keep the program running, and ends with it. Default: what it is for the process or
   * thread that makes it; in the main program false.
   */
  readonly daemon?: boolean | undefined;
}

/**
 * Options of a {@linkcode Process} or a {@linkcode Thread}; the arguments are copied at `start()`.
 *
 * @example
 * ```ts
 * import { type ActivityOptions, Thread } from "@pool/core";
 *
 * const options: ActivityOptions<[a: number, b: number]> = {
 *   target: (a, b) => console.log(a + b), // 3
 *   args: [1, 2],
 * };
 * await using thread = new Thread(options);
 * thread.start();
 * await thread.join();
 * ```
 */
export type ActivityOptions<A extends readonly unknown[] = readonly unknown[]> =
  & ActivitySettings<A>
  & ([] extends A ? { readonly args?: readonly [...A] | undefined }
    : { readonly args: readonly [...A] });

/** Options, checked. */
export interface CheckedActivity {
  readonly target: FunctionReference;
  readonly args: readonly unknown[];
  readonly name: string | undefined;
  readonly daemon: boolean | undefined;
  readonly settings: WorkerSettings;
}

const NAMES = [
  "target",
  "args",
  "name",
  "daemon",
  "env",
  "execArgv",
  "permissions",
  "resourceLimits",
  "workerUrl",
];

/** Throws `TypeError` for what makes no sense. */
export function checkActivity(given: unknown, kind: "process" | "thread"): CheckedActivity {
  const options = checkOptions(given as ActivityOptions | undefined, `create ${kind}`, NAMES);
  if (typeof options.target !== "function") refuse("target", "a function", options.target);
  return {
    target: referenceOf(options.target),
    args: checkArray(options.args, "args"),
    name: checkString(options.name, "name"),
    daemon: checkBoolean(options.daemon, "daemon"),
    settings: checkSettings(options),
  };
}
