import process from "node:process";
import { Pool, type PoolOptions } from "@pool/core";

/** A pool on the backend that the test of the scenario asked for. */
export function createPool(options: number | PoolOptions = {}): Pool {
  const backend = process.env.POOL_SCENARIO_BACKEND === "process" ? "process" : "thread";
  return new Pool({ backend, ...(typeof options === "number" ? { workers: options } : options) });
}
