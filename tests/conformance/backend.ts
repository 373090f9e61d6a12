/** What the conformance suites run on: they read traits, and never ask which runtime this is. */
import type { Pool, PoolOptions, WorkerTraits } from "@pool/core";

/** One way to run tasks. */
export interface Backend {
  readonly name: "inline" | "thread" | "thread without slots" | "process";
  readonly traits: WorkerTraits;
  createPool(options?: number | Omit<PoolOptions, "backend">): Pool;
}
