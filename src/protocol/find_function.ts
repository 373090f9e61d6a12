/** Finds the functions that references name, in the realm that runs them. */
import { compile } from "./compile.ts";
import { readText } from "./describe.ts";
import { TaskLookupError } from "./errors.ts";
import { hashSource } from "./hash.ts";
import { type AnyFunction, type FunctionReference, realm } from "./realm.ts";

type TaskReference = FunctionReference & { readonly kind: "task" };
type ExportReference = FunctionReference & { readonly kind: "export" };

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

/** As {@linkcode findFunction}, but only what needs no import. */
export function findLoaded(reference: FunctionReference): AnyFunction | undefined {
  if (reference.kind === "source") return compile(reference.source);
  return reference.kind === "task" && registered(reference) ? loadedTask(reference) : undefined;
}

async function findTask(reference: TaskReference, guarded: boolean): Promise<AnyFunction> {
  if (!registered(reference)) await importModule(reference.url, guarded);
  return loadedTask(reference);
}

function registered({ url, name, index }: TaskReference): AnyFunction | undefined {
  return realm.tasks.get(url)?.get(name)?.[index];
}

function loadedTask(reference: TaskReference): AnyFunction {
  const fn = registered(reference);
  if (!fn) {
    throw new TaskLookupError(
      `Cannot find ${
        describe(reference)
      }: its module defined none in the worker; define tasks at the top level, not under a ` +
        "condition or inside a function",
    );
  }
  if (hashSource(String(fn)) !== reference.hash) {
    throw new TaskLookupError(
      `Cannot run ${describe(reference)}: the worker found another function in its place; ` +
        "define tasks in the same order on every import, or give them names",
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
      `Cannot import ${url} in the worker: ${
        readText(() => error instanceof Error ? error.message : error)
      }` + hint(url),
      { cause: error },
    );
  } finally {
    if (realm.importing === url) realm.importing = null;
  }
}

/** What came by `-e` or standard input, as Node, Bun and Deno name it; threads of Deno alone can load it. */
const IN_MEMORY = /^blob:|\/(\[|%5B|\$deno\$)(eval|stdin)[^/]*$/;

function hint(url: string): string {
  if (!IN_MEMORY.test(url)) return "";
  return " (the module exists only in the memory of the host: put it into a file)";
}
