/**
 * The sources, by TypeScript as dnt has it and with the libraries of Node 20: what that has not (such as
 * `Promise.withResolvers`) fails here, and so does what would fail in dnt's type check, which needs JSR.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sourceEntries } from "../../scripts/build_form.mjs";
import { must } from "../../scripts/build_tools.mjs";
import { ROOT } from "../../scripts/runtimes.mjs";
import { NODE_TYPES } from "./check_types.ts";
import { done, install, makeProject, runtimes } from "./project.ts";

const COMPILER = "typescript@6.0.3";

const folder = makeProject("sources", []);
await install(folder, [COMPILER, NODE_TYPES]);
const entries = Object.values<string>(sourceEntries());
const project = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    allowJs: true,
    skipLibCheck: true,
    isolatedModules: true,
    allowImportingTsExtensions: true,
    module: "esnext",
    moduleResolution: "bundler",
    target: "es2022",
    // Node 20 has `Atomics.waitAsync`, and symbols for disposal.
    lib: ["es2023", "es2024.sharedmemory", "esnext.disposable", "dom", "dom.iterable"],
    types: ["node"],
    typeRoots: [join(folder, "node_modules", "@types")],
  },
  files: entries.map((path) => join(ROOT, path)),
};
const file = join(folder, "tsconfig.json");
writeFileSync(file, JSON.stringify(project, null, 2));
const compiler = join(folder, "node_modules", "typescript", "bin", "tsc");
await must(runtimes.node, [compiler, "--project", file], { cwd: folder, timeout: 90_000 });
done(`${entries.length} entries use what Node 20 has, by ${COMPILER}`);
