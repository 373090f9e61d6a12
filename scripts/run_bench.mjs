// Measures @pool/core beside its peers on Deno, Bun and Node: `npm run bench`, `npm run bench --
// --quick --runtime=bun --only=noop,latency`. `--help` lists the options; bench/README.md says how.
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { BENCH, findAll } from "../bench/runner/commands.mjs";
import { killAll } from "../bench/runner/contestant.mjs";
import { describeMachine } from "../bench/runner/machine.mjs";
import { calibrate, measure } from "../bench/runner/measure.mjs";
import { usePackage } from "../bench/runner/packaged.mjs";
import { installPeers } from "../bench/runner/peers.mjs";
import { LIBRARIES, WORKLOADS } from "../bench/runner/plan.mjs";
import { metricOf, tables, toRows } from "../bench/runner/report.mjs";
import { scaleRows, SHEETS } from "../bench/runner/targets.mjs";
import { targetLines, targetPage } from "../bench/runner/verdicts.mjs";
import { readValues, runCommand, wholeNumber, write } from "./bench_command.mjs";
import { parseRuntimes } from "./runtimes.mjs";

const HELP = `Usage: npm run bench -- [options]

  --quick                          small sizes, few repetitions: ends within two minutes
  --runtime=deno|bun|node|python|all   where to measure (default: all; a list is fine)
  --only=WORKLOAD,...              a page of bench/results (${Object.keys(SHEETS).join(", ")}), ${
  Object.keys(WORKLOADS).join(", ")
}
  --library=LIBRARY,...            ${Object.keys(LIBRARIES).join(", ")}
  --repetitions=N                  turns of each library (default 5, with --quick 2)
  --imap-items=N                   items of the lazy map (default 10,000,000, with --quick 100,000)
  --knitting=PATH                  a local build of knitting: its folder, or the module to import
  --minutes=N                      what does not fit is not repeated, or not measured at all
  --from=FILE                      no measurement: the targets from the JSON of an earlier run
  --json FILE                      write rows { workload, runtime, library, unit, median, min, max, n }
  --svg FILE                       where the chart goes (default bench/results/)
  --sources                        @pool/core from its sources on Bun and Node, too, not from its npm package
  --std=jsr|local                  the standard library for Deno (default: jsr when reachable)
  --try-all                        also try libraries that are known not to work on a runtime`;

/**
 * Bounds in ms of one process's start, of one turn, and of the whole run. A library whose turn took
 * longer than `patience` gets no second one under that workload.
 */
const BOUNDS = {
  quick: { start: 5_000, turn: 5_000, patience: 1_200, total: 110_000 },
  full: { start: 60_000, turn: 120_000, patience: 20_000, total: Infinity },
};

function readOptions() {
  const values = readValues(HELP, {
    only: { type: "string" },
    library: { type: "string" },
    repetitions: { type: "string" },
    svg: { type: "string" },
    std: { type: "string" },
    "imap-items": { type: "string" },
    knitting: { type: "string" },
    minutes: { type: "string" },
    from: { type: "string" },
    sources: { type: "boolean", default: false },
    "try-all": { type: "boolean", default: false },
  });
  const repetitions = wholeNumber(values.repetitions ?? (values.quick ? 2 : 5), "repetitions");
  const items = wholeNumber(values["imap-items"] ?? (values.quick ? 1e5 : 1e7), "imap-items");
  const bounds = values.quick ? BOUNDS.quick : BOUNDS.full;
  const minutes = values.minutes && wholeNumber(values.minutes, "minutes");
  if (values.std !== undefined && !["jsr", "local"].includes(values.std)) {
    throw new Error(`Cannot use --std=${values.std}: choose jsr or local`);
  }
  return {
    ...values,
    repetitions,
    items,
    knitting: values.knitting && knittingModule(resolve(values.knitting)),
    // Only a whole run may replace the chart that is kept.
    whole: !values.quick && values.runtime === "all" && !values.only && !values.library,
    tryAll: values["try-all"],
    bounds: minutes ? { ...bounds, total: minutes * 60_000 } : bounds,
    runtimes: runtimeNames(values.runtime),
    workloads: workloadNames(values),
    libraries: libraryNames(values),
  };
}

/** What to import of a local build; its sources run as they are. */
function knittingModule(path) {
  const inside = ["knitting.js", "knitting.ts", "build/knitting.js"].map((name) =>
    join(path, name)
  );
  const found = [path, ...inside].find((one) => existsSync(one) && statSync(one).isFile());
  if (found) return pathToFileURL(found).href;
  throw new Error(`Cannot find knitting: ${path} holds no knitting.js or knitting.ts`);
}

/** Without `--only`, a quick look leaves out what is long by its nature. */
function workloadNames({ only, quick }) {
  if (Object.hasOwn(SHEETS, only ?? "")) return SHEETS[only].workloads;
  const names = chosen("workload", only, WORKLOADS);
  return quick && only === undefined ? names.filter((name) => !WORKLOADS[name].long) : names;
}

/** Without `--library`, child processes and executors are measured on their own. */
function libraryNames({ library, only }) {
  const names = chosen("library", library, LIBRARIES);
  if (library !== undefined) return names;
  if (only === "processes") return names.filter((name) => LIBRARIES[name].processes);
  return names.filter((name) => !LIBRARIES[name].apart);
}

