/** Checks a package's declarations as its users' compilers do. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, runChild } from "../../scripts/runtimes.mjs";
import { install, makeProject, runtimes } from "./project.ts";

/** The compilers: the newest, and the last one written in JavaScript of the years before. */
const COMPILERS = ["7.0.2", "5.9.3"];
/** Declarations of Node. */
export const NODE_TYPES = "@types/node@22.20.5";

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

/**
 * Checks a packed package by TypeScript with `strict` and without skipping libraries: the type tests of
 * tests/types and a CommonJS module, under the resolutions `nodenext` and `bundler`. Resolves to a
 * summary; throws an error with all that the compilers found.
 */
export async function checkTypes(name: string, tarball: string): Promise<string> {
  const tests = readdirSync(join(ROOT, "tests", "types")).filter((file) => file.endsWith(".ts"));
  const folder = makeProject(name, [
    ...tests.map((file) => `tests/types/${file}`),
    "tests/package/consumer/consumer.cts",
  ]);
  const compilers = COMPILERS.map((version) => `typescript-${version}@npm:typescript@${version}`);
  await install(folder, [tarball, NODE_TYPES, ...compilers]);
  const problems: string[] = [];
  for (const [resolution, project] of Object.entries(PROJECTS)) {
    const file = join(folder, `tsconfig.${resolution}.json`);
    writeFileSync(file, JSON.stringify(project, null, 2));
    for (const version of COMPILERS) {
      const compiler = join(folder, "node_modules", `typescript-${version}`, "bin", "tsc");
      const result = await runChild(runtimes.node, [compiler, "--project", file], { cwd: folder });
      if (result.code === 0) continue;
      problems.push(`TypeScript ${version}, ${resolution}:\n${result.output}`);
    }
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return `${tests.length} files under nodenext and bundler by TypeScript ${COMPILERS.join(", ")}`;
}
