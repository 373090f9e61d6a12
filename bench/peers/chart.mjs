// The chart of a run, drawn by Vega-Lite without a browser.
import { drawSpec } from "./draw.mjs";

const COLOURS = { ours: "#d1495b", baseline: "#8d99ae", peer: "#00798c", other: "#edae49" };

/**
 * @param {{ workload: string, runtime: string, library: string, unit: string, median: number,
 *   min: number, max: number, kind: string, title: string }[]} rows with n > 0
 * @returns {Promise<string>} SVG: one row of panels a metric, one panel a runtime; a dot for the
 *   median, a line from the smallest to the largest value
 */
export async function drawChart(rows, subtitle) {
  return await drawSpec({
    title: { text: "@pool/core beside its peers", subtitle, anchor: "start" },
    vconcat: [...new Set(rows.map((row) => row.workload))].map((workload) =>
      metricRow(rows.filter((row) => row.workload === workload))
    ),
    resolve: { scale: { color: "shared" } },
    spacing: 12,
    config: {
      axis: { labelLimit: 150 },
      axisX: { grid: false, labelOverlap: "greedy" },
      axisY: { minExtent: 125, maxExtent: 125 }, // the panels of a column stand below each other
    },
  });
}

function metricRow(rows) {
  const { unit, title, better } = rows[0];
  const runtimes = [...new Set(rows.map((row) => row.runtime))];
  // One scale for the whole row, so that runtimes can be compared; logarithmic, hence no bars.
  const values = rows.flatMap((row) => [row.min, row.max]).filter((value) => value > 0);
  const domain = [Math.min(...values) * 0.8, Math.max(...values) * 1.25];
  return {
    title: { text: title, anchor: "start", fontSize: 11 },
    hconcat: runtimes.map((runtime) =>
      panel(rows.filter((row) => row.runtime === runtime), {
        runtime,
        domain,
        axis: `${unit} (${better} is better)`,
        better,
      })
    ),
  };
}

function panel(rows, { runtime, domain, axis, better }) {
  const order = rows.toSorted((a, b) =>
    better === "more" ? b.median - a.median : a.median - b.median
  );
  const x = { type: "quantitative", scale: { type: "log", domain, nice: false }, title: axis };
  const y = {
    field: "library",
    type: "nominal",
    sort: order.map((row) => row.library),
    title: null,
    axis: { grid: true },
  };
  const color = {
    field: "kind",
    type: "nominal",
    title: null,
    scale: { domain: Object.keys(COLOURS), range: Object.values(COLOURS) },
  };
  return {
    title: runtime,
    width: 220,
    height: { step: 16 },
    data: { values: rows.filter((row) => row.median > 0) },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 2, opacity: 0.5, clip: true },
        encoding: { x: { ...x, field: "min" }, x2: { field: "max" }, y, color },
      },
      {
        mark: { type: "point", filled: true, size: 50, opacity: 1 },
        encoding: { x: { ...x, field: "median" }, y, color },
      },
    ],
  };
}
