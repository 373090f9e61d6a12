// From measured values to rows and tables.
import { LIBRARIES, WORKLOADS } from "./plan.mjs";

/**
 * One row a metric: `{ workload, runtime, library, unit, median, min, max, n }`. A library that
 * measured nothing has rows with `n: 0`, nulls and a `note` that says why.
 */
export function toRows(cells) {
  return cells.flatMap((cell) =>
    Object.entries(WORKLOADS[cell.workload].metrics).map(([metric, { unit }]) => ({
      workload: `${cell.workload}/${metric}`,
      runtime: cell.runtime,
      library: cell.library,
      unit,
      ...summary(cell.values[metric] ?? []),
      ...(cell.note ? { note: cell.note } : {}),
    }))
  );
}

/** Median, smallest and largest of some values. */
export function summary(values) {
  if (values.length === 0) return { median: null, min: null, max: null, n: 0 };
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median: tidy(median), min: tidy(sorted[0]), max: tidy(sorted.at(-1)), n: sorted.length };
}

const tidy = (value) => Number(value.toPrecision(6));

/** The metric that a row's `workload` names. */
export function metricOf(row) {
  const [workload, metric] = row.workload.split("/");
  return WORKLOADS[workload].metrics[metric];
}

/** What a row is compared with in the same run on the same runtime. */
export function references(row, rows) {
  const beside = rows.filter((other) =>
    other.workload === row.workload && other.runtime === row.runtime && other.n > 0
  );
  const of = (library) => beside.find((other) => other.library === library);
  return {
    "best peer": best(beside.filter((other) => LIBRARIES[other.library].kind === "peer")),
    "raw-echo": of("raw-echo"),
    "raw-worker": of("raw-worker"),
    "bare-pool": of("bare-pool"),
    "worker-loop": of("worker-loop"),
    "plain-loop": of("plain-loop"),
    "bare fork": of("bare fork"),
    "fork + task": of("fork + task"),
  };
}

/** The row with the best median, or undefined when there is none. */
export function best(rows) {
  if (rows.length === 0) return undefined;
  const sign = metricOf(rows[0]).better === "more" ? 1 : -1;
  return rows.reduce((a, b) => (b.median - a.median) * sign > 0 ? b : a);
}

/** The tables of one workload on one runtime, one a metric. */
export function tables(rows) {
  const names = [...new Set(rows.map((row) => `${row.runtime} ${row.workload}`))];
  return names.map((name) => {
    const some = rows.filter((row) => `${row.runtime} ${row.workload}` === name);
    const { unit, better } = metricOf(some[0]);
    const head = `${some[0].runtime}: ${some[0].workload}, ${unit}, ${better} is better`;
    return `${head}\n${table(some)}`;
  }).join("\n\n");
}

function table(rows) {
  const sign = metricOf(rows[0]).better === "more" ? -1 : 1;
  const measured = rows.filter((row) => row.n > 0).sort((a, b) => (a.median - b.median) * sign);
  const missing = rows.filter((row) => row.n === 0);
  if (measured.length === 0) return notes(missing);
  const against = Object.entries(references(measured[0], rows)).filter(([, row]) => row);
  const lines = measured.map((row) => [
    row.library,
    number(row.median),
    `${number(row.min)} – ${number(row.max)}`,
    String(row.n),
    ...against.map(([, reference]) => ratio(row.median, reference.median)),
  ]);
  const titles = against.map(([name, row]) =>
    name === "best peer" ? `÷ ${row.library}` : `÷ ${name}`
  );
  const head = ["library", "median", "min – max", "n", ...titles];
  return [align([head, ...lines]), ...missing.length ? [notes(missing)] : []].join("\n");
}

function notes(rows) {
  const reasons = [...new Set(rows.map((row) => row.note))];
  return reasons.map((reason) => {
    const libraries = rows.filter((row) => row.note === reason).map((row) => row.library);
    return `  ${libraries.join(", ")}: ${reason}`;
  }).join("\n");
}

/** Columns of text: the first to the left, the others to the right. */
export function align(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) =>
    "  " +
    line.map((text, column) => column ? text.padStart(widths[column]) : text.padEnd(widths[column]))
      .join("  ").trimEnd()
  ).join("\n");
}

/** Three digits, or a whole number with commas. */
export function number(value) {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString("en-GB");
  return String(Number(value.toPrecision(3)));
}

function ratio(value, reference) {
  return reference > 0 ? (value / reference).toFixed(2) : "";
}
