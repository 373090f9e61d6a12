// Checks the blocks of README.md and docs that are not for our runtimes: runs those of Python, where
// there is a python3, and parses those of JSON. What cannot be run anywhere without the registries,
// commands of a shell, is named: `node scripts/check_other_blocks.mjs [filters]`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { blocksOf, documents, unprinted } from "./example_blocks.mjs";
import { failure, runChild, runProgram } from "./runtimes.mjs";

const BOUND_MS = 30_000;

/** Every block with the place where it begins, by kind. */
function collect(filters) {
  const byKind = { python: [], json: [], sh: [], "": [], ts: [], js: [] };
  for (const name of documents()) {
    if (filters.length > 0 && !filters.some((filter) => name.includes(filter))) continue;
    for (const block of blocksOf(name)) {
      const place = `${name}:${block.line}`;
      if (!Object.hasOwn(byKind, block.kind)) {
        throw new Error(`Cannot check block at ${place}: nothing here reads "${block.kind}"`);
      }
      byKind[block.kind].push({ ...block, place });
    }
  }
  return byKind;
}

/** What a block of Python says that it prints: the comment behind each `print(…)`. */
function printed(text) {
  const comments = text.split("\n").map((line) => line.match(/\bprint\(.*\)\s+# (.+)$/)?.[1]);
  return comments.filter((comment) => comment !== undefined);
}

/** Runs a block as a file of its own: undefined, or what went wrong. */
async function runPython(folder, { text }) {
  const file = join(folder, "example.py");
  writeFileSync(file, `${text}\n`);
  // Unbuffered, a parent and its child would write into each other's lines.
  const env = { PYTHONUTF8: "1", PYTHONUNBUFFERED: undefined };
  const result = await runChild("python3", [file], { cwd: folder, timeout: BOUND_MS, env });
  return failure(result, BOUND_MS) ?? unprinted(printed(text), result.output);
}

/** Runs all of them, one after the other; says how many ran, and with what. */
async function checkPython(blocks, report) {
  const wanted = blocks.filter(({ check, runtimes }) => check && runtimes.length > 0);
  const { status, stdout } = spawnSync("python3", ["--version"], {
    encoding: "utf8",
    timeout: 20_000,
  });
  if (status !== 0) return `${blocks.length} of Python not run (there is no python3 here)`;
  const folder = mkdtempSync(join(tmpdir(), "pool-python-"));
  try {
    for (const block of wanted) report(block, await runPython(folder, block));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const left = blocks.length - wanted.length;
  return `${wanted.length} run by ${stdout.trim()}${left > 0 ? `, ${left} marked as not run` : ""}`;
}

function checkJson({ text }) {
  try {
    JSON.parse(text);
  } catch (error) {
    return error.message;
  }
}

async function main() {
  const { python, json, sh, "": output } = collect(process.argv.slice(2));
  let failed = 0;
  const report = ({ place }, problem) => {
    if (problem === undefined) return;
    failed++;
    console.error(`FAILED ${place}\n${problem}\n`);
  };
  for (const block of json) report(block, checkJson(block));
  const done = [await checkPython(python, report), `${json.length} of JSON parsed`];
  const places = sh.map(({ place }) => place).join(", ");
  if (sh.length > 0) {
    done.push(`${sh.length} of shell commands not run, as they need the registries (${places})`);
  }
  if (output.length > 0) done.push(`${output.length} of output`);
  console.log(`other blocks: ${failed} failed; ${done.join("; ")}`);
  if (failed > 0) process.exitCode = 1;
}

await runProgram(main);