/** "python" is measured with "all" or when it is named; the rest is as in the other scripts. */
function runtimeNames(value) {
  const names = value.split(",");
  const others = names.filter((name) => name !== "python");
  const found = others.length === 0 ? [] : parseRuntimes(others.join(","));
  return names.includes("python") || names.includes("all") ? [...found, "python"] : found;
}

function chosen(what, value, known) {
  if (value === undefined) return Object.keys(known);
  const names = value.split(",");
  const wrong = names.find((name) => !Object.hasOwn(known, name));
  if (wrong === undefined) return Object.keys(known).filter((name) => names.includes(name));
  const choices = [...(what === "workload" ? Object.keys(SHEETS) : []), ...Object.keys(known)];
  throw new Error(`Cannot find ${what} "${wrong}": choose from ${choices.join(", ")}`);
}

function takesPart(library, workload, runtime) {
  const { runtimes, workloads } = LIBRARIES[library];
  return runtimes.includes(runtime) && workloads.includes(workload);
}

async function measureAll(runtimes, options) {
  const { total } = options.bounds;
  const started = performance.now();
  const shareOf = (workload) => options.quick ? 1 : WORKLOADS[workload].share ?? 1;
  const shares = options.workloads.reduce((sum, one) => sum + shareOf(one), 0) * runtimes.size;
  let share = 0;
  const hung = new Map();
  const rounds = new Map();
  for (const [name, runtime] of runtimes) {
    rounds.set(name, await calibrate(runtime, options.bounds));
  }
  const cells = [];
  for (const workload of options.workloads) {
    console.log(`\n## ${WORKLOADS[workload].title}`);
    for (const [name, runtime] of runtimes) {
      const libraries = options.libraries.filter((one) => takesPart(one, workload, name));
      share += shareOf(workload);
      if (libraries.length === 0) continue;
      const settings = {
        ...options,
        hung,
        rounds: rounds.get(name),
        deadline: started + total,
        // What is late is not repeated. The first workloads are the dear ones: a head start.
        schedule: started + total * (0.1 + 0.75 * share / shares),
      };
      const measured = await measure(runtime, workload, libraries, settings);
      cells.push(...measured);
      console.log(`\n${tables(toRows(measured))}`);
    }
  }
  return toRows(cells);
}

/** Libraries that nobody has installed are left out, and that is said once. */
function installed(libraries, { knitting, library }) {
  const folder = join(BENCH, "peers", "node_modules", "knitting");
  if (!libraries.includes("knitting") || knitting || existsSync(folder)) return libraries;
  const text = "knitting is not installed: give the path of a local build (--knitting=PATH)";
  if (library?.split(",").includes("knitting")) throw new Error(`Cannot measure: ${text}`);
  console.log(text);
  return libraries.filter((one) => one !== "knitting");
}

/** Prints the targets; a page is written where all of them were measured, at full size. */
function reportTargets(rows, about, { only, from, quick, whole }) {
  const all = [...rows, ...scaleRows(join(BENCH, "results", "scale.json"))];
  for (const [name, sheet] of Object.entries(SHEETS)) {
    const some = name === "targets" ? all : rows;
    const lines = targetLines(some, sheet);
    if (only !== name && (!lines || Object.hasOwn(SHEETS, only ?? ""))) continue;
    const hint = quick ? " (only a hint with --quick)" : "";
    if (lines) console.log(`\n## ${sheet.title}${hint}\n\n${lines}`);
    if (quick || !(only === name || from || whole)) continue;
    write(join(BENCH, "results", sheet.file), targetPage(some, about, name));
  }
}

async function writeChart(rows, machine, options) {
  const measured = rows.filter((row) => row.n > 0 && metricOf(row).chart);
  if (measured.length === 0) return;
  const file = options.svg ?? join(BENCH, "results", options.whole ? "bench.svg" : "partial.svg");
  const { drawChart } = await import("../bench/peers/chart.mjs");
  const described = measured.map((row) => ({
    ...row,
    kind: LIBRARIES[row.library].kind,
    title: metricOf(row).chart,
    better: metricOf(row).better,
  }));
  const when = new Date().toISOString().slice(0, 10);
  const size = options.quick ? "quick look, small sizes" : `${options.repetitions} repetitions`;
  write(file, await drawChart(described, `${machine}; ${when}; ${size}`));
}

async function main() {
  if (process.env.POOL_BENCH) {
    throw new Error("Cannot start the benchmarks: they are running already (POOL_BENCH is set)");
  }
  const started = performance.now();
  const options = readOptions();
  process.on("exit", killAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(130));

  if (options.from) {
    const about = `From the rows in ${basename(options.from)}.`;
    return reportTargets(JSON.parse(readFileSync(options.from, "utf8")), about, options);
  }
  const peers = installPeers();
  options.libraries = installed(options.libraries, options);
  const runtimes = await findAll(options.runtimes, options);
  if (!options.sources) await usePackage(runtimes);
  const machine = describeMachine(runtimes);
  console.log(machine);
  const rows = await measureAll(runtimes, options);

  const when = new Date().toISOString().slice(0, 10);
  reportTargets(rows, `${machine}; ${when}; at most ${options.repetitions} repetitions.`, options);
  console.log(`\nMeasured in ${Math.round((performance.now() - started) / 1000)} s.`);
  if (options.json) write(options.json, `${JSON.stringify(rows, null, 2)}\n`);
  if (peers) await writeChart(rows, machine, options);
}

await runCommand(main);
killAll();
