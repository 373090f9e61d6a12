/** Builds and runs the programs of examples/bundlers with the packed package. */
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { must, npm } from "../../scripts/build_tools.mjs";
import { ROOT } from "../../scripts/runtimes.mjs";
import { done, install, runtimes, TARBALL, WORK } from "./project.ts";

/** Compiled programs are their own runtime, which has no child processes. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  bun_compile: ["thread: 4,25,168"],
  deno_compile: ["thread: 4,25,168"],
};
const BOTH = ["thread: 4,25,168", "process: 4,25,168"];

/** Bundles run by any runtime. */
const EVERYWHERE = ["esbuild", "rspack", "vite"];

/** A compiled program that asks for child processes: without the refusal they would be the program again. */
const ASKS_FOR_PROCESSES = `
import { ProcessPool } from "@pool/core";
console.log("started");
try {
  new ProcessPool(1);
} catch (error) {
  console.log(String(error));
}`;
const REFUSAL = /^started\nPoolError: Cannot start child processes: this program is compiled/;

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
  const expected = (EXPECTED[name] ?? BOTH).join("\n");
  const check = (by: string, { stdout }: { stdout: string }): void => {
    if (stdout.trim() === expected) return;
    throw new Error(`${name} by ${by} printed\n${stdout}, not\n${expected}`);
  };
  check("npm start", await npm(["run", "--silent", "start"], { cwd: folder, bin }));
  if (EVERYWHERE.includes(name)) {
    check("bun", await must(runtimes.bun, ["dist/main.js"], { cwd: folder }));
    check("deno", await must(runtimes.deno, ["run", "-A", "dist/main.js"], { cwd: folder }));
  }
  if (name === "bun_compile") {
    writeFileSync(join(folder, "src", "main.ts"), ASKS_FOR_PROCESSES);
    await npm(["run", "build"], { cwd: folder, bin });
    const { stdout } = await must(join(folder, "dist", "program"), [], { cwd: folder });
    if (!REFUSAL.test(stdout)) throw new Error(`The compiled program printed\n${stdout}`);
  }
  results.push(name);
}
done(results.join(", "));
