// The small chart of README.md, drawn by Vega-Lite without a browser.
import { drawSpec } from "./draw.mjs";

const COLOURS = { ours: "#d1495b", peer: "#4a90a4", baseline: "#b4bcc8" };
const DARK = "#24292f";
const QUIET = "#59636e";
const FAINT = "#d0d7de";
// In pixels. All together is as wide as a README page, about 830.
const LABELS = 154;
const PANEL = 212;
const BAR = 158; // the longest bar: the rest of the panel is for its value
const GAP = 8;
const STEP = 14;
/** Without a browser, widths of text are guessed, too wide: the layout leaves out what is clipped. */
const TEXT = { type: "text", clip: true };

/**
 * Bars from zero on a linear scale that the panels of a row share: a length says what a number says.
 *
 * @param {{ title: string, panels: { title: string, bars: { label: string, text: string,
 *   kind: "ours" | "peer" | "baseline", median?: number, min?: number, max?: number }[] }[] }[]} rows
 *   all panels have the same labels in the same order; a bar without a median is its text alone
 * @param {{ title: string, subtitle: string[], note: string }} words
 * @returns {Promise<string>} SVG
 */
export async function drawReadmeChart(rows, { title, subtitle, note }) {
  return await drawSpec({
    padding: 8,
    title: { text: title, anchor: "start", fontSize: 16, offset: 4 },
    vconcat: [lines(subtitle), ...rows.map(drawRow), lines([note])],
    spacing: 9,
    config: {
      font: "Helvetica, Arial, sans-serif",
      view: { stroke: null },
      title: { color: DARK },
      text: { fontSize: 11, align: "left" },
    },
  });
}

function drawRow({ title, panels }) {
  const most = Math.max(...panels.flatMap(({ bars }) => bars.map(({ max }) => max ?? 0)));
  return {
    title: { text: title, anchor: "start", fontSize: 12.5, offset: 5 },
    spacing: GAP,
    hconcat: [drawLabels(panels[0].bars), ...panels.map((panel) => drawPanel(panel, most))],
  };
}

function drawLabels(bars) {
  return {
    width: LABELS,
    height: { step: STEP },
    data: { values: bars },
    layer: [line(bars), ...texts("label", { x: LABELS, align: "right" }, { y: place(bars) })],
  };
}

function drawPanel({ title, bars }, most) {
  const scale = { domain: [0, most], range: [0, BAR], nice: false };
  const x = (field) => ({ field, type: "quantitative", scale, axis: null });
  const y = place(bars);
  const color = {
    field: "kind",
    type: "nominal",
    legend: null,
    scale: { domain: Object.keys(COLOURS), range: Object.values(COLOURS) },
  };
  const measured = (bar) => bar.median !== undefined;
  return {
    title: { text: title, anchor: "start", fontSize: 11, color: QUIET, offset: 3 },
    width: PANEL,
    height: { step: STEP },
    // A value stands behind its bar, and behind the line from the smallest to the largest.
    data: {
      values: bars.map((bar) =>
        measured(bar) ? { ...bar, end: bar.max } : { ...bar, end: 0, kind: "missing" }
      ),
    },
    layer: [
      line(bars),
      {
        transform: [{ filter: "datum.kind !== 'missing'" }],
        mark: { type: "bar", height: 9 },
        encoding: { x: x("median"), y, color },
      },
      {
        transform: [{ filter: "datum.max > datum.min" }],
        mark: { type: "rule", color: DARK, opacity: 0.6 },
        encoding: { x: x("min"), x2: { field: "max" }, y },
      },
      ...texts("text", { dx: 4 }, { x: x("end"), y }),
    ],
  };
}

const place = (bars) => ({
  field: "label",
  type: "nominal",
  scale: { domain: bars.map(({ label }) => label) },
  axis: null,
});

/** Between the libraries and the baselines. */
function line(bars) {
  const y = bars.filter(({ kind }) => kind !== "baseline").length * STEP;
  return {
    data: { values: [{}] },
    mark: { type: "rule", color: FAINT },
    encoding: { x: { value: 0 }, x2: { value: "width" }, y: { value: y } },
  };
}

/** One layer each, because no channel gives text its weight. */
function texts(field, mark, encoding) {
  const looks = {
    ours: { color: COLOURS.ours, fontWeight: "bold" },
    peer: { color: DARK },
    baseline: { color: QUIET },
    missing: { color: QUIET },
  };
  return Object.entries(looks).map(([kind, look]) => ({
    transform: [{ filter: `datum.kind === '${kind}'` }],
    mark: { ...TEXT, ...mark, ...look },
    encoding: { ...encoding, text: { field } },
  }));
}

function lines(text) {
  return {
    width: LABELS + 3 * (GAP + PANEL),
    height: text.length * STEP,
    data: { values: [{ text }] },
    mark: { ...TEXT, x: 0, y: 0, baseline: "top", lineHeight: STEP, color: QUIET },
    encoding: { text: { field: "text" } },
  };
}
