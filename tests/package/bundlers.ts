/** Builds and runs the programs of examples/bundlers with the packed package. */
import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { npm } from "../../scripts/build_tools.mjs";
import { ROOT } from "../../scripts/runtimes.mjs";
import { done, install, runtimes, TARBALL, WORK } from "./project.ts";

/** Compiled programs are their own runtime, which has no child processes. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  bun_compile: ["thread: 4,25,168"],
  deno_compile: ["thread: 4,25,168"],
};
const BOTH = ["thread: 4,25,168", "process: 4,25,168"];

/** What `deno compile` says where it cannot fetch the runtime that it puts into the program. */
const NO_DENORT = /Setting up base binary/;

/** The three runtimes alone, for what the programs call by name. */
const bin = join(WORK, "bin");
mkdirSync(bin);
for (const path of Object.values(runtimes)) symlinkSync(path, join(bin, basename(path, ".exe")));

const examples = join(ROOT, "examples", "bundlers");
const names = readdirSync(examples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();
const results: string[] = [];

for (const name of names) {
  const folder = join(WORK, "bundlers", name);
  cpSync(join(examples, name), folder, { recursive: true });
  await install(folder, [TARBALL]);
  try {
    await npm(["run", "build"], { cwd: folder, bin });
  } catch (error) {
    if (name !== "deno_compile" || !NO_DENORT.test(String(error))) throw error;
    results.push(`(${name}: its runtime cannot be fetched)`);
    continue;
  }
  const { stdout } = await npm(["run", "--silent", "start"], { cwd: folder, bin });
  const expected = (EXPECTED[name] ?? BOTH).join("\n");
  if (stdout.trim() !== expected) throw new Error(`${name} printed\n${stdout}, not\n${expected}`);
  results.push(name);
}
done(results.join(", "));
