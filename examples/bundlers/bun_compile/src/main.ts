import { isMainThread } from "node:worker_threads";
import { Pool } from "@pool/core";
import { countPrimes } from "./tasks.ts";

// Not `import.meta.main`: that is true in the workers of a compiled program, too.
if (isMainThread) {
  await using pool = new Pool(2);
  console.log(`thread: ${await pool.map(countPrimes, [10, 100, 1_000])}`);
}
