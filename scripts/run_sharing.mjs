// Locks, queues, pipes, events and managers between two workers, beside Python's multiprocessing:
// `npm run bench:sharing`, `-- --quick`. bench/sharing/README.md says how.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { BENCH, environment, findAll } from "../bench/runner/commands.mjs";
import { describeMachine } from "../bench/runner/machine.mjs";
import { usePackage } from "../bench/runner/packaged.mjs";
import { align, number, summary } from "../bench/runner/report.mjs";
import { readValues, runCommand, wholeNumber, write } from "./bench_command.mjs";
import { parseRuntimes } from "./runtimes.mjs";

const HELP = `Usage: npm run bench:sharing -- [options]

  --quick                        a tenth of the operations, two repetitions; writes nothing
  --runtime=deno|bun|node|all    beside Python, where python3 is found (default: all; a list is fine)
  --only=WORKLOAD,...            of: NAMES
  --repetitions=N                turns of each (default 5)
  --sources                      from the sources on Bun and Node, too, not from the npm package
  --json FILE                    default bench/results/sharing.json (with --quick or --only none)`;

/** Operations, unit, and what is to be reached: so many times Python's speed, or part of its time. */
const WORKLOADS = {
  lock: { n: 2_000_000, unit: "pairs/s", least: 5 },
  contended: { n: 500_000, unit: "pairs/s", least: 1 },
  "queue-int": { n: 200_000, unit: "items/s", least: 5 },
  "queue-1KB": { n: 100_000, unit: "items/s", least: 5 },
  "queue-64KiB": { n: 20_000, unit: "items/s", least: 5 },
  pipe: { n: 20_000, unit: "µs", most: 0.5 },
  event: { n: 10_000, unit: "µs", most: 1 },
  manager: { n: 20_000, unit: "operations/s", least: 3 },
};
const CHILD_TIMEOUT_MS = 180_000;
const MARK = "@@sharing ";

function readOptions() {
  const values = readValues(HELP.replace("NAMES", Object.keys(WORKLOADS).join(", ")), {
    only: { type: "string" },
    sources: { type: "boolean", default: false },
    repetitions: { type: "string" },
  });
  const names = values.only?.split(",") ?? Object.keys(WORKLOADS);
  const wrong = names.find((name) => !Object.hasOwn(WORKLOADS, name));
  if (wrong !== undefined) {
    throw new Error(`Cannot measure "${wrong}": choose from ${Object.keys(WORKLOADS).join(", ")}`);
  }
  const repetitions = wholeNumber(values.repetitions ?? (values.quick ? 2 : 5), "repetitions");
  const kept = values.quick || values.only ? undefined : join(BENCH, "results", "sharing.json");
  return {
    names,
    sources: values.sources,
    repetitions,
    part: values.quick ? 0.1 : 1,
    runtimes: parseRuntimes(values.runtime),
    json: values.json ?? kept,
  };
}

/** Everybody whose turn comes, in this order, once in each repetition. */
function contestants(runtimes) {
  return [...runtimes.values()].flatMap((runtime) => {
    if (runtime.name === "python") {
      return [{ runtime, args: [join(BENCH, "sharing", "python.py")] }];
    }
    const child = join(runtime.bench ?? BENCH, "sharing", "child.ts");
    return ["thread", "process"].map((backend) => (
      { runtime, args: [...runtime.flags, child, backend] }
    ));
  });
}

function takeTurn({ runtime, args }, counts) {
  const result = spawnSync(runtime.path, [...args, JSON.stringify(counts)], {
    encoding: "utf8",
    env: environment(runtime),
    timeout: CHILD_TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  if (result.status !== 0) {
    const reason = result.error?.message ?? result.signal ??
      result.stderr.trim().split("\n").at(-1);
    console.error(`${runtime.name}: failed: ${reason}`);
  }
  return (result.stdout ?? "").split("\n").filter((line) => line.startsWith(MARK))
    .map((line) => ({ runtime: runtime.name, ...JSON.parse(line.slice(MARK.length)) }));
}

/** One row for each workload, runtime and way: `{ workload, runtime, library, unit, median, … }`. */
function toRows(results) {
  const groups = new Map();
  for (const { runtime, workload, way, value } of results) {
    const key = `${workload}\n${runtime}\n${way}`;
    if (!groups.has(key)) groups.set(key, { workload, runtime, way, values: [] });
    groups.get(key).values.push(value);
  }
  return [...groups.values()].map(({ workload, runtime, way, values }) => ({
    workload: `sharing/${workload}`,
    runtime,
    library: runtime === "python" ? "multiprocessing" : `@pool/core (${way})`,
    unit: WORKLOADS[workload].unit,
    ...summary(values),
  }));
}

function table(name, rows) {
  const { unit, least, most } = WORKLOADS[name];
  const some = rows.filter((row) => row.workload === `sharing/${name}`);
  const python = some.find((row) => row.runtime === "python");
  const wanted = least ? `at least ${least} × Python's` : `at most ${most} × Python's`;
  const lines = some.map((row) => [
    row.runtime === "python" ? "Python" : `${row.runtime} ${row.library.slice(12, -1)}`,
    number(row.median),
    `${number(row.min)} – ${number(row.max)}`,
    String(row.n),
    python ? (row.median / python.median).toFixed(2) : "",
  ]);
  const head = ["", "median", "min – max", "n", "÷ Python"];
  return `${name}, ${unit}; wanted: ${wanted}\n${align([head, ...lines])}`;
}

async function main() {
  const options = readOptions();
  const runtimes = await findAll([...options.runtimes, "python"], { std: "local" });
  if (!options.sources) await usePackage(runtimes);
  const machine = describeMachine(runtimes);
  console.log(machine);
  const counts = Object.fromEntries(
    options.names.map((name) => [name, Math.ceil(WORKLOADS[name].n * options.part)]),
  );
  const results = [];
  for (let turn = 0; turn < options.repetitions; turn++) {
    for (const one of contestants(runtimes)) results.push(...takeTurn(one, counts));
  }
  const rows = toRows(results);
  for (const name of options.names) console.log(`\n${table(name, rows)}`);
  if (options.json) write(options.json, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
}

await runCommand(main);
