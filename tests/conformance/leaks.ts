/** A suite that ends its pools and asserts that nothing of them is left. */
import { after, describe } from "node:test";
import process from "node:process";
import { assertEquals } from "@std/assert";
import type { Pool } from "@pool/core";
import type { Backend } from "./backend.ts";
import { within } from "./bounded.ts";

/** Longest way to the end (ms) of a closed pool, and of what the runtime holds for it. */
export const LONGEST_END = 10_000;

/** A backend whose pools are watched until the end of the suite. */
export interface SuiteBackend extends Backend {
  /** One pool for many tests, made at the first call and ended with the suite. */
  sharedPool(options?: Parameters<Backend["createPool"]>[0]): () => Pool;
}

/**
 * `describe()` for one backend. Tests end the pools that they create (`await using`); after the last
 * one no pool may have a worker, and the runtime no port or thread more than before.
 */
export function suite(title: string, backend: Backend, define: (b: SuiteBackend) => void): void {
  describe(`${title} on backend ${backend.name}`, () => {
    const before = liveResources();
    const created: Pool[] = [];
    const shared: Pool[] = [];
    const createPool: Backend["createPool"] = (options) => {
      const pool = backend.createPool(options);
      created.push(pool);
      return pool;
    };
    const sharedPool: SuiteBackend["sharedPool"] = (options) => {
      let pool: Pool | undefined;
      return () => {
        if (!pool) shared.push(pool = createPool(options));
        return pool;
      };
    };
    define({ ...backend, createPool, sharedPool });
    after(async () => {
      for (const pool of shared) {
        pool.close();
        await pool.join({ timeout: LONGEST_END });
      }
      assertNoWorkers(created);
      await within(LONGEST_END, () => untilGone(before), "the end of ports and threads");
    });
  });
}

/** Fails when one of these pools, which should have ended, has a worker. */
export function assertNoWorkers(pools: readonly Pick<Pool, "stats">[]): void {
  for (const pool of pools) {
    const { alive, starting } = pool.stats().workers;
    assertEquals({ alive, starting }, { alive: 0, starting: 0 }, "a pool left workers behind");
  }
}

const HELD_FOR_POOLS = ["MessagePort", "Worker"];

/** Ports and threads that the runtime holds, where it tells; else an empty list. */
export function liveResources(): string[] {
  const { getActiveResourcesInfo } = process as { getActiveResourcesInfo?: () => string[] };
  const all = getActiveResourcesInfo?.call(process) ?? [];
  return all.filter((name) => HELD_FOR_POOLS.includes(name)).sort();
}

/** The runtime lets go of them some turns after the worker's end. */
export async function untilGone(before: readonly string[]): Promise<void> {
  while (liveResources().length > before.length) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
