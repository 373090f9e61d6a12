/** A program in the middle of a map: `signals_scenario.ts <case>`. */
import process from "node:process";
import type { Pool } from "@pool/core";
import * as tasks from "./crash_tasks.ts";
import { createPool } from "./scenario_pool.ts";

async function ready(pool: Pool): Promise<void> {
  await pool.broadcast(tasks.noop);
  console.log("READY");
}

const cases: Record<string, () => Promise<void>> = {
  "sleeping": async () => {
    const pool = createPool(2);
    await ready(pool);
    await pool.map(tasks.sleep, [60_000, 60_000, 60_000]);
  },
  "spinning": async () => {
    const pool = createPool(2);
    await ready(pool);
    await pool.map(tasks.spin, [60_000, 60_000, 60_000]);
  },
  "idle": async () => {
    const pool = createPool(2);
    await ready(pool);
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  },
  "handled": async () => {
    await using pool = createPool(2);
    const interrupt = new AbortController();
    process.once("SIGINT", () => interrupt.abort(new Error("interrupted")));
    await ready(pool);
    const items = Array.from({ length: 1000 }, () => 50);
    const { signal } = interrupt;
    const error = await pool.map(tasks.sleep, items, { signal, chunksize: 1 }).catch((e) => e);
    console.log(error.message);
    console.log(await pool.apply(tasks.echo, ["still there"]));
  },
};

if (import.meta.main) await cases[process.argv[2]!]!();
