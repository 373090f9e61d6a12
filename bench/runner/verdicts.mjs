// What a run says of the targets: lines for the terminal, a page in Markdown.
import { LIBRARIES } from "./plan.mjs";
import { align, best, metricOf, number, references } from "./report.mjs";
import { SHEETS } from "./targets.mjs";

/** One entry a target and runtime that was measured. */
function judge(rows, targets) {
  const measured = rows.filter((row) => row.n > 0);
  return targets.flatMap((target) => {
    const { library = "@pool/core", metric } = target;
    const ours = measured.filter((row) => row.library === library && row.workload === metric);
    return ours.flatMap((row) => {
      const reference = target.against && referenceFor(target, row, rows);
      if (target.against && !reference) return [];
      const quotient = reference ? row.median / reference.median : row.median;
      const value = target.slowdown ? 1 / quotient : quotient;
      const { least, most } = target;
      const reached = least === undefined ? value <= most : value >= least;
      const missed = least === undefined ? value / most - 1 : 1 - value / least;
      return [{ target, row, reference, value, reached, missed }];
    });
  });
}

/** Python's pools stand beside every runtime; all others are compared on their own. */
function referenceFor({ against }, row, rows) {
  const some = rows.filter((other) => other.n > 0 && other.workload === row.workload);
  if (against === "best process pool") {
    return best(
      some.filter(({ library, runtime }) =>
        LIBRARIES[library].processes === "pool" && [row.runtime, "python"].includes(runtime)
      ),
    );
  }
  if (LIBRARIES[against]?.runtimes[0] !== "python") return references(row, rows)[against];
  return some.find((other) => other.library === against);
}

const wanted = ({ least, most }) =>
  least === undefined ? `≤ ${number(most)}` : `≥ ${number(least)}`;
const named = ({ text, library, against }) =>
  (library ? `${library}: ${text}` : text) + (against ? ` ÷ ${against}` : "");
const percent = (part) => `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`;
const verdict = ({ reached, missed }) => reached ? "reached" : `missed by ${percent(missed)}`;

/** Columns of text for the terminal, one line a target and runtime. */
export function targetLines(rows, { targets }) {
  const judged = judge(rows, targets);
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
export function targetPage(rows, about, name) {
  const { title, targets, all } = SHEETS[name];
  const judged = judge(rows, targets);
  const runtimes = ["deno", "bun", "node"].filter((name) =>
    rows.some((row) => row.runtime === name)
  );
  const cell = (target, runtime) => {
    const found = judged.find((one) => one.target === target && one.row.runtime === runtime);
    if (!found) return "not measured";
    const beside = found.reference?.library ?? target.against;
    const best = beside === target.against ? "" : ` (${beside})`;
    return `${number(found.value)}, ${verdict(found)}${best}`;
  };
  const summary = targets.map((target) => [
    named(target),
    wanted(target),
    ...runtimes.map((runtime) => cell(target, runtime)),
  ]);
  return [
    `# ${title}`,
    "",
    `Written by \`npm run bench -- --only=${name}\`; medians of one run, 2 workers.`,
    "",
    about,
    "",
    ...(summary.length > 0 ? [markdown([["target", "wanted", ...runtimes], ...summary]), ""] : []),
    ...(all ? everything(rows) : divided(judged)),
  ].join("\n");
}

/** What was divided by what. */
function divided(judged) {
  const lines = judged.map(({ target, row, reference }) => [
    named(target),
    row.runtime,
    figure(row),
    reference ? `${figure(reference)}, ${reference.library}` : "",
  ]);
  const table = markdown([["target", "runtime", "@pool/core", "against"], ...lines]);
  return ["## Figures", "", "Median (smallest – largest) of what was divided.", "", table, ""];
}

const figure = ({ median, min, max, unit }) =>
  `${number(median)} ${unit} (${number(min)} – ${number(max)})`;

/** Columns as wide as `deno fmt` makes them. */
function markdown([head, ...lines]) {
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(3, ...all.map((line) => line[column].length)));
  const row = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |`;
  return [row(head), row(widths.map((width) => "-".repeat(width))), ...lines.map(row)].join("\n");
}

/** A table a metric: a line a library, a column a runtime. */
function everything(rows) {
  const runtimes = [...new Set(rows.map((row) => row.runtime))];
  const tables = [...new Set(rows.map((row) => row.workload))].flatMap((workload) => {
    const some = rows.filter((row) => row.workload === workload);
    const cell = (library, runtime) => {
      const row = some.find((one) => one.library === library && one.runtime === runtime);
      return row?.n > 0 ? cellOf(row) : "";
    };
    const lines = [...new Set(some.map((row) => row.library))].map((library) => [
      library,
      ...runtimes.map((runtime) => cell(library, runtime)),
    ]);
    const { unit, better } = metricOf(some[0]);
    return [
      `### ${workload}, ${unit}, ${better} is better`,
      "",
      markdown([["library", ...runtimes], ...lines]),
      "",
    ];
  });
  const about = "Median (smallest – largest); a figure alone was measured once.";
  return ["## All figures", "", about, "", ...tables, ...missing(rows)];
}

const cellOf = ({ median, min, max, n }) =>
  n === 1 ? number(median) : `${number(median)} (${number(min)} – ${number(max)})`;

/** Why some figures are not there. */
function missing(rows) {
  const notes = rows.filter((row) => row.n === 0 && row.note).map((row) => {
    const [workload] = row.workload.split("/");
    return `- ${row.library} on ${row.runtime}, ${workload}: ${row.note}`;
  });
  return notes.length > 0 ? ["## Not measured", "", ...new Set(notes), ""] : [];
}
