// What is measured, and on what. Plain JavaScript, because the runner also starts on Node 20.

/**
 * `chart` is the title of the metric's panels; a metric without one stays out of the chart.
 *
 * @typedef {{ unit: string, better: "more" | "less", chart?: string }} Metric
 */

/**
 * The workloads in the order in which they run. `fresh` ones get a new process for every
 * repetition: their results depend on how warm, how big or where a process is. In `together` ones
 * all libraries have their turn at the same time, because nothing is timed.
 *
 * @type {Record<string, { title: string, fresh?: boolean, together?: boolean,
 *   metrics: Record<string, Metric> }>}
 */
export const WORKLOADS = {
  noop: {
    title: "50,000 no-op calls at once, 2 workers: first burst, then the next (--quick: 5,000)",
    fresh: true,
    metrics: {
      first: { unit: "calls/s", better: "more" },
      next: { unit: "calls/s", better: "more", chart: "No-op calls at once, warm" },
    },
  },
  latency: {
    title: "One awaited no-op call after the other, 2 workers",
    fresh: true,
    metrics: {
      call: { unit: "µs", better: "less", chart: "One awaited no-op call after the other" },
    },
  },
  map: {
    title: "Map over a million small integers, 2 workers (--quick: 200,000, scaled)",
    metrics: {
      million: { unit: "ms", better: "less", chart: "Map over a million small integers" },
    },
  },
  object: {
    title: "1 KB object there and back, all calls at once, 2 workers",
    metrics: {
      "1KB": { unit: "objects/s", better: "more", chart: "1 KB object there and back" },
    },
  },
  bytes: {
    title: "1 MiB of bytes there and back by clone, 4 in flight, 2 workers",
    metrics: {
      clone: { unit: "MiB/s", better: "more", chart: "1 MiB there and back by clone" },
    },
  },
  transfer: {
    title: "1 MiB of bytes there and back by transfer, 4 in flight, 2 workers",
    metrics: {
      move: { unit: "MiB/s", better: "more", chart: "1 MiB there and back by transfer" },
    },
  },
  cpu: {
    title: "64 CPU-bound tasks of 20 ms (--quick: 32 of 1.25 ms)",
    metrics: {
      "1-worker": { unit: "ms", better: "less" },
      "2-workers": { unit: "ms", better: "less" },
      speedup: {
        unit: "x",
        better: "more",
        chart: "CPU-bound tasks of equal length, 2 workers against 1",
      },
    },
  },
  skewed: {
    title: "CPU-bound tasks of very unequal length, the same work in all",
    metrics: {
      "2-workers": { unit: "ms", better: "less" },
      speedup: {
        unit: "x",
        better: "more",
        chart: "CPU-bound tasks of unequal length, 2 workers against 1",
      },
    },
  },
  startup: {
    title: "New pool of 2 to its first result",
    metrics: {
      "first-result": { unit: "ms", better: "less", chart: "New pool of 2 to its first result" },
    },
  },
  idle: {
    title: "A pool of 4 that does nothing: memory of one worker, CPU of the whole process",
    fresh: true,
    together: true,
    metrics: {
      rss: { unit: "MiB", better: "less", chart: "Memory of an idle worker" },
      cpu: { unit: "ms/s", better: "less" },
    },
  },
  pending: {
    title: "Memory growth with 200,000 pending no-op calls (--quick: 10,000)",
    fresh: true,
    metrics: {
      peak: { unit: "MiB", better: "less", chart: "Memory growth with pending no-op calls" },
    },
  },
};

/** Workloads that only a library with workers and single calls can do. */
const CALLS = [
  "noop",
  "latency",
  "map",
  "object",
  "bytes",
  "transfer",
  "cpu",
  "skewed",
  "startup",
  "idle",
  "pending",
];
const ALL = ["deno", "bun", "node"];

/**
 * The libraries. `kind`: "ours", "baseline", "peer" (an npm library, counted for "best peer") or
 * "other". `fails` names the runtimes where a library is known not to work, and how; `--try-all`
 * tries them all the same.
 *
 * @type {Record<string, { kind: string, module?: string, runtimes: string[], workloads: string[],
 *   fails?: Record<string, string> }>}
 */
export const LIBRARIES = {
  "@pool/core": {
    kind: "ours",
    module: "libraries/pool_core.ts",
    runtimes: ALL,
    workloads: CALLS,
  },
  "plain-loop": {
    kind: "baseline",
    module: "libraries/plain_loop.ts",
    runtimes: ALL,
    workloads: ["map", "cpu", "skewed"],
  },
  "worker-loop": {
    kind: "baseline",
    module: "libraries/worker_loop.ts",
    runtimes: ALL,
    workloads: ["map", "cpu", "skewed"],
  },
  "raw-echo": {
    kind: "baseline",
    module: "libraries/raw_echo.ts",
    runtimes: ALL,
    workloads: ["noop", "latency", "object", "bytes", "transfer", "startup", "idle", "pending"],
  },
  "bare-pool": {
    kind: "baseline",
    module: "libraries/bare_pool.ts",
    runtimes: ALL,
    workloads: CALLS,
  },
  piscina: { kind: "peer", module: "peers/piscina.ts", runtimes: ALL, workloads: CALLS },
  tinypool: { kind: "peer", module: "peers/tinypool.ts", runtimes: ALL, workloads: CALLS },
  workerpool: { kind: "peer", module: "peers/workerpool.ts", runtimes: ALL, workloads: CALLS },
  poolifier: { kind: "peer", module: "peers/poolifier.ts", runtimes: ALL, workloads: CALLS },
  "poolifier-web-worker": {
    kind: "peer",
    module: "peers/poolifier_web_worker.ts",
    runtimes: ["deno", "bun"],
    workloads: CALLS,
  },
  "jest-worker": { kind: "peer", module: "peers/jest_worker.ts", runtimes: ALL, workloads: CALLS },
  "std pooledMap": {
    kind: "other",
    module: "libraries/pooled_map.ts",
    runtimes: ALL,
    workloads: ["map", "cpu", "skewed"],
  },
  "mp.Pool": { kind: "other", runtimes: ["python"], workloads: without("transfer") },
  ProcessPoolExecutor: { kind: "other", runtimes: ["python"], workloads: without("transfer") },
  ThreadPoolExecutor: { kind: "other", runtimes: ["python"], workloads: without("transfer") },
};

function without(name) {
  return CALLS.filter((workload) => workload !== name);
}
