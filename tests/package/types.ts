/**
 * The package's declarations, by TypeScript with `strict` and without skipping libraries: the type tests
 * of tests/types and a CommonJS module, under the resolutions `nodenext` and `bundler`.
 */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "../../scripts/build_tools.mjs";
import { ROOT } from "../../scripts/runtimes.mjs";
import { done, install, makeProject, runtimes, TARBALL } from "./project.ts";

/** The compilers: the newest, and the last one written in JavaScript of the years before. */
const COMPILERS = ["7.0.2", "5.9.3"];
const NODE_TYPES = "@types/node@22.20.5";

const STRICT = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  allowImportingTsExtensions: true,
  target: "es2022",
};

/** Node's own declarations, or those of the web: users have the one, the other, or both. */
const PROJECTS = {
  nodenext: {
    compilerOptions: {
      ...STRICT,
      module: "nodenext",
      lib: ["es2023", "esnext.disposable"],
      types: ["node"],
    },
    include: ["*.ts", "*.cts"],
  },
  bundler: {
    compilerOptions: {
      ...STRICT,
      module: "esnext",
      moduleResolution: "bundler",
      verbatimModuleSyntax: true,
      lib: ["es2023", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"],
      types: [],
    },
    include: ["*.ts"],
  },
};

const typeTests = readdirSync(join(ROOT, "tests", "types")).filter((name) => name.endsWith(".ts"));
const folder = makeProject("types", [
  ...typeTests.map((name) => `tests/types/${name}`),
  "tests/package/consumer/consumer.cts",
]);
const compilers = COMPILERS.map((version) => `typescript-${version}@npm:typescript@${version}`);
await install(folder, [TARBALL, NODE_TYPES, ...compilers]);

const problems: string[] = [];
for (const [resolution, project] of Object.entries(PROJECTS)) {
  const file = join(folder, `tsconfig.${resolution}.json`);
  writeFileSync(file, JSON.stringify(project, null, 2));
  for (const version of COMPILERS) {
    const compiler = join(folder, "node_modules", `typescript-${version}`, "bin", "tsc");
    await must(runtimes.node, [compiler, "--project", file], { cwd: folder, timeout: 120_000 })
      .catch((error) => problems.push(error.message));
  }
}
if (problems.length > 0) throw new Error(problems.join("\n\n"));
done(`${typeTests.length} files under nodenext and bundler by TypeScript ${COMPILERS.join(", ")}`);
