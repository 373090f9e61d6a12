/**
 * The package as `npx jsr add @pool/core` installs it: JSR makes an npm package of the published files, in
 * which modules of the graph are transpiled and their import specifiers end in `.js`; files outside of the
 * graph stay as they are, and so do all other strings, such as the URL of the worker.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packFolder } from "../../scripts/build_form.mjs";
import { must } from "../../scripts/build_tools.mjs";
import { ROOT } from "../../scripts/runtimes.mjs";
import { CONSUMER, done, install, makeProject, runtimes, WORK } from "./project.ts";
import { moduleGraph, publishedFiles } from "./published_files.ts";

interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
}

const { version, exports }: Manifest = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8"));
const built = join(WORK, "jsr-npm-package");

function write(path: string, text: string): void {
  mkdirSync(dirname(join(built, path)), { recursive: true });
  writeFileSync(join(built, path), text);
}

/** Relative specifiers of static imports and of literal dynamic ones; no other string. */
const SPECIFIER = /(\bfrom\s*|\bimport\s*\(?\s*)(["'])(\.[^"'\n]*)\.ts\2/g;

async function build(): Promise<number> {
  const graph = await moduleGraph();
  const files = await publishedFiles();
  const transpiled = join(WORK, "jsr-npm-transpiled");
  const sources = files.filter((file) => graph.has(file) && file.endsWith(".ts"));
  await must(runtimes.deno, ["transpile", "--quiet", "--outdir", transpiled, ...sources]);
  for (const file of files) {
    if (graph.has(file) && /\.(ts|js)$/.test(file) && !file.endsWith(".d.ts")) {
      const from = file.endsWith(".ts") ? transpiled : ROOT;
      const output = file.replace(/\.ts$/, ".js");
      write(output, readFileSync(join(from, output), "utf8").replace(SPECIFIER, "$1$2$3.js$2"));
      if (output === file) continue;
    }
    mkdirSync(dirname(join(built, file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(built, file));
  }
  const npmExports = Object.entries(exports).map(([name, path]) =>
    [name, { default: path.replace(/\.ts$/, ".js") }] as const
  );
  const manifest = {
    name: "@jsr/pool__core",
    version,
    type: "module",
    dependencies: {},
    exports: Object.fromEntries(npmExports),
  };
  write("package.json", JSON.stringify(manifest, null, 2));
  return sources.length;
}

const count = await build();
const tarball = await packFolder(built, WORK);
const folder = makeProject("jsr-npm", CONSUMER);
await install(folder, [`@pool/core@file:${tarball}`]);

const passed: string[] = [];
for (const file of ["by_import.mjs", "by_require.cjs"]) {
  for (const runtime of ["node", "bun"] as const) {
    await must(runtimes[runtime], [file], { cwd: folder, timeout: 60_000 });
    passed.push(`${runtime} ${file.replace(/^by_|\..*$/g, "")}`);
  }
}
done(`${count} modules transpiled; ${passed.join(", ")}`);
