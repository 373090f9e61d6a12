// The smallest program: a task, a pool, a map.
import { Pool, task } from "@pool/core";

export const square = task(import.meta, (x: number) => x * x);

if (import.meta.main) {
  await using pool = new Pool(4);
  console.log(await pool.map(square, [1, 2, 3])); // [1, 4, 9]
}
