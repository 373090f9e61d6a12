/** One measurement of bench/scale in a process of its own: settings as JSON in, results as JSON out. */
import process from "node:process";
import { type CostSettings, measureCost } from "./cost.ts";
import { runAllSkews } from "./skew.ts";

if (import.meta.main) {
  const [kind, settings] = process.argv.slice(2);
  const result = kind === "cost"
    ? await measureCost(JSON.parse(settings) as CostSettings)
    : await runAllSkews();
  process.stdout.write(`\n@@scale ${JSON.stringify(result)}\n`);
}
