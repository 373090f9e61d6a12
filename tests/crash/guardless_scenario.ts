/** A program without `if (import.meta.main)`: every worker that imports it runs it again. */
import { Pool, task } from "@pool/core";

const square = task(import.meta, (x: number) => x * x);

const pool = new Pool(2);
console.log(await pool.map(square, [1, 2, 3]));
