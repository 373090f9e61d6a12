// What a call costs @pool/core's scheduler as lanes and pending calls grow, and how near it comes to
// the ideal schedule: `npm run bench:scale`, `-- --quick`. bench/scale/README.md says how.
import { spawnSync } from "node:child_process";
import { freemem, totalmem } from "node:os";
import { join } from "node:path";
import { BENCH, environment, findAll } from "../bench/runner/commands.mjs";
import { describeMachine } from "../bench/runner/machine.mjs";
import { installPeers } from "../bench/runner/peers.mjs";
import { align, summary } from "../bench/runner/report.mjs";
import { readValues, runCommand, write } from "./bench_command.mjs";
import { parseRuntimes } from "./runtimes.mjs";

const HELP = `Usage: npm run bench:scale -- [options]

  --quick                      up to 100,000 pending calls, few rounds
  --runtime=deno|bun|node|all  where to measure (default: all; a list is fine)
  --lanes=N,...                default 2,100,10000
  --pending=N,...              default 1000,10000,100000,1000000,10000000
  --json FILE                  default bench/results/scale.json (with --quick none)
  --svg FILE                   default bench/results/scale.svg (with --quick none)`;

const QUICK = { pending: [1e3, 1e4, 1e5], calls: 5_000, rounds: 5 };
const FULL = { pending: [1e3, 1e4, 1e5, 1e6, 1e7], calls: 20_000, rounds: 9 };
const CHILD_TIMEOUT_MS = 600_000;
/** Bytes of one pending call at its worst, garbage included, to tell beforehand what will not fit. */
const WORST_BYTES = 1_000;
const MARK = "@@scale ";

function readOptions() {
  const values = readValues(HELP, {
    lanes: { type: "string", default: "2,100,10000" },
    pending: { type: "string" },
    svg: { type: "string" },
  });
  const size = values.quick ? QUICK : FULL;
  const kept = (name) => values.quick ? undefined : join(BENCH, "results", name);
  return {
    ...size,
    quick: values.quick,
    runtimes: parseRuntimes(values.runtime),
    lanes: numbers(values.lanes),
    pending: values.pending ? numbers(values.pending) : size.pending,
    json: values.json ?? kept("scale.json"),
    svg: values.svg ?? kept("scale.svg"),
  };
}

function numbers(text) {
  const list = text.split(",").map(Number);
  if (list.every((one) => Number.isInteger(one) && one > 0)) return list;
  throw new Error(`Cannot use "${text}": give whole numbers above 0, with commas between them`);
}

/** Room for ten million pending calls, and a collector that can be called. */
function heapFlags({ name }) {
  const megabytes = Math.floor(totalmem() * 0.8 / 2 ** 20);
  if (name === "node") return ["--expose-gc", `--max-old-space-size=${megabytes}`];
  return name === "deno" ? [`--v8-flags=--expose-gc,--max-old-space-size=${megabytes}`] : [];
}

/** One measurement in a process of its own. */
function run(runtime, kind, settings) {
  const [first, ...rest] = runtime.flags;
  const flags = runtime.name === "deno"
    ? [first, ...heapFlags(runtime), ...rest]
    : [...heapFlags(runtime), ...runtime.flags];
  const child = join(BENCH, "scale", "child.ts");
  const result = spawnSync(runtime.path, [...flags, child, kind, JSON.stringify(settings)], {
    encoding: "utf8",
    env: environment(runtime),
    timeout: CHILD_TIMEOUT_MS,
    killSignal: "SIGKILL",
    maxBuffer: 1 << 26,
  });
  const line = result.stdout?.split("\n").find((one) => one.startsWith(MARK));
  if (result.status === 0 && line) return JSON.parse(line.slice(MARK.length));
  const reason = result.error?.message ?? result.signal ?? result.stderr.trim().split("\n").at(-1);
  return { note: `failed: ${reason}` };
}

function measureCost(runtime, settings, machine) {
  const { lanes, pending, priorities } = settings;
  const row = { runtime: runtime.name, lanes, pending, priorities, unit: "ns" };
  const needs = pending * WORST_BYTES;
  const result = needs > freemem()
    ? { note: `not measured: it may need ${Math.ceil(needs / 2 ** 30)} GiB` }
    : run(runtime, "cost", settings, machine);
  const { call = [], submit = null, bytes = null, note } = result;
  return { ...row, ...summary(call), submit, bytes, ...(note && { note }) };
}

function costTable(rows) {
  const reference = rows.find((row) => !row.priorities && row.n > 0);
  const lines = rows.map((row) => [
    String(row.lanes),
    row.pending.toLocaleString("en-GB"),
    row.priorities ? "10" : "1",
    ...row.n === 0 ? [row.note, "", "", "", ""] : [
      row.median.toFixed(0),
      `${row.min.toFixed(0)} – ${row.max.toFixed(0)}`,
      (row.median / reference.median).toFixed(2),
      row.submit.toFixed(0),
      row.bytes === null ? "" : row.bytes.toFixed(0),
    ],
  ]);
  const head = ["lanes", "pending", "priorities", "ns/call", "min – max", "÷ first", "ns/submit"];
  return align([[...head, "bytes/pending"], ...lines]);
}

function skewTable(rows) {
  const lines = rows.map((row) => [
    `${row.shape}, ${row.way}`,
    String(row.lanes),
    row.tasks.toLocaleString("en-GB"),
    String(row.mean),
    row.ideal.toFixed(1),
    (row.list / row.ideal).toFixed(3),
    (row.took / row.ideal).toFixed(3),
  ]);
  const head = ["tasks", "lanes", "number", "mean ms", "ideal ms", "list ÷ ideal", "took ÷ ideal"];
  return align([head, ...lines]);
}

async function main() {
  const options = readOptions();
  const peers = options.svg ? installPeers() : false;
  const runtimes = await findAll(options.runtimes, { std: "local" });
  const machine = describeMachine(runtimes);
  console.log(machine);

  const skew = run([...runtimes.values()][0], "skew", {});
  if (skew.note) throw new Error(`Cannot simulate: ${skew.note}`);
  console.log(`\n## The end of all tasks, injected time\n${skewTable(skew)}`);

  const cost = [];
  for (const [name, runtime] of runtimes) {
    console.log(`\n## ${name}: cost of one call to the scheduler`);
    const rows = options.lanes.flatMap((lanes) =>
      options.pending.flatMap((pending) =>
        [false, true].map((priorities) => {
          const { calls, rounds } = options;
          return measureCost(runtime, { lanes, pending, priorities, calls, rounds });
        })
      )
    );
    console.log(costTable(rows));
    cost.push(...rows);
  }
  if (options.json) {
    write(options.json, `${JSON.stringify({ machine, cost, skew }, null, 2)}\n`);
  }
  if (!peers) return;
  const { drawScale } = await import("../bench/peers/scale_chart.mjs");
  write(options.svg, await drawScale({ cost, skew }, machine));
}

await runCommand(main);
