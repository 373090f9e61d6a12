/** Two calls to child processes, in the surroundings that the test has made: prints the results, or the error. */
import { PoolError } from "@pool/core";
import * as tasks from "./crash_tasks.ts";
import { createPool } from "./scenario_pool.ts";

if (import.meta.main) {
  try {
    await using pool = createPool(2);
    console.log(JSON.stringify(await pool.map(tasks.echo, [1, 2], { chunksize: 1 })));
  } catch (error) {
    console.log(`${error instanceof PoolError} ${error}`);
  }
}
