// The gate beside the tests: `npm run check`, or `npm run check -- --only=types,imports`.
// One line a step; the output of a step that fails is shown in full.
import { existsSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { denoStd, findRuntime, probeStd, ROOT, runChild, runProgram } from "./runtimes.mjs";

const CODE = ["mod.ts", "src", "tests", "bench", "scripts", "examples"];

/** Benchmarked libraries are installed when asked for: their files cannot be checked without. */
const NOT_CHECKED = ["bench/peers/"];

/** Type checking needs @deno/dnt, which is on JSR alone. */
const NEEDS_JSR = ["scripts/build_npm.ts"];

function typeScriptFiles(std) {
  const skipped = std === "jsr" ? NOT_CHECKED : [...NOT_CHECKED, ...NEEDS_JSR];
  const files = CODE.filter((name) => existsSync(join(ROOT, name))).flatMap((name) =>
    name.endsWith(".ts") ? [name] : readdirSync(join(ROOT, name), { recursive: true })
      .map((inner) => `${name}/${inner.split(sep).join("/")}`)
  );
  return files.filter((name) =>
    /\.ts$/.test(name) && !name.includes("node_modules/") &&
    !skipped.some((prefix) => name.startsWith(prefix))
  ).sort();
}

/** Lint rules for what is published alone. */
const STRICTER = "no-console,explicit-module-boundary-types,no-eval,no-throw-literal";

/** The modules that users import. */
const ENTRIES = ["mod.ts", "src/subprocess/mod.ts", "src/task.ts"];

/** Loading the library by require() fails when any of its modules awaits at the top level. */
const REQUIRE_IT = ENTRIES.map((name) => `require(${JSON.stringify(join(ROOT, name))});`).join("");

function steps({ deno, node, std }) {
  const script = (name, ...args) => [process.execPath, [join("scripts", name), ...args]];
  const published = ["mod.ts", "src"];
  return {
    format: [[deno.path, ["fmt", "--check"]]],
    lint: [
      [deno.path, ["lint"]],
      [deno.path, ["lint", `--rules-include=${STRICTER}`, ...published]],
    ],
    types: [[deno.path, ["check", ...denoStd(std), ...typeScriptFiles(std)]]],
    imports: [
      script("check_imports.mjs", "--self-test"),
      script("check_imports.mjs"),
      [node.path, ["--input-type=commonjs", "--no-warnings", "-e", REQUIRE_IT]],
    ],
    versions: [script("check_versions.mjs")],
    docs: [[deno.path, ["doc", "--lint", ...ENTRIES]]],
    links: [script("check_links.mjs"), script("check_messages.mjs")],
    publish: [[deno.path, ["publish", "--dry-run", "--allow-dirty"]]],
    examples: [
      script("check_doc_examples.mjs", "--self-test"),
      script("check_doc_examples.mjs"),
    ],
    "doc-examples": [script("check_examples.mjs"), script("check_other_blocks.mjs")],
    programs: [script("check_examples.mjs", "--folder")],
  };
}

const BOUND_MS = 600_000;

async function runStep(name, commands) {
  const started = performance.now();
  const summaries = [];
  for (const [path, args] of commands) {
    const result = await runChild(path, args, { timeout: BOUND_MS });
    const problem = result.error?.message ??
      (result.timedOut ? `no end within ${BOUND_MS / 1000} s` : undefined) ??
      (result.code === 0 ? undefined : `exit code ${result.code ?? result.signal}`);
    summaries.push(result.output.trim().split("\n").at(-1));
    if (!problem) continue;
    console.log(`FAILED ${name}: ${problem} (${time(started)})`);
    console.log(result.output.trimEnd().split("\n").map((line) => `  | ${line}`).join("\n"));
    return false;
  }
  // The scripts for examples end with one line that says what they ran.
  const note = name.match(/example|programs/) ? `: ${summaries.join("; ")}` : "";
  console.log(`ok     ${name}${note} (${time(started)})`);
  return true;
}

const time = (started) => `${((performance.now() - started) / 1000).toFixed(1)} s`;

const help = (names) =>
  `Usage: npm run check -- [options]

  --only=STEP,...    of: ${names.join(", ")}
  --std=jsr|local    the standard library for Deno (default: jsr when it can be reached)`;

async function main() {
  const { values } = parseArgs({
    options: { only: { type: "string" }, std: { type: "string" }, help: { type: "boolean" } },
  });
  const [deno, node] = [findRuntime("deno"), findRuntime("node")];
  const std = values.std ?? (values.help ? "local" : await probeStd(deno));
  const all = steps({ deno, node, std });
  if (values.help) return console.log(help(Object.keys(all)));
  const names = values.only?.split(",") ?? Object.keys(all);
  const unknown = names.find((name) => !(name in all));
  if (unknown !== undefined) {
    throw new Error(`Cannot run step "${unknown}": choose of ${Object.keys(all).join(", ")}`);
  }
  let failed = 0;
  for (const name of names) if (!await runStep(name, all[name])) failed++;
  console.log(failed === 0 ? "All checks passed" : `${failed} of ${names.length} checks failed`);
  if (failed > 0) process.exitCode = 1;
}

await runProgram(main);
