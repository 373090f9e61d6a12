/** A small stand-in for `@std/async`: what tests and benchmarks need of it. See ../README.md. */
export * from "./abortable.ts";
export * from "./deadline.ts";
export * from "./delay.ts";
export * from "./mux_async_iterator.ts";
export * from "./pool.ts";
export * from "./retry.ts";
