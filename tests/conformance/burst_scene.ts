/** What bursts of small calls need. */
import type { Pool } from "@pool/core";
import { range } from "./range.ts";

/** More than the workers are sent ahead one by one. */
export const MANY = 6000;

/** Calls a function often enough that its time is known. */
export async function warm(pool: Pool, fn: (x: number) => unknown): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await Promise.allSettled(range(20).map((x) => pool.apply(fn, [x])));
  }
}
