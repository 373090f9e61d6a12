import { Pool } from "@pool/core";
import { countPrimes } from "./tasks.ts";

if (import.meta.main) {
  for (const backend of ["thread", "process"] as const) {
    await using pool = new Pool({ workers: 2, backend });
    console.log(`${backend}: ${await pool.map(countPrimes, [10, 100, 1_000])}`);
  }
}
