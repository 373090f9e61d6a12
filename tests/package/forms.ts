/**
 * The package of `deno pack` and the one of dnt must not differ: the same declarations, exports, names and
 * types. Where dnt cannot be loaded, `deno pack`'s is compared with what the sources say.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  builtEntries,
  NO_DNT,
  packageJson,
  packFolder,
  sourceEntries,
} from "../../scripts/build_form.mjs";
import { filesOf } from "../../scripts/build_pack.mjs";
import { ROOT, runChild } from "../../scripts/runtimes.mjs";
import { checkTypes } from "./check_types.ts";
import { done, makeProject, runtimes, WORK } from "./project.ts";
import { moduleGraph } from "./published_files.ts";

interface Form {
  /** Without the folder that dnt puts them in, as all that follows. */
  readonly declarations: readonly string[];
  /** Modules that are imported by their names; what they share is in chunks. */
  readonly entries: readonly string[];
  readonly topFiles: readonly string[];
  readonly manifest: unknown;
  /** What can be imported from each subpath, and the name that each function and class has for itself. */
  readonly names: Readonly<Record<string, readonly string[]>>;
}

/** Importing the worker's program starts it. */
const NOT_LOADED = "./worker";
const WORKER = builtEntries()[NOT_LOADED]!;

async function namesOf(folder: string, entries: Readonly<Record<string, string>>) {
  const names: Record<string, string[]> = {};
  for (const [subpath, path] of Object.entries(entries)) {
    if (subpath === NOT_LOADED) continue;
    const module: object = await import(pathToFileURL(join(folder, path)).href);
    names[subpath] = Object.entries(module)
      .map(([name, value]) => typeof value === "function" ? `${name}: ${value.name}` : name)
      .sort();
  }
  return names;
}

/** A built package whose modules are in the folder `modules` of it. */
async function readForm(folder: string, modules: string): Promise<Form> {
  const files = filesOf(folder);
  const inside = files.filter((file) => file.startsWith(modules))
    .map((file) => file.slice(modules.length)).sort();
  const { exports: _, sideEffects: __, ...manifest } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  return {
    declarations: inside.filter((file) => file.endsWith(".d.ts")),
    entries: inside.filter((file) => file.endsWith(".js") && !isChunk(file)),
    topFiles: files.filter((file) => !file.includes("/") && !/\.(js|map|ts)$/.test(file)),
    manifest,
    names: await namesOf(join(folder, modules), builtEntries()),
  };
}

/** Chunks stand beside the worker's entry, which has a name of its own. */
function isChunk(file: string): boolean {
  return dirname(file) === dirname(WORKER) && file !== WORKER;
}

/** The form that the sources ask for. */
async function expectedForm(): Promise<Form> {
  const sources = [...await moduleGraph()].filter((file) => !file.endsWith(".d.ts"));
  const { exports: _, sideEffects: __, ...manifest } = packageJson("");
  return {
    declarations: sources.map((file) => file.replace(/\.[jt]s$/, ".d.ts")).sort(),
    entries: Object.values(builtEntries()).sort(),
    topFiles: ["CHANGELOG.md", "LICENSE", "README.md", "package.json"],
    manifest: JSON.parse(JSON.stringify(manifest)),
    names: await namesOf(ROOT, sourceEntries()),
  };
}

/** Every map leads to a source, and every entry of package.json to a file. */
function checkLinks(folder: string): void {
  const files = new Set(filesOf(folder));
  for (const file of files) {
    if (!file.endsWith(".js.map")) continue;
    const map = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const texts: (string | null)[] = map.sourcesContent ?? [];
    assert.equal(texts.filter((text) => text !== null).length, map.sources.length, file);
    assert.ok(map.sources.every((path: string) => /^[\w./]+\.[jt]s$/.test(path)), file);
    const code = readFileSync(join(folder, file.slice(0, -4)), "utf8");
    assert.match(code.trimEnd().split("\n").at(-1) ?? "", /sourceMappingURL=\w+\.js\.map$/, file);
  }
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  assert.deepEqual(Object.keys(exports), Object.keys(sourceEntries()));
  for (const paths of Object.values<Record<string, string>>(exports)) {
    for (const path of Object.values(paths)) assert.ok(files.has(path.slice(2)), `no ${path}`);
  }
}

const packed = join(WORK, "pack");
const form = await readForm(packed, "");
assert.deepEqual(form, await expectedForm());
checkLinks(packed);

const built = join(WORK, "npm");
const options = { timeout: 120_000 };
const dnt = await runChild(
  runtimes.deno,
  ["run", "-A", "scripts/build_npm.ts", built],
  options,
);
if (dnt.code === NO_DNT) {
  done(
    `${form.declarations.length} declarations and all names as the sources say; no dnt without JSR`,
  );
} else {
  assert.equal(dnt.code, 0, dnt.output);
  assert.deepEqual(await readForm(built, "esm/"), form);
  checkLinks(built);
  await checkTypes("types-of-dnt", await packFolder(built, makeProject("npm-packed", [])));
  done(`${form.declarations.length} declarations and all names, the same from dnt`);
}
