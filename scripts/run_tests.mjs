// Runs tests/**/*_test.ts on Deno, Bun and Node, one runtime at a time:
// `npm test`, `npm test -- --runtime=bun queue --grep=close`. `--help` lists the options.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { countTests } from "./junit.mjs";
import {
  denoStd,
  findRuntime,
  parseRuntimes,
  probeStd,
  ROOT,
  runChild,
  runProgram,
} from "./runtimes.mjs";

const HELP = `Usage: npm test -- [options] [file filters]

  --runtime=deno|bun|node|all  where to run (default: all, in turn)
  --std=jsr|local              the standard library for Deno (default: jsr when it can be reached)
  --grep=REGEXP                only tests whose name matches (on Deno: whose outermost
                               describe() matches, else all tests of the chosen files)
  --no-check                   on Deno, do not check types first
  --timeout=SECONDS            bound for one file (default 180)
  --total=SECONDS              bound for the whole run (default 1620)
  --jobs=1|2                   files at a time, of those that do not measure (default 2 where there are two cores)
  --verbose                    show the output of passing files, too

A file filter is a part of a path: "core" runs tests/core/*_test.ts, "queue" tests/queue_ends_test.ts and
all other files with that word in their names.
DENO_BIN, BUN_BIN and NODE_BIN choose other executables than the pinned ones.`;

const GUARD = "POOL_RUN_TESTS";
/**
 * Files whose tests hold however busy the machine is: two at a time. The others measure, or wait for
 * runtimes that are slow to end things, and have the machine for themselves.
 */
const PAIRED = new RegExp(
  "^tests/((core|protocol|model|sharing|std|subprocess|worker)/|inline_|messages_|example|futures_|" +
    "thread_(class|errors|pool|settings|tasks|values)_|process_(class|errors|parcels|pool|tasks|values)_|" +
    "local_queues_|manager_|shared_(?!fairness)|switch_backends_|upper_case_)",
);
const TEST_TIMEOUT_MS = 30_000; // one test; Bun's own default of 5 s is too short for crash tests

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runtime: { type: "string", default: "all" },
      std: { type: "string" },
      grep: { type: "string" },
      "no-check": { type: "boolean", default: false },
      timeout: { type: "string", default: "180" },
      total: { type: "string", default: "1620" },
      jobs: { type: "string", default: String(Math.min(2, availableParallelism())) },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  if (values.std !== undefined && !["jsr", "local"].includes(values.std)) {
    throw new Error(`Cannot use --std=${values.std}: choose jsr or local`);
  }
  if (values.grep !== undefined) new RegExp(values.grep);
  return {
    ...values,
    runtimes: parseRuntimes(values.runtime),
    timeout: seconds(values, "timeout"),
    total: seconds(values, "total"),
    jobs: jobsOf(values.jobs),
    files: findTests(positionals),
  };
}

function jobsOf(value) {
  const jobs = Number(value);
  if (jobs === 1 || jobs === 2) return jobs;
  throw new Error(`Cannot use --jobs=${value}: choose 1 or 2`);
}

function seconds(values, name) {
  const value = Number(values[name]);
  if (value > 0) return value * 1000;
  throw new Error(`Cannot use --${name}=${values[name]}: give a number of seconds above 0`);
}

