// Runs every example on the three runtimes: the ```ts and ```js blocks of doc comments (src, mod.ts)
// and of Markdown (README.md, docs), and with --folder the programs of examples/.
// `node scripts/check_examples.mjs [--runtime=deno|bun|node|all] [--folder] [filters]`.
//
// A block runs as it stands; what the comments behind its console.log() say must be printed. What
// leaves one out is told in example_blocks.mjs. A block whose first line is `// name.ts` is saved under
// that name, for others of the same document to import.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { blocksOf, documents, expectedOutput, unprinted } from "./example_blocks.mjs";
import {
  denoStd,
  failure,
  findRuntime,
  parseRuntimes,
  ROOT,
  runArguments,
  runChild,
  runProgram,
  RUNTIMES,
} from "./runtimes.mjs";

// Inside the repository, so that "@pool/core" resolves; one for each run, as two may run at once.
const FOLDER = join(".examples", String(process.pid));
const RUNNER = join(ROOT, "scripts", "example_runner.mjs");
const BATCH = 20;
const BOUND_MS = 30_000; // one example without a line of output
const PROGRAM_BOUND_MS = 60_000;
/** What a block is saved as, by the word behind its fence. */
const EXTENSION = { ts: "ts", js: "mjs" };
/** Asks whether it is the program itself, so that it has to be one. */
const AS_MAIN = /import\.meta\.main|process\.argv\[1\]/;
/** Says in a program of examples/ that it is not for unattended runs. */
const NOT_RUN = /^\/\/ not run by check: .+/m;

/** Writes every example of the documents to FOLDER: `{ examples, ignored }`. */
function extract(filters) {
  rmSync(join(ROOT, FOLDER), { recursive: true, force: true });
  const examples = [];
  let ignored = 0;
  for (const name of documents()) {
    if (filters.length > 0 && !filters.some((filter) => name.includes(filter))) continue;
    for (const block of blocksOf(name).filter(({ kind }) => kind in EXTENSION)) {
      if (block.runtimes.length === 0) ignored++;
      if (block.check) examples.push(save(name, block));
    }
  }
  return { examples, ignored };
}

function save(document, { kind, line, text, runtimes }) {
  const named = text.match(/^\/\/ ([\w-]+\.ts)\s*$/m);
  const asked = named && text.startsWith(named[0]) ? named[1] : undefined;
  const folder = join(ROOT, FOLDER, document.replaceAll("/", "_"));
  const path = join(folder, asked ?? `line_${line}.${EXTENSION[kind]}`);
  mkdirSync(folder, { recursive: true });
  // Blank lines in front: a stack trace then names the document's own line.
  writeFileSync(path, `${"\n".repeat(line - 1)}${text}\n`);
  return {
    name: `${document}:${line}`,
    path,
    url: pathToFileURL(path).href,
    asMain: AS_MAIN.test(text),
    runtimes,
    expected: expectedOutput(text),
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
    const text = readFileSync(path, "utf8");
    if (NOT_RUN.test(text)) ignored++;
    else {examples.push({
        name: `examples/${name}`,
        path,
        asMain: true,
        runtimes: RUNTIMES,
        expected: [],
      });}
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
  return failure(result, timeout) ?? unprinted(example.expected, result.output);
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
      const problem = outcome === "ok" && unprinted(rest[index].expected, lines.join("\n"));
      if (problem) report(rest[index], problem);
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
    const here = examples.filter((example) => example.runtimes.includes(runtime.name));
    const together = here.filter(({ asMain }) => !asMain);
    for (let at = 0; at < together.length; at += BATCH) {
      jobs.push(() => runBatch(runtime, together.slice(at, at + BATCH), reportHere));
    }
    for (const example of here.filter(({ asMain }) => asMain)) {
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

await runProgram(main);
