// Draws docs/speed.svg, the chart of README.md, from the rows of a run of the benchmarks:
// `npm run bench -- --only=noop,object --json FILE`, then `npm run bench:chart -- FILE`.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BENCH, findAll } from "../bench/runner/commands.mjs";
import { describeMachine } from "../bench/runner/machine.mjs";
import { installPeers } from "../bench/runner/peers.mjs";
import { LIBRARIES } from "../bench/runner/plan.mjs";
import { runCommand, write } from "./bench_command.mjs";
import { ROOT, RUNTIMES } from "./runtimes.mjs";

const HELP = `Usage: npm run bench:chart -- FILE

Draws docs/speed.svg from the rows that "npm run bench -- --only=noop,object --json FILE" wrote.
They name no machine, versions or date: draw where they were measured. The date is the file's.`;

/** What the chart shows of all that is measured: rates, so that the longer bar is the better one. */
const CHARTED = {
  "noop/warm": "No-op calls, all submitted at once, on warm code",
  "object/1KB": "Objects of 1 KB there and back, all submitted at once",
};
/** The one baseline that takes calls as a pool does. */
const BASELINE = "bare-pool";
const WORDS = {
  title: "Calls a second, two workers: @pool/core and the pools of npm",
  note: `${BASELINE} is a yardstick, not a library: it only batches postMessage, and has no ` +
    "cancellation, time limits, errors or recovery.",
};

const rankOf = (library) => ["ours", "peer", "baseline"].indexOf(LIBRARIES[library].kind);

/** The measured rows that the chart shows. */
function readRows(file) {
  const rows = JSON.parse(readFileSync(file, "utf8")).filter(
    ({ workload, runtime, library, n }) => {
      const { kind, apart } = LIBRARIES[library] ?? {};
      const shown = library === BASELINE || (["ours", "peer"].includes(kind) && !apart);
      return n > 0 && shown && Object.hasOwn(CHARTED, workload) && RUNTIMES.includes(runtime);
    },
  );
  if (rows.length > 0) return rows;
  throw new Error(`Cannot draw: ${file} has no rows of ${Object.keys(CHARTED).join(" or ")}`);
}

/** Ours, then the peers from fast to slow by the mean (geometric) of a workload, the baseline last. */
function inOrder(rows, workload) {
  const speed = (library) => {
    const some = rows.filter((row) => row.library === library && row.workload === workload);
    return some.reduce((sum, { median }) => sum + Math.log(median) / some.length, 0);
  };
  return [...new Set(rows.map(({ library }) => library))]
    .toSorted((a, b) => rankOf(a) - rankOf(b) || speed(b) - speed(a));
}

function barOf(library, runtime, row) {
  const { kind, runtimes } = LIBRARIES[library];
  const bar = { label: kind === "peer" ? `${library} ${versionOf(library)}` : library, kind };
  if (row) {
    return { ...bar, median: row.median, min: row.min, max: row.max, text: rate(row.median) };
  }
  return { ...bar, text: runtimes.includes(runtime) ? "not measured" : "does not run here" };
}

function versionOf(peer) {
  const file = join(BENCH, "peers", "node_modules", peer, "package.json");
  return JSON.parse(readFileSync(file, "utf8")).version;
}

function rate(value) {
  const [size, letter] = value >= 999_500 ? [1e6, " M"] : value >= 999.5 ? [1e3, " k"] : [1, ""];
  return `${(value / size).toFixed(value / size < 9.95 ? 1 : 0)}${letter}/s`;
}

function turns(rows) {
  const counts = rows.map(({ n }) => n);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (most === 1) return "one turn each";
  const number = least === most ? most : `${least} to ${most}`;
  return `medians of ${number} turns, with a line from the smallest to the largest`;
}

function readFile() {
  const options = { help: { type: "boolean", default: false } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) return console.log(HELP);
  if (positionals.length === 1) return positionals[0];
  throw new Error(`Cannot draw: give one FILE\n\n${HELP}`);
}

async function main() {
  const file = readFile();
  if (file === undefined) return;
  const rows = readRows(file);
  if (!installPeers()) throw new Error("Cannot draw: bench/peers has no Vega-Lite");
  const { drawReadmeChart } = await import("../bench/peers/readme_chart.mjs");

  const names = RUNTIMES.filter((name) => rows.some(({ runtime }) => runtime === name));
  const workloads = Object.keys(CHARTED).filter((one) => rows.some((row) => row.workload === one));
  const libraries = inOrder(rows, workloads[0]);
  const panelOf = (workload, runtime) => {
    const some = rows.filter((row) => row.workload === workload && row.runtime === runtime);
    return {
      title: runtime[0].toUpperCase() + runtime.slice(1),
      bars: libraries.map((one) => barOf(one, runtime, some.find((row) => row.library === one))),
    };
  };
  const charted = workloads.map((workload) => ({
    title: CHARTED[workload],
    panels: names.map((name) => panelOf(workload, name)),
  }));
  const when = statSync(file).mtime.toISOString().slice(0, 10);
  const only = workloads.map((workload) => workload.split("/")[0]).join(",");
  const subtitle = [
    `${describeMachine(await findAll(names, { std: "local" }))}; ${when}`,
    `npm run bench -- --only=${only}; ${turns(rows)}`,
  ];
  write(join(ROOT, "docs", "speed.svg"), await drawReadmeChart(charted, { ...WORDS, subtitle }));
}

await runCommand(main);
