// Draws a Vega-Lite chart as SVG without a browser.
import { parse, View } from "vega";
import { compile } from "vega-lite";

/** @param {object} spec a Vega-Lite specification without `$schema`; white ground, no screen reader's marks */
export async function drawSpec({ config, ...spec }) {
  const { spec: compiled } = compile({
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    ...spec,
    config: { aria: false, view: { stroke: "#ddd" }, ...config },
  });
  const view = new View(parse(compiled), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
