// What the project wants to reach, and what a run says of it.
import { existsSync, readFileSync } from "node:fs";
import { align, number, references } from "./report.mjs";

/**
 * One target: `metric` as in the rows, compared `against` another library of the same run (or taken
 * as it is), and at `least` or at `most` so much. `slowdown` turns a speed's quotient round.
 *
 * @typedef {{ text: string, metric: string, against?: string, least?: number, most?: number,
 *   slowdown?: boolean }} Target
 */

/** @type {Target[]} */
export const TARGETS = [
  { text: "no-op calls at once, warm", metric: "noop/warm", against: "best peer", least: 12 },
  {
    text: "no-op calls at once, second burst",
    metric: "noop/next",
    against: "best peer",
    least: 12,
  },
  { text: "no-op calls at once, warm", metric: "noop/warm", against: "bare-pool", least: 1.3 },
  {
    text: "no-op calls at once, second burst",
    metric: "noop/next",
    against: "bare-pool",
    least: 1.3,
  },
  { text: "no-op calls at once, warm, a second", metric: "noop/warm", least: 1e6 },
  { text: "part of it with signal, timeout, priority", metric: "options/ratio", least: 0.7 },
  { text: "one awaited call", metric: "latency/call", against: "raw-echo", most: 0.4 },
  { text: "one awaited call", metric: "latency/call", against: "best peer", most: 1 },
  { text: "a lone call every 20 ms", metric: "lone/call", against: "raw-echo", most: 1 },
  { text: "map, a million ints", metric: "map/million", against: "plain-loop", most: 1.5 },
  { text: "map, a million ints", metric: "map/million", against: "best peer", most: 1 / 5 },
  { text: "map, a million ints", metric: "map/million", against: "mp.Pool", most: 1 / 5 },
  { text: "1 KB objects", metric: "object/1KB", against: "best peer", least: 2 },
  {
    text: "1 MiB by transfer, time",
    metric: "transfer/move",
    against: "raw-echo",
    slowdown: true,
    most: 1.3,
  },
  { text: "1 MiB by clone, speed", metric: "bytes/clone", against: "best peer", least: 1 },
  { text: "CPU-bound, 2 workers against 1", metric: "cpu/speedup", least: 1.95 },
  { text: "long tasks last, calls ÷ ideal", metric: "growing/calls", most: 1.1 },
  { text: "long tasks last, map ÷ ideal", metric: "growing/map", most: 1.1 },
  {
    text: "first result after start",
    metric: "startup/first-result",
    against: "raw-worker",
    most: 1.3,
  },
  { text: "idle pool of 2 over 10 s, ‰ of a core", metric: "quiet/cpu", most: 2 },
  { text: "a pending no-op call, bytes", metric: "million/peak", most: 600 },
  { text: "a call at 10,000 lanes, 10 million pending", metric: "scale/plain", most: 1.5 },
  { text: "the same with priorities", metric: "scale/priorities", most: 1.5 },
];

/** The workloads that the targets need. */
export const TARGET_WORKLOADS = [
  ...new Set(TARGETS.map(({ metric }) => metric.split("/")[0])),
].filter((workload) => workload !== "scale");

/**
 * What `npm run bench:scale` wrote, as rows: per-call cost in the largest pool, divided by that with
 * two lanes and a thousand pending calls.
 */
export function scaleRows(file) {
  if (!existsSync(file)) return [];
  const { cost } = JSON.parse(readFileSync(file, "utf8"));
  const measured = cost.filter((row) => row.n > 0);
  const at = (runtime, lanes, pending, priorities) =>
    measured.find((row) =>
      row.runtime === runtime && row.lanes === lanes && row.pending === pending &&
      row.priorities === priorities
    );
  return [...new Set(measured.map((row) => row.runtime))].flatMap((runtime) =>
    [false, true].flatMap((priorities) => {
      const small = at(runtime, 2, 1e3, priorities), large = at(runtime, 1e4, 1e7, priorities);
      if (!small || !large) return [];
      return [{
        workload: `scale/${priorities ? "priorities" : "plain"}`,
        runtime,
        library: "@pool/core",
        unit: "x",
        median: large.median / small.median,
        min: large.min / small.max,
        max: large.max / small.min,
        n: large.n,
      }];
    })
  );
}

/** One entry a target and runtime that was measured. */
export function judge(rows) {
  const ours = rows.filter((row) => row.n > 0 && row.library === "@pool/core");
  return TARGETS.flatMap((target) =>
    ours.filter((row) => row.workload === target.metric).flatMap((row) => {
      const reference = target.against && referenceFor(target, row, rows);
      if (target.against && !reference) return [];
      const quotient = reference ? row.median / reference.median : row.median;
      const value = target.slowdown ? 1 / quotient : quotient;
      const { least, most } = target;
      const reached = least === undefined ? value <= most : value >= least;
      const missed = least === undefined ? value / most - 1 : 1 - value / least;
      return [{ target, row, reference, value, reached, missed }];
    })
  );
}

function referenceFor({ against }, row, rows) {
  if (against !== "mp.Pool") return references(row, rows)[against];
  return rows.find((other) =>
    other.n > 0 && other.library === against && other.workload === row.workload
  );
}

const wanted = ({ least, most }) =>
  least === undefined ? `≤ ${number(most)}` : `≥ ${number(least)}`;
const named = ({ text, against }) => against ? `${text} ÷ ${against}` : text;
const percent = (part) => `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`;
const verdict = ({ reached, missed }) => reached ? "reached" : `missed by ${percent(missed)}`;

/** Columns of text for the terminal, one line a target and runtime. */
export function targetLines(rows) {
  const judged = judge(rows);
  if (judged.length === 0) return "";
  return align([
    ["target", "runtime", "wanted", "value", ""],
    ...judged.map((one) => [
      named(one.target),
      one.row.runtime,
      wanted(one.target),
      number(one.value),
      verdict(one),
    ]),
  ]);
}

/** The page of all targets in Markdown: a line a target, a column a runtime; then the figures. */
export function targetPage(rows, about) {
  const judged = judge(rows);
  const runtimes = ["deno", "bun", "node"].filter((name) =>
    rows.some((row) => row.runtime === name)
  );
  const cell = (target, runtime) => {
    const found = judged.find((one) => one.target === target && one.row.runtime === runtime);
    return found ? `${number(found.value)}, ${verdict(found)}` : "not measured";
  };
  const summary = TARGETS.map((target) => [
    named(target),
    wanted(target),
    ...runtimes.map((runtime) => cell(target, runtime)),
  ]);
  const figures = judged.map(({ target, row, reference }) => [
    named(target),
    row.runtime,
    figure(row),
    reference ? `${figure(reference)}, ${reference.library}` : "",
  ]);
  return [
    "# Targets",
    "",
    "Written by `npm run bench -- --only=targets`; medians of one run, 2 workers.",
    "",
    about,
    "",
    markdown([["target", "wanted", ...runtimes], ...summary]),
    "",
    "## Figures",
    "",
    "Median (smallest – largest) of what was divided.",
    "",
    markdown([["target", "runtime", "@pool/core", "against"], ...figures]),
    "",
  ].join("\n");
}

const figure = ({ median, min, max, unit }) =>
  `${number(median)} ${unit} (${number(min)} – ${number(max)})`;

function markdown([head, ...lines]) {
  const row = (cells) => `| ${cells.join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...lines.map(row)].join("\n");
}
