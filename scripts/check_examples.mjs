// Runs every example on the three runtimes: the ```ts blocks of doc comments (src, mod.ts) and of
// Markdown (README.md, docs), and with --folder the programs of examples/.
// `node scripts/check_examples.mjs [--runtime=deno|bun|node|all] [--folder] [filters]`.
//
// A block runs as it stands. ```ts ignore is counted and left out. A block whose first line is
// `// name.ts` is saved under that name, for others of the same document to import.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, sep } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { denoStd, findRuntime, parseRuntimes, ROOT, runArguments, runChild } from "./runtimes.mjs";

const FOLDER = ".examples"; // inside the repository, so that "@pool/core" resolves
const RUNNER = join(ROOT, "scripts", "example_runner.mjs");
const BATCH = 20;
const BOUND_MS = 30_000; // one example without a line of output
const PROGRAM_BOUND_MS = 60_000;
/** Says in a program of examples/ that it is not for unattended runs. */
const NOT_RUN = /^\/\/ not run by check: .+/m;

function documents() {
  const walk = (folder) => {
    if (!existsSync(join(ROOT, folder))) return [];
    const names = readdirSync(join(ROOT, folder), { recursive: true });
    return names.map((name) => `${folder}/${name.split(sep).join("/")}`);
  };
  const code = ["mod.ts", ...walk("src").filter((name) => /\.(ts|js)$/.test(name))];
  const prose = ["README.md", ...walk("docs").filter((name) => name.endsWith(".md"))];
  return [...code, ...prose].filter((name) => existsSync(join(ROOT, name))).sort();
}

/** The text of a source file's doc comments, every other line blank, so that line numbers hold. */
function docComments(source) {
  const lines = source.split("\n");
  let inside = false;
  return lines.map((line) => {
    const opens = !inside && /^\s*\/\*\*/.test(line);
    if (opens) inside = true;
    if (!inside) return "";
    const closes = line.includes("*/");
    if (closes) inside = false;
    return opens || closes ? "" : line.replace(/^\s*\* ?/, "");
  });
}

