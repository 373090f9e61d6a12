/** The library's main entry in a bundle, minified and gzipped, must stay within its budget. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { must } from "../../scripts/build_tools.mjs";
import { done, install, makeProject, runtimes, TARBALL } from "./project.ts";

/** All that `@pool/core` exports, with the worker's part: 49 kB before shared things, 67 kB with most of them. */
const BUDGET_KB = 80;

const folder = makeProject("size", []);
await install(folder, [TARBALL, "esbuild@0.28.2"]);
writeFileSync(join(folder, "main.js"), 'export * from "@pool/core";\n');
const esbuild = join(folder, "node_modules", "esbuild", "bin", "esbuild");
const options = ["--bundle", "--minify", "--format=esm", "--platform=node", "--outfile=out.js"];
await must(esbuild, ["main.js", ...options], { cwd: folder }).catch(() =>
  // On some systems the package's file is a program of Node.
  must(runtimes.node, [esbuild, "main.js", ...options], { cwd: folder })
);
const bundle = readFileSync(join(folder, "out.js"));
const kilobytes = gzipSync(bundle, { level: 9 }).length / 1000;
const summary = `${kilobytes.toFixed(2)} kB of ${BUDGET_KB} kB, minified and gzipped`;
if (kilobytes > BUDGET_KB) throw new Error(`Cannot keep the budget: ${summary}`);
done(summary);
