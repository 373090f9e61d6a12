// Tests the package as its users get it: `npm run test:package`, `-- --only=install,types`. Each step is
// a program of tests/package in a process of its own; one line a step, and all output of one that fails.
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { findRuntime, ROOT, runChild } from "./runtimes.mjs";

/** Name of each step and its bound in seconds; `pack` makes what the others install. */
const STEPS = {
  pack: 60,
  install: 300,
  types: 180,
  sources: 120,
  forms: 300,
  jsr: 180,
  jsr_npm: 120,
  size: 60,
  bundlers: 300,
};

const GUARD = "POOL_PACKAGE_TESTS";

const HELP = `Usage: npm run test:package -- [--only=STEP,…] [--keep]

  --only=STEP,…  run these steps (and pack): ${Object.keys(STEPS).join(", ")}
  --keep         keep the temporary folder and name it

It needs the npm registry. Where JSR can be reached, too, the package is also built by dnt.`;

async function runStep(node, name, work) {
  const started = performance.now();
  const options = { timeout: STEPS[name] * 1000, env: { [GUARD]: "1" } };
  const program = join("tests", "package", `${name}.ts`);
  const result = await runChild(node.path, ["--no-warnings", program, work], options);
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const problem = result.error?.message ??
    (result.timedOut ? `no end within ${STEPS[name]} s` : undefined) ??
    (result.code === 0 ? undefined : `${result.signal ?? `exit code ${result.code}`}`) ??
    (result.leftovers.length === 0 ? undefined : `left behind ${result.leftovers.join("; ")}`);
  if (problem === undefined) {
    console.log(`ok     ${name}: ${result.stdout.trim().split("\n").at(-1)} (${seconds})`);
    return true;
  }
  console.log(`FAILED ${name}: ${problem} (${seconds})`);
  console.log(result.output.trimEnd().split("\n").map((line) => `  | ${line}`).join("\n"));
  return false;
}

async function main() {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(HELP);
  if (process.env[GUARD]) throw new Error("Cannot run the package tests: they are running already");
  const asked = values.only?.split(",") ?? Object.keys(STEPS);
  const unknown = asked.find((name) => !(name in STEPS));
  if (unknown !== undefined) {
    throw new Error(`Cannot run step "${unknown}": choose of ${Object.keys(STEPS).join(", ")}`);
  }
  const names = Object.keys(STEPS).filter((name) => name === "pack" || asked.includes(name));
  const node = findRuntime("node");
  const work = mkdtempSync(join(realpathSync(tmpdir()), "pool-package-"));
  let failed = 0;
  try {
    for (const name of names) {
      if (await runStep(node, name, work)) continue;
      failed++;
      if (name === "pack") break;
    }
  } finally {
    if (values.keep) console.log(`Kept ${work}`);
    else if (existsSync(work)) rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  }
  console.log(failed === 0 ? "The package works" : `${failed} of ${names.length} steps failed`);
  if (failed > 0) process.exitCode = 1;
}

try {
  process.chdir(ROOT);
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
