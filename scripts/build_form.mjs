// What both forms of the npm package (dnt's and deno pack's) share: their package.json, so that it
// cannot differ, and the packed file.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { npm } from "./build_tools.mjs";
import { ROOT } from "./runtimes.mjs";

/** Node's first version with `process.getBuiltinModule`; `require()` of the package needs 20.19. */
export const OLDEST_NODE = "20.16.0";

/** The exit code of scripts/build_npm.ts where dnt cannot be loaded. */
export const NO_DNT = 3;

const readJson = (name) => JSON.parse(readFileSync(join(ROOT, name), "utf8"));

/** `{ ".": "./mod.ts", … }`: what deno.json exports. */
export function sourceEntries() {
  return readJson("deno.json").exports;
}

/** `{ ".": "mod.js", … }`: the built file of each subpath. */
export function builtEntries() {
  const entries = Object.entries(sourceEntries());
  return Object.fromEntries(
    entries.map(([name, path]) => [name, path.replace(/^\.\//, "").replace(/\.ts$/, ".js")]),
  );
}

/** The package.json of a built package whose modules are in `folder`, "" for the top one. */
export function packageJson(folder) {
  const { name, version, license } = readJson("deno.json");
  const prefix = folder === "" ? "./" : `./${folder}/`;
  const exports = Object.fromEntries(
    Object.entries(builtEntries()).map(([subpath, path]) => [subpath, {
      types: prefix + path.replace(/\.js$/, ".d.ts"),
      default: prefix + path,
    }]),
  );
  return {
    name,
    version,
    description: readJson("package.json").description,
    license,
    type: "module",
    // One form for import and require(): both get the same module, so that there is one library.
    exports,
    sideEffects: [exports["./worker"].default],
    engines: { node: `>=${OLDEST_NODE}` },
    ...repository(),
  };
}

/** npm compares it with the workflow that publishes: without it there is no provenance. */
function repository() {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: path } = process.env;
  return server && path ? { repository: { type: "git", url: `git+${server}/${path}.git` } } : {};
}

/** Writes what every form holds beside its modules. */
export function writeTopFiles(folder, modules) {
  for (const name of ["README.md", "LICENSE", "CHANGELOG.md"]) {
    copyFileSync(join(ROOT, name), join(folder, name));
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify(packageJson(modules), null, 2) + "\n");
}

/** Packs a built folder as npm would publish it; resolves to the path of the .tgz in `target`. */
export async function packFolder(folder, target) {
  const result = await npm(["pack", folder, "--pack-destination", target, "--json"], {
    cwd: target,
  });
  const packed = JSON.parse(result.stdout.slice(result.stdout.search(/^[[{]/m)));
  const [{ filename }] = Array.isArray(packed) ? packed : Object.values(packed);
  return join(target, filename.replace(/^@/, "").replace("/", "-"));
}
