/** A CommonJS module of TypeScript that uses the package. */
import { run } from "@pool/core/subprocess";
import type { ThreadData } from "@pool/core/worker";
import core = require("@pool/core");

export async function twice(values: readonly number[]): Promise<number[]> {
  const pool = new core.Pool(2);
  const doubled: number[] = await pool.map((x: number) => 2 * x, values);
  await pool.close();
  // @ts-expect-error a string is no number
  await pool.map((x: number) => 2 * x, ["1"]);
  const { returncode }: { returncode: number } = await run(["true"]);
  return [...doubled, returncode];
}

export type Data = ThreadData;
