// The charts of bench/scale, drawn by Vega-Lite without a browser.
import { drawSpec } from "./draw.mjs";

/**
 * @param {{ cost: object[], skew: object[] }} results as scripts/run_scale.mjs collects them
 * @returns {Promise<string>} SVG: cost by pending calls, a panel a runtime; below it the skewed tasks
 */
export async function drawScale({ cost, skew }, subtitle) {
  const measured = cost.filter((row) => row.n > 0);
  return await drawSpec({
    title: {
      text: "@pool/core: cost at scale, and unequal tasks",
      subtitle,
      anchor: "start",
    },
    vconcat: [
      {
        hconcat: [...new Set(measured.map((row) => row.runtime))].map((name) =>
          panel(measured, name)
        ),
      },
      skewPanel(skew),
    ],
    resolve: {
      scale: {
        color: "independent",
        shape: "independent",
        strokeDash: "independent",
      },
    },
    spacing: 24,
  });
}

function panel(rows, runtime) {
  const values = rows.filter((row) => row.runtime === runtime).map((row) => ({
    ...row,
    lanes: row.lanes.toLocaleString("en-GB"),
    line: row.priorities ? "ten" : "one",
  }));
  const most = Math.max(...rows.map((row) => row.median)) * 1.25;
  const x = {
    field: "pending",
    type: "quantitative",
    scale: { type: "log" },
    title: "pending calls",
  };
  const y = {
    type: "quantitative",
    title: "ns a call",
    scale: { domain: [0, most] },
  };
  const color = { field: "lanes", type: "nominal", title: "lanes", sort: null };
  const strokeDash = { field: "line", type: "nominal", title: "priorities" };
  return {
    title: runtime,
    width: 240,
    height: 200,
    data: { values },
    layer: [
      {
        mark: { type: "line", point: true },
        encoding: {
          x: {
            ...x,
            axis: { format: "~s", grid: false, labelOverlap: "greedy" },
          },
          y: { ...y, field: "median" },
          color,
          strokeDash,
        },
      },
      {
        mark: { type: "rule", opacity: 0.4, clip: true },
        encoding: { x, y: { ...y, field: "min" }, y2: { field: "max" }, color },
      },
    ],
  };
}

function skewPanel(rows) {
  const values = rows.flatMap(
    ({ shape, way, lanes, tasks, mean, ideal, list, took }) => {
      const name = `${tasks.toLocaleString("en-GB")} of ${mean} ms on ${lanes}`;
      return [
        { shape, size: name, what: way, ratio: took / ideal },
        {
          shape,
          size: name,
          what: "each to the first free lane",
          ratio: list / ideal,
        },
      ];
    },
  );
  return {
    title: "End of the last task, divided by the ideal schedule (injected time)",
    width: 600,
    height: { step: 12 },
    data: { values },
    mark: { type: "point", size: 60 },
    encoding: {
      x: {
        field: "ratio",
        type: "quantitative",
        scale: { type: "log", nice: false },
        title: "÷ ideal (logarithmic)",
      },
      y: {
        field: "size",
        type: "nominal",
        title: null,
        sort: null,
        axis: { labelLimit: 200 },
      },
      row: {
        field: "shape",
        type: "nominal",
        title: null,
        header: { labelAngle: 0, labelAlign: "left" },
      },
      color: {
        field: "what",
        type: "nominal",
        title: null,
        legend: { labelLimit: 250 },
      },
      shape: { field: "what", type: "nominal", title: null },
    },
  };
}