/** `{ line, ignored, text }` of each ```ts block; `line` is the first of its text. */
function blocks(lines) {
  const found = [];
  let open;
  for (const [index, line] of lines.entries()) {
    const fence = line.match(/^(\s*)(`{3,})(.*)$/);
    if (!open && fence) {
      const [kind, ...words] = fence[3].trim().split(/[\s,]+/);
      const wanted = kind === "ts" || kind === "typescript";
      const ignored = words.includes("ignore");
      const shape = { fence: fence[2], indent: fence[1].length };
      open = { ...shape, wanted, ignored, line: index + 2, text: [] };
    } else if (open && fence && fence[2].length >= open.fence.length && fence[3].trim() === "") {
      if (open.wanted) found.push({ ...open, text: open.text.join("\n") });
      open = undefined;
    } else if (open) open.text.push(line.slice(open.indent));
  }
  return found;
}

/** Writes every example of the documents to FOLDER: `{ examples, ignored }`. */
function extract(filters) {
  rmSync(join(ROOT, FOLDER), { recursive: true, force: true });
  const examples = [];
  let ignored = 0;
  for (const name of documents()) {
    if (filters.length > 0 && !filters.some((filter) => name.includes(filter))) continue;
    const source = readFileSync(join(ROOT, name), "utf8");
    const lines = name.endsWith(".md") ? source.split("\n") : docComments(source);
    for (const block of blocks(lines)) {
      if (block.ignored) ignored++;
      else examples.push(save(name, block));
    }
  }
  return { examples, ignored };
}

function save(document, { line, text }) {
  const named = text.match(/^\/\/ ([\w-]+\.ts)\s*$/m);
  const asked = named && text.startsWith(named[0]) ? named[1] : undefined;
  const folder = join(ROOT, FOLDER, document.replaceAll("/", "_"));
  const path = join(folder, asked ?? `line_${line}.ts`);
  mkdirSync(folder, { recursive: true });
  // Blank lines in front: a stack trace then names the document's own line.
  writeFileSync(path, `${"\n".repeat(line - 1)}${text}\n`);
  return {
    name: `${document}:${line}`,
    path,
    url: pathToFileURL(path).href,
    asMain: text.includes("import.meta.main"),
  };
}

function programs(filters) {
  const folder = join(ROOT, "examples");
  const wanted = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith(".ts") && filters.every((filter) => name.includes(filter)))
    .sort();
  const examples = [];
  let ignored = 0;
  for (const name of wanted) {
    const path = join(folder, name);
    if (NOT_RUN.test(readFileSync(path, "utf8"))) ignored++;
    else examples.push({ name: `examples/${name}`, path, asMain: true });
  }
  return { examples, ignored };
}

const command = (runtime, ...rest) => [...runArguments(runtime.name), ...rest];

/** Runs one example as the main module of a process: undefined, or what went wrong. */
async function runMain(runtime, example, timeout) {
  const result = await runChild(runtime.path, command(runtime, example.path), {
    timeout,
    cwd: dirname(example.path),
  });
  return failure(result, timeout);
}

function failure(result, timeout) {
  const reasons = result.leftovers.map((left) => `left a process behind: ${left}`);
  if (result.timedOut) reasons.push(`no end within ${timeout / 1000} s`);
  else if (result.error) reasons.push(result.error.message);
  else if (result.code !== 0) {
    reasons.push(`ended with ${result.signal ?? `exit code ${result.code}`}`);
  }
  return reasons.length > 0 ? `${reasons.join("; ")}\n${result.output}` : undefined;
}

/** Runs examples in one process; what a process's early end left out goes into another one. */
async function runBatch(runtime, batch, report) {
  let rest = batch;
  while (rest.length > 0) {
    const state = rest.map(() => ({ outcome: undefined, lines: [] }));
    let current = -1;
    const onLine = (line) => {
      const [, word, index] = line.match(/^@@(start|ok|failed) (\d+)$/) ?? [];
      if (word === "start") current = Number(index);
      else if (word) state[index].outcome = word;
      else state[current]?.lines.push(line);
    };
    const result = await runChild(
      runtime.path,
      command(runtime, RUNNER, ...rest.map((example) => example.url)),
      { idle: BOUND_MS, timeout: BOUND_MS * rest.length, onLine },
    );
    const broken = failure(result, BOUND_MS);
    for (const [index, { outcome, lines }] of state.entries()) {
      if (outcome === "failed") report(rest[index], lines.join("\n"));
      if (!outcome && index === current) report(rest[index], broken ?? "ended the process");
    }
    if (current < 0) return report(rest[0], broken ?? "the runner did not start");
    const started = rest.slice(0, current + 1);
    rest = rest.slice(current + 1);
    const ended = state.every(({ outcome }, index) => outcome || index > current);
    if (!broken || !ended) continue;
    // Each came to its end, and yet the process did not end well: find out whose doing it was.
    let found = false;
    for (const example of started) {
      const problem = await runMain(runtime, example, BOUND_MS);
      if (problem) report(example, problem);
      found ||= problem !== undefined;
    }
    if (!found) report(started[0], `the batch that starts with it: ${broken}`);
  }
}

function plan(runtimes, examples, timeout, report) {
  const jobs = [];
  for (const runtime of runtimes) {
    const reportHere = (example, text) => report(runtime, example, text);
    const together = examples.filter(({ asMain }) => !asMain);
    for (let at = 0; at < together.length; at += BATCH) {
      jobs.push(() => runBatch(runtime, together.slice(at, at + BATCH), reportHere));
    }
    for (const example of examples.filter(({ asMain }) => asMain)) {
      jobs.push(async () => {
        const problem = await runMain(runtime, example, timeout);
        if (problem) reportHere(example, problem);
      });
    }
  }
  return jobs;
}

async function runAll(jobs, width) {
  const queue = [...jobs];
  const lane = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) await job();
  };
  await Promise.all(Array.from({ length: width }, lane));
}

async function checkTypes(deno, examples) {
  if (examples.length === 0) return true;
  const args = ["check", "--quiet", ...denoStd("local"), ...examples.map(({ path }) => path)];
  const result = await runChild(deno.path, args, { timeout: 120_000 });
  if (result.code !== 0) console.error(`FAILED types of the examples\n${result.output}`);
  return result.code === 0;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runtime: { type: "string", default: "all" },
      folder: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      jobs: { type: "string", default: String(Math.min(2, availableParallelism())) },
    },
  });
  const runtimes = parseRuntimes(values.runtime).map(findRuntime);
  const { examples, ignored } = values.folder ? programs(positionals) : extract(positionals);
  let failed = 0;
  const report = (runtime, example, text) => {
    failed++;
    console.error(`FAILED ${example.name} on ${runtime.name} ${runtime.version}\n${text}\n`);
  };
  // Programs are longer and show what they print: one at a time.
  const width = values.folder ? 1 : Math.max(1, Number(values.jobs) || 1);
  const timeout = values.folder ? PROGRAM_BOUND_MS : BOUND_MS;
  const deno = runtimes.find(({ name }) => name === "deno");
  try {
    // The programs of examples/ are type-checked with all other files, by check.mjs.
    if (deno && !values.folder && !await checkTypes(deno, examples)) failed++;
    await runAll(plan(runtimes, examples, timeout, report), width);
  } finally {
    if (!values.keep) rmSync(join(ROOT, FOLDER), { recursive: true, force: true });
  }
  const names = runtimes.map(({ name }) => name).join(", ");
  console.log(`${examples.length} examples on ${names}: ${failed} failed, ${ignored} not run`);
  if (failed > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
