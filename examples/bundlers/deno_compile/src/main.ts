import { Pool } from "@pool/core";
import { countPrimes } from "./tasks.ts";

if (import.meta.main) {
  await using pool = new Pool(2);
  console.log(`thread: ${await pool.map(countPrimes, [10, 100, 1_000])}`);
}
