/** Functions that workers can find: how one is marked, and what names it across a boundary. */
import { compile } from "../protocol/compile.ts";
import { entryOf } from "../protocol/entry_of.ts";
import { hashSource } from "../protocol/hash.ts";
import { type AnyFunction, type FunctionReference, realm } from "../protocol/realm.ts";
import { InvalidStateError } from "./errors.ts";
import { checkOptions, show } from "./options.ts";
import type { TaskContext } from "../protocol/realm.ts";

/**
 * Options of {@link task}.
 *
 * @example
 * ```ts
 * import { Pool, task, type TaskOptions } from "@pool/core";
 *
 * const options: TaskOptions = { name: "square" }; // an arrow function here has none of its own
 * export const tasks = [task(import.meta, (x: number) => x * x, options)];
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(1);
 *   console.log(await pool.apply(tasks[0]!, [5])); // 25
 * }
 * ```
 */
export interface TaskOptions {
  /** Name of the task; default: the function's own. Tasks of a module may share one. */
  readonly name?: string | undefined;
}

/**
 * Marks a top-level function as a task: workers import the module and find the function there, with
 * everything that it uses around it. Returns the function itself, so that it can be called here too.
 *
 * The host's function and the worker's are compared by a hash of their source, so that no wrong function
 * ever runs. Nothing else happens at the call (about a microsecond).
 *
 * @param module where the function stands: `import.meta`, or the URL of the module
 * @param fn the function; it may be async, and a generator for `pool.stream()`
 * @throws `TypeError` when `module` or `fn` is of the wrong type
 *
 * @example
 * ```ts
 * import { Pool, task } from "@pool/core";
 *
 * export const square = task(import.meta, (x: number) => x * x);
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(2);
 *   console.log(await pool.map(square, [1, 2, 3])); // [1, 4, 9]
 *   console.log(square(3)); // 9
 * }
 * ```
 */
export function task<F extends (...args: never[]) => unknown>(
  module: ImportMeta | URL | string,
  fn: F,
  options: TaskOptions = {},
): F {
  const url = moduleUrl(module);
  if (typeof fn !== "function") {
    throw new TypeError(`Cannot mark task in ${url}: ${show(fn)} is no function`);
  }
  const name = checkOptions<TaskOptions>(options, `mark task in ${url}`, ["name"]).name ?? fn.name;
  if (typeof name !== "string") {
    throw new TypeError(
      `Cannot mark task in ${url}: its name must be a string, not ${typeof name}`,
    );
  }
  forgetEarlier(url, module);
  const names = entryOf(realm.tasks, url, () => new Map<string, AnyFunction[]>());
  const sameName = entryOf(names, name, () => []);
  const index = sameName.push(fn) - 1;
  realm.references.set(fn, () => ({
    kind: "task",
    url,
    name,
    index,
    hash: hashSource(String(fn)),
  }));
  return fn;
}

/** A module that runs again, as in `bun --hot`, has another `import.meta`, and defines all its tasks anew. */
function forgetEarlier(url: string, module: object | string): void {
  // A plain object, as bundlers put in its place, may be made for each use.
  if (typeof module === "string" || Object.getPrototypeOf(module) !== null) return;
  const metas = realm.metas ??= new Map();
  if (metas.has(url) && metas.get(url) !== module) realm.tasks.delete(url);
  metas.set(url, module);
}

function moduleUrl(module: ImportMeta | URL | string): string {
  const url = module instanceof URL || typeof module === "string" ? String(module) : module?.url;
  if (typeof url === "string" && URL.canParse(url)) return url;
  throw new TypeError(
    `Cannot find tasks: the first argument must be import.meta or the module's absolute URL, not ${
      show(url ?? module)
    }`,
  );
}

/**
 * The functions that a module exports, as references: see {@link importTasks}.
 *
 * @example
 * ```ts
 * import { type ImportedTasks, importTasks, Pool } from "@pool/core";
 *
 * const path: ImportedTasks<typeof import("node:path")> = importTasks("node:path");
 * await using pool = new Pool(1);
 * console.log(await pool.apply(path.basename, ["/data/words.txt"])); // words.txt
 * ```
 */