function findTests(filters) {
  const tests = join(ROOT, "tests");
  const all = !existsSync(tests) ? [] : readdirSync(tests, { recursive: true })
    .map((name) => relative(ROOT, join(tests, name)).split(sep).join("/"))
    .filter((name) => name.endsWith("_test.ts") && !name.includes("node_modules/"))
    .sort();
  const asked = filters.map((filter) => filter.replace(/^\.\//, "").split(sep).join("/"));
  const files = asked.length === 0
    ? all
    : all.filter((name) => asked.some((filter) => name.includes(filter)));
  if (files.length > 0) return files;
  const reason = asked.length === 0 ? "there is none" : `none matches ${asked.join(", ")}`;
  throw new Error(`Cannot find a test file tests/**/*_test.ts: ${reason}`);
}

/** The command that runs one file and writes a JUnit report beside its usual output. */
function commandFor(runtime, { file, report, std, grep }) {
  if (runtime === "deno") {
    // Types were checked for all files at once.
    const filter = grep === undefined ? [] : ["--filter", `/${grep}/`];
    const options = ["-A", "--no-check", "--junit-path", report, ...denoStd(std), ...filter];
    return ["test", ...options, file];
  }
  if (runtime === "bun") {
    const filter = grep === undefined ? [] : ["--test-name-pattern", grep];
    const reporter = ["--reporter=junit", `--reporter-outfile=${report}`];
    return ["test", ...reporter, "--timeout", String(TEST_TIMEOUT_MS), ...filter, `./${file}`];
  }
  const filter = grep === undefined ? [] : [`--test-name-pattern=${grep}`];
  return [
    "--test",
    "--test-concurrency=1",
    `--test-timeout=${TEST_TIMEOUT_MS * 4}`,
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=junit",
    `--test-reporter-destination=${report}`,
    ...filter,
    file,
  ];
}

async function runFile(runtime, file, context) {
  const { options, std, deadline } = context;
  const report = join(context.folder, `${runtime.name}-${context.counter++}.xml`);
  const timeout = Math.max(1, Math.min(options.timeout, deadline - performance.now()));
  const request = { file, report, std, grep: options.grep };
  const env = { [GUARD]: "1" };
  // Node strips and compiles the whole library again for each worker: this more than halves the time.
  if (runtime.name === "node") env.NODE_COMPILE_CACHE = join(context.folder, "compiled");
  let result = await runChild(runtime.path, commandFor(runtime.name, request), { timeout, env });
  let counts = readCounts(report, file);
  if (runtime.name === "deno" && options.grep !== undefined && ran(counts) === 0) {
    // Deno filters by top-level names only: a file where none matches is run whole.
    const whole = { ...request, grep: undefined };
    result = await runChild(runtime.path, commandFor("deno", whole), { timeout, env });
    counts = readCounts(report, file);
  }
  // Some runtimes list the tests that a filter leaves out as skipped.
  if (options.grep !== undefined) counts.skipped = 0;
  return judge(result, counts, { timeout, grep: options.grep });
}

function readCounts(report, file) {
  if (!existsSync(report)) return { passed: 0, failed: 0, skipped: 0, failures: [] };
  return countTests(readFileSync(report, "utf8"), file);
}

const ran = (counts) => counts.passed + counts.failed;
const total = (counts) => ran(counts) + counts.skipped;

/** Adds a failure for whatever went wrong beside the tests themselves. */
function judge(result, counts, { timeout, grep }) {
  const problems = [];
  if (result.error) problems.push(`did not start: ${result.error.message}`);
  else if (result.timedOut) {
    problems.push(`was killed after ${(timeout / 1000).toFixed(0)} s without an end`);
  } else if (result.code !== 0 && counts.failed === 0 && !(grep && ran(counts) === 0)) {
    problems.push(`ended with ${result.signal ?? `exit code ${result.code}`}`);
  } else if (total(counts) === 0 && grep === undefined) problems.push("holds no test");
  for (const left of result.leftovers) problems.push(`left a process behind: ${left}`);
  const failed = counts.failed + problems.length;
  return { ...counts, failed, problems, output: result.output, ms: result.ms };
}

async function runRuntime(runtime, context) {
  const { options } = context;
  const sum = { passed: 0, failed: 0, skipped: 0, ms: 0 };
  console.log(`\n${runtime.name} ${runtime.version}`);
  if (runtime.name === "deno" && !options["no-check"]) {
    const checked = await checkTypes(runtime, context);
    sum.ms += checked.ms;
    if (!checked.ok) sum.failed++;
  }
  const began = performance.now();
  const runAll = async (files) => {
    for (const file of files) {
      const result = await runInTime(runtime, file, context);
      for (const key of ["passed", "failed", "skipped"]) sum[key] += result[key];
    }
  };
  const paired = options.files.filter((file) => PAIRED.test(file)).values();
  await Promise.all(Array.from({ length: options.jobs }, () => runAll(paired)));
  await runAll(options.files.filter((file) => !PAIRED.test(file)));
  sum.ms += performance.now() - began;
  if (sum.passed + sum.failed === 0) {
    console.log("  FAILED no test ran");
    sum.failed++;
  }
  console.log(`  ${runtime.name}: ${line(sum)} (${time(sum.ms)})`);
  return sum;
}

/** Runs a file and tells how it went; one for which there is no time left has failed. */
async function runInTime(runtime, file, context) {
  if (performance.now() >= context.deadline) {
    console.log(`  FAILED ${file} was not started: the run's time is up`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const result = await runFile(runtime, file, context);
  if (total(result) > 0) report(file, result, context.options.verbose);
  return result;
}

async function checkTypes(deno, { options, std, deadline }) {
  const args = ["check", "--quiet", ...denoStd(std), ...options.files];
  const timeout = Math.max(1, Math.min(300_000, deadline - performance.now()));
  const result = await runChild(deno.path, args, { timeout });
  const ok = result.code === 0;
  console.log(`  ${ok ? "ok    " : "FAILED"} types of all test files (${time(result.ms)})`);
  if (!ok) console.log(indent(result.output));
  return { ok, ms: result.ms };
}

function report(file, result, verbose) {
  const skipped = result.skipped ? `, ${result.skipped} skipped` : "";
  const failed = result.failed ? `, ${result.failed} failed` : "";
  const counts = `${result.passed} passed${failed}${skipped}`;
  console.log(`  ${result.failed ? "FAILED" : "ok    "} ${file}: ${counts} (${time(result.ms)})`);
  for (const name of result.failures) console.log(`           ✗ ${name}`);
  for (const problem of result.problems) console.log(`           ✗ the file ${problem}`);
  if (result.failed || verbose) console.log(indent(result.output));
}

const line = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
const time = (ms) => ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
const indent = (text) => text.trimEnd().split("\n").map((row) => `    | ${row}`).join("\n");

async function main() {
  if (process.env[GUARD]) throw new Error("Cannot run the tests: they were started by a test");
  const options = readOptions();
  const runtimes = options.runtimes.map(findRuntime);
  const deno = runtimes.find(({ name }) => name === "deno");
  const std = deno ? options.std ?? await probeStd(deno) : "local";
  const versions = runtimes.map(({ name, version }) => `${name} ${version}`).join(", ");
  const files = options.files.length === 1 ? "1 test file" : `${options.files.length} test files`;
  console.log(`${files} on ${versions}`);
  console.log(
    std === "jsr"
      ? "Standard library: JSR's on Deno, the stand-ins of tests/std on Bun and Node"
      : "Standard library: the stand-ins of tests/std",
  );
  const folder = mkdtempSync(join(tmpdir(), "pool-tests-"));
  const context = { options, std, folder, counter: 0, deadline: performance.now() + options.total };
  const sum = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const runtime of runtimes) {
      const result = await runRuntime(runtime, context);
      for (const key of Object.keys(sum)) sum[key] += result[key];
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${line(sum)}`);
  process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

await runProgram(main);
