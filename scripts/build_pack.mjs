// Builds the npm package by `deno pack`, which needs no network: `npm run build:pack [folder]`.
// scripts/build_npm.ts builds the same by dnt where JSR can be reached.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve, sep } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { packFolder, sourceEntries, writeTopFiles } from "./build_form.mjs";
import { must } from "./build_tools.mjs";
import { bundleForm } from "./bundle_form.mjs";
import { findRuntime, ROOT, runProgram } from "./runtimes.mjs";

const INLINE_MAP = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;

/** Builds the package into `folder`, which is emptied first. */
export async function buildPack(folder) {
  const work = mkdtempSync(join(tmpdir(), "pool-pack-"));
  const deno = findRuntime("deno").path;
  const entries = Object.values(sourceEntries());
  try {
    const [tarball, types] = [join(work, "packed.tgz"), join(work, "types")];
    await must(deno, ["pack", "--allow-dirty", "--output", tarball]);
    await must("tar", ["-xzf", tarball, "-C", work]);
    await must(deno, ["transpile", "--declaration", "--outdir", types, ...entries]);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    cpSync(join(work, "package"), folder, { recursive: true });
    for (const file of filesOf(folder)) {
      if (file.endsWith(".d.ts")) rmSync(join(folder, file));
      if (file.endsWith(".js")) moveMapOut(join(folder, file));
    }
    writeDeclarations(types, folder);
    await bundleForm(folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  writeTopFiles(folder, "");
}

/** Paths of all files below a folder, with slashes. */
export function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .map((path) => path.split(sep).join("/"))
    .sort();
}

/** Maps are as large as the code: every worker would read them. */
function moveMapOut(path) {
  const text = readFileSync(path, "utf8");
  const [found, encoded] = text.match(INLINE_MAP) ?? [];
  if (encoded === undefined) return;
  const map = JSON.parse(Buffer.from(encoded, "base64").toString());
  const code = text.slice(0, -found.length);
  // A module of types alone has no code.
  if (map.mappings === "") return writeFileSync(path, `${code}\n`);
  map.file = basename(path);
  map.sources = [basename(path).replace(/\.js$/, ".ts")];
  writeFileSync(`${path}.map`, JSON.stringify(map));
  writeFileSync(path, `${code}\n//# sourceMappingURL=${basename(path)}.map\n`);
}

/**
 * TypeScript's own declarations: those of `deno pack` lack `[Symbol.asyncDispose]`
 * (denoland/deno#36567). Deno's compiler names its files in them, by paths of this machine.
 */
function writeDeclarations(types, folder) {
  const written = { ...sourceDeclarations() };
  for (const file of filesOf(types)) {
    if (file.endsWith(".d.ts")) written[file] = readFileSync(join(types, file), "utf8");
  }
  for (const [file, text] of Object.entries(written)) {
    const clean = text.replace(/^\/\/\/ <amd-module .*\n/m, "")
      .replace(/((?:from|import) ?\(?"\.[^"]*)\.ts"/g, '$1.js"');
    writeFileSync(join(folder, file), clean);
  }
}

/** The declarations that stand beside real JavaScript. */
function sourceDeclarations() {
  const files = filesOf(join(ROOT, "src")).filter((file) => file.endsWith(".d.ts"));
  return Object.fromEntries(
    files.map((file) => [`src/${file}`, readFileSync(join(ROOT, "src", file), "utf8")]),
  );
}

async function main() {
  const { positionals } = parseArgs({ allowPositionals: true });
  const folder = resolve(positionals[0] ?? join(ROOT, "dist", "pack"));
  await buildPack(folder);
  console.log(`Built ${relative(process.cwd(), await packFolder(folder, join(folder, "..")))}`);
}

if (resolve(process.argv[1] ?? "") === join(ROOT, "scripts", "build_pack.mjs")) {
  await runProgram(main, 2);
}
