import { Pool } from "@pool/core";
import * as tasks from "../tasks/slots.ts";

/** The worker knows the tasks, so that their calls may take slots. */
export async function warmPool(workers: number): Promise<Pool> {
  const pool = new Pool({ workers, grace: 1000 });
  for (let i = 0; i < 20; i++) {
    await Promise.all(
      Array.from({ length: workers * 4 }, () =>
        Promise.all([
          pool.apply(tasks.echo, [0]),
          pool.apply(tasks.echoSoon, [0]),
          pool.apply(tasks.readTicks),
        ])),
    );
  }
  return pool;
}
