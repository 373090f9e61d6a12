/** Threads in busy loops that are ended, in several pools and by hand; then the program ends by itself. */
import { Thread } from "@pool/core";
import { spinForever } from "./crash_tasks.ts";
import { tell } from "./outcome.ts";
import { createPool } from "./scenario_pool.ts";

/** A thread that cannot be stopped is known half a second after its end. */
const KNOWN_AFTER = 1500;

if (import.meta.main) {
  const pools = [createPool(1), createPool(1)];
  const names: string[] = [];
  for (const pool of pools) {
    const error = await pool.apply(spinForever, [], { timeout: 50, grace: 10 }).catch((e) => e);
    names.push(error.name);
  }
  const replaced = await Promise.all(pools.map((pool) => pool.apply((x: number) => x + 1, [1])));
  const thread = new Thread({ target: spinForever });
  thread.start();
  await thread.join({ timeout: 300 });
  thread.terminate();
  await thread.join();
  await new Promise((resolve) => setTimeout(resolve, KNOWN_AFTER));
  const counts = pools.map((pool) => pool.stats().workers.givenUp);
  tell({ names, replaced, exitCode: thread.exitCode, counts });
}
