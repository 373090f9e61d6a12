/** Finds the functions that job records name. */
import { compile } from "../protocol/compile.ts";
import { TaskLookupError } from "../protocol/errors.ts";
import type { FunctionDefinition } from "../protocol/messages.ts";
import { type AnyFunction, type FunctionReference, hashSource, realm } from "../protocol/realm.ts";

type TaskReference = FunctionReference & { readonly kind: "task" };
type ExportReference = FunctionReference & { readonly kind: "export" };

/** A function that was found, and whether its source came over the wire. */
export interface FoundFunction {
  readonly fn: AnyFunction;
  readonly inline: boolean;
}

/** The functions one worker knows, by the numbers that the host gave them. */
export class FunctionTable {
  readonly #definitions = new Map<number, FunctionReference>();
  readonly #found = new Map<number, FoundFunction>();
  readonly #guarded: boolean;

  /** @param guarded refuse pools that an imported module creates (a missing main guard) */
  constructor(guarded: boolean) {
    this.#guarded = guarded;
  }

  define(definitions: readonly FunctionDefinition[]): void {
    for (const { id, reference } of definitions) this.#definitions.set(id, reference);
  }

  /** The function where it was looked up before: the way of all calls but the first. */
  known(id: number): FoundFunction | undefined {
    return this.#found.get(id);
  }

  /** Looks a function up for the first time; rejects with `TaskLookupError`. */
  async find(id: number): Promise<FoundFunction> {
    const reference = this.#definitions.get(id);
    if (!reference) throw new TaskLookupError(`Cannot find function ${id}: it was never defined`);
    const found = {
      fn: await findFunction(reference, this.#guarded),
      inline: reference.kind === "source",
    };
    this.#found.set(id, found);
    return found;
  }
}

/** Finds what a reference names, importing its module where needed. */
export function findFunction(
  reference: FunctionReference,
  guarded: boolean,
): Promise<AnyFunction> | AnyFunction {
  switch (reference.kind) {
    case "task":
      return findTask(reference, guarded);
    case "export":
      return findExport(reference, guarded);
    case "source":
      return compile(reference.source);
  }
}

async function findTask(reference: TaskReference, guarded: boolean): Promise<AnyFunction> {
  const { url, name, index } = reference;
  if (!realm.tasks.get(url)?.get(name)?.[index]) await importModule(url, guarded);
  const fn = realm.tasks.get(url)?.get(name)?.[index];
  if (!fn) {
    throw new TaskLookupError(
      `Cannot find ${
        describe(reference)
      }: the module defined no such task when the worker imported ` +
        "it; define tasks at the top level, not under a condition or inside a function",
    );
  }
  if (hashSource(String(fn)) !== reference.hash) {
    throw new TaskLookupError(
      `Cannot run ${describe(reference)}: the worker found another function in its place; ` +
        "define the tasks of a module in the same order on every import, or give them names",
    );
  }
  return fn;
}

async function findExport({ url, name }: ExportReference, guarded: boolean): Promise<AnyFunction> {
  const module = await importModule(url, guarded);
  const fn = module[name];
  if (typeof fn === "function") return fn;
  const names = Object.keys(module).filter((key) => typeof module[key] === "function");
  throw new TaskLookupError(
    `Cannot find export ${JSON.stringify(name)} of ${url}: ` +
      (fn === undefined ? "there is none" : "it is no function") +
      `; the module's functions are: ${names.join(", ") || "none"}`,
  );
}

function describe({ url, name, index }: TaskReference): string {
  const label = name ? `task ${JSON.stringify(name)}` : "unnamed task";
  return `${label} (number ${index + 1} of that name) of ${url}`;
}

async function importModule(url: string, guarded: boolean): Promise<Record<string, unknown>> {
  if (guarded) realm.importing = url;
  try {
    // What bundlers must leave alone.
    return await import(/* webpackIgnore: true */ /* @vite-ignore */ url);
  } catch (error) {
    throw new TaskLookupError(
      `Cannot import ${url} in the worker: ${error instanceof Error ? error.message : error}` +
        hint(url),
      { cause: error },
    );
  } finally {
    realm.importing = null;
  }
}

/** Threads can load what only their process has in memory; `[eval]` and `[stdin]` nobody can. */
function hint(url: string): string {
  if (!url.startsWith("blob:") && !/\/\[(eval|stdin)[^/]*$/.test(url)) return "";
  return " (the module exists only in the memory of the host: put it into a file)";
}