export type ImportedTasks<Module> = {
  readonly [
    Name in keyof Module as Module[Name] extends (...args: never[]) => unknown ? Name : never
  ]: Module[Name];
};

/**
 * Names the exported functions of a module without loading it here: workers import it when they
 * first run one. For code that is slow to load, or that only makes sense in a worker.
 *
 * The functions exist here only as references: calling one throws an `InvalidStateError`. An export
 * that does not exist rejects the call that used it, with a `TaskLookupError`.
 *
 * @param url absolute URL of the module, as from `import.meta.resolve()`
 * @throws `TypeError` when it is no absolute URL
 *
 * @example
 * ```ts
 * // tasks.ts
 * export function parse(query: string): Record<string, string> {
 *   return Object.fromEntries(new URLSearchParams(query));
 * }
 * ```
 *
 * ```ts
 * import { importTasks, Pool } from "@pool/core";
 *
 * const { parse } = importTasks<typeof import("./tasks.ts")>(import.meta.resolve("./tasks.ts"));
 * await using pool = new Pool(1);
 * const { a } = await pool.apply(parse, ["a=1"]); // typed as parse() is
 * console.log(a); // 1
 * ```
 */
export function importTasks<Module extends object>(url: string | URL): ImportedTasks<Module> {
  const base = moduleUrl(url);
  const functions = new Map<string, AnyFunction>();
  return new Proxy({}, {
    get(_, name) {
      // `then` would make the record look like a promise to `await`.
      if (typeof name !== "string" || name === "then") return undefined;
      return entryOf(functions, name, () => exportReference(base, name));
    },
  }) as ImportedTasks<Module>;
}

function exportReference(url: string, name: string): AnyFunction {
  const reference = (): never => {
    throw new InvalidStateError(
      `Cannot call ${name}() here: importTasks() does not load its module on this side; pass it to a pool`,
    );
  };
  realm.references.set(reference, { kind: "export", url, name });
  return reference;
}

/**
 * What names this function to a worker. Throws a `TypeError` for what cannot be sent: no function, a
 * native, bound or class function, source that makes no sense away from its module.
 */
export function referenceOf(fn: unknown): FunctionReference {
  if (typeof fn !== "function") {
    throw new TypeError(`Cannot submit job: ${show(fn)} is no function`);
  }
  const known = realm.references.get(fn);
  if (known) return typeof known === "function" ? known() : known;
  return inlineReference(fn);
}

function inlineReference(fn: AnyFunction): FunctionReference {
  const source = Function.prototype.toString.call(fn);
  const label = fn.name ? `function ${fn.name}` : "function";
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) {
    throw new TypeError(
      `Cannot submit ${label}: a native or bound function has no source to send; ` +
        "wrap it, as in (x) => fn(x), or define it with task()",
    );
  }
  if (/^class\b/.test(source)) {
    throw new TypeError(`Cannot submit class ${fn.name}: pass a function that makes the instance`);
  }
  try {
    compile(source);
  } catch (cause) {
    throw new TypeError(
      `Cannot submit ${label}: its source makes no sense away from its module (${cause}); ` +
        "define it with task()",
      { cause },
    );
  }
  return { kind: "source", name: fn.name, source };
}

/**
 * The context of the task that is running: its number, its worker's, an abort signal, and a way to
 * report progress.
 *
 * @throws `InvalidStateError` where no task is running, such as on the host
 *
 * @example
 * ```ts
 * import { currentTask, Pool, task } from "@pool/core";
 *
 * export const slow = task(import.meta, async () => {
 *   const { signal, progress } = currentTask();
 *   for (let percent = 0; percent < 100 && !signal.aborted; percent += 20) progress(percent);
 *   return currentTask().workerId;
 * });
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(1);
 *   console.log(await pool.apply(slow)); // 1
 * }
 * ```
 */
export function currentTask(): TaskContext {
  const context = realm.context?.();
  if (context) return context;
  throw new InvalidStateError("Cannot read current task: no task is running here");
}
