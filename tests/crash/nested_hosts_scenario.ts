/** Threads and children that end while children of their own come up: `nested_hosts_scenario.ts`. */
import process from "node:process";
import { Pool } from "@pool/core";
import { startAndExit } from "./crash_tasks.ts";

if (import.meta.main) {
  for (const backend of ["thread", "process"] as const) {
    for (const delay of [20, 60, 120]) {
      await using pool = new Pool({ workers: 1, backend, grace: 0 });
      await pool.apply(startAndExit, [delay]).catch(() => {});
    }
  }
  console.log("through", process.pid);
}
