/** A child writes to stderr, which nobody reads any more after the first line on stdout. */
import { createPool } from "./scenario_pool.ts";

if (import.meta.main) {
  console.log("begin");
  await using pool = createPool(1);
  for (let i = 0; i < 20; i++) {
    await pool.apply(() => console.error("noise"));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  console.log("end");
}
