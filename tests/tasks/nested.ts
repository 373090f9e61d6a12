/** A task whose module imports the whole library. */
import { Pool, task } from "@pool/core";

/** Has a pool of its own. */
export const nested = task(import.meta, async function nested(xs: number[]): Promise<number[]> {
  await using pool = new Pool(1);
  return await pool.map((x: number) => x * 3, xs);
});
