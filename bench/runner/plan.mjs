// What is measured, and on what. Plain JavaScript, because the runner also starts on Node 20.

/**
 * `chart` is the title of the metric's panels; a metric without one stays out of the chart.
 *
 * @typedef {{ unit: string, better: "more" | "less", chart?: string }} Metric
 */

/**
 * The workloads in the order in which they run. `fresh` ones get a new process for every
 * repetition: their results depend on how warm, how big or where a process is. In `together` ones
 * all libraries have their turn at the same time, because nothing is timed. `long` ones are not part
 * of `--quick` unless they are named. `share` says how many times the time of others one takes, for
 * runs of so many minutes.
 *
 * @type {Record<string, { title: string, fresh?: boolean, together?: boolean, long?: boolean,
 *   share?: number, metrics: Record<string, Metric> }>}
 */
export const WORKLOADS = {
  noop: {
    title: "50,000 no-op calls at once, 2 workers: first burst, then the next (--quick: 5,000)",
    fresh: true,
    share: 8,
    metrics: {
      first: { unit: "calls/s", better: "more" },
      next: { unit: "calls/s", better: "more", chart: "No-op calls at once, the second 50,000" },
      warm: { unit: "calls/s", better: "more", chart: "No-op calls at once, warm" },
    },
  },
  latency: {
    title: "One awaited no-op call after the other, 2 workers",
    fresh: true,
    metrics: {
      call: { unit: "µs", better: "less", chart: "One awaited no-op call after the other" },
    },
  },
  lone: {
    title: "One no-op call every 20 ms, 2 workers: median of each process",
    long: true,
    fresh: true,
    metrics: {
      call: { unit: "µs", better: "less", chart: "One no-op call every 20 ms" },
    },
  },
  load: {
    title: "Latency at half of full speed, calls that come by chance (Poisson), 2 workers",
    long: true,
    fresh: true,
    metrics: {
      p50: { unit: "µs", better: "less", chart: "Latency at half of full speed, median" },
      p99: { unit: "µs", better: "less", chart: "Latency at half of full speed, 99 % below" },
      rate: { unit: "calls/s", better: "more" },
    },
  },
  delay: {
    title: "How late the host's timers are while a million calls run, 10,000 at a time " +
      "(--quick: 20,000, 2,000 at a time)",
    long: true,
    fresh: true,
    metrics: {
      p99: { unit: "ms", better: "less", chart: "Delay of the host's event loop, 99 % below" },
      max: { unit: "ms", better: "less" },
    },
  },
  options: {
    title: "No-op calls at once with signal, timeout and priority: speed, and part of plain calls'",
    long: true,
    fresh: true,
    metrics: {
      calls: { unit: "calls/s", better: "more" },
      ratio: { unit: "x", better: "more" },
    },
  },
  map: {
    title: "Map over a million small integers, 2 workers (--quick: 200,000, scaled)",
    metrics: {
      million: { unit: "ms", better: "less", chart: "Map over a million small integers" },
    },
  },
  imap: {
    title: "Lazy map over ten million small integers, in order (--imap-items=N; --quick: 100,000)",
    long: true,
    fresh: true,
    metrics: {
      items: { unit: "items/s", better: "more", chart: "Lazy map, items a second" },
      peak: { unit: "MiB", better: "less", chart: "Lazy map, growth of memory" },
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
  growing: {
    title: "200 CPU-bound tasks, long ones last: 2 workers against the ideal schedule",
    long: true,
    metrics: {
      calls: { unit: "x ideal", better: "less", chart: "Long tasks last, single calls, ÷ ideal" },
      map: { unit: "x ideal", better: "less", chart: "Long tasks last, map, ÷ ideal" },
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
  quiet: {
    title: "A pool of 2 that does nothing for 10 s (--quick: 1 s): CPU time of the process",
    long: true,
    fresh: true,
    together: true,
    metrics: {
      cpu: { unit: "‰ of a core", better: "less", chart: "CPU of an idle pool of 2" },
    },
  },
  million: {
    title: "Memory of one of a million pending no-op calls, at the peak (--quick: 50,000)",
    long: true,
    fresh: true,
    metrics: {
      peak: { unit: "bytes", better: "less", chart: "Memory of a pending no-op call" },
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
const OF_ALL = [
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
/** Those, and what Python's pools are not asked for. */
const CALLS = [
  ...OF_ALL,
  "lone",
  "load",
  "delay",
  "imap",
  "growing",
  "quiet",
  "million",
];
/** The workloads of `--only=processes`. */
export const PROCESS_WORKLOADS = ["noop", "latency", "map", "object", "bytes", "cpu", "startup"];
const ALL = ["deno", "bun", "node"];

/**
 * The libraries. `kind`: "ours", "baseline", "peer" (an npm library, counted for "best peer") or
 * "other". `fails` names the runtimes where a library is known not to work, and how; `--try-all`
 * tries them all the same. One that is `alone` has a process only while it has its turn. Those with
 * `processes` are measured by `--only=processes`: "pool" is somebody else's pool of processes. Those
 * that are `apart` have no part in other runs unless they are named.
 *
 * @type {Record<string, { kind: string, module?: string, runtimes: string[], workloads: string[],
 *   alone?: boolean, processes?: true | "pool", apart?: boolean, fails?: Record<string, string> }>}
 */
export const LIBRARIES = {
  "@pool/core": {
    kind: "ours",
    module: "libraries/pool_core.ts",
    runtimes: ALL,
    workloads: [...CALLS, "options"],
  },
  "plain-loop": {
    kind: "baseline",
    module: "libraries/plain_loop.ts",
    runtimes: ALL,
    workloads: ["map", "imap", "cpu", "skewed"],
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
    workloads: [
      "noop",
      "latency",
      "lone",
      "load",
      "delay",
      "object",
      "bytes",
      "transfer",
      "startup",
      "idle",
      "quiet",
      "million",
      "pending",
    ],
  },
  "raw-worker": {
    kind: "baseline",
    module: "libraries/raw_worker.ts",
    runtimes: ALL,
    workloads: ["startup"],
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
  knitting: {
    kind: "peer",
    module: "peers/knitting.ts",
    runtimes: ALL,
    workloads: CALLS,
    alone: true, // its idle threads spin on both cores
  },
  "std pooledMap": {
    kind: "other",
    module: "libraries/pooled_map.ts",
    runtimes: ALL,
    workloads: ["map", "cpu", "skewed"],
  },
  "mp.Pool": {
    kind: "other",
    runtimes: ["python"],
    workloads: without("transfer"),
    processes: "pool",
  },
  ProcessPoolExecutor: {
    kind: "other",
    runtimes: ["python"],
    workloads: without("transfer"),
    processes: "pool",
  },
  ThreadPoolExecutor: {
    kind: "other",
    runtimes: ["python"],
    workloads: without("transfer"),
    processes: true,
  },
  "@pool/core process": apart("ours", "libraries/pool_core_process.ts"),
  "@pool/core process executor": apart("ours", "libraries/pool_core_process_executor.ts"),
  "@pool/core executor": apart("ours", "libraries/pool_core_executor.ts"),
  "bare fork": { ...apart("baseline", "libraries/bare_fork.ts"), workloads: ["startup"] },
  "fork + task": { ...apart("baseline", "libraries/fork_task.ts"), workloads: ["startup"] },
  "jest-worker process": {
    ...apart("peer", "peers/jest_worker_process.ts"),
    processes: "pool",
  },
  "tinypool process": {
    ...apart("peer", "peers/tinypool_process.ts"),
    processes: "pool",
  },
};

function without(name) {
  return OF_ALL.filter((workload) => workload !== name);
}

/** Child processes and executors have a run of their own. */
function apart(kind, module) {
  return {
    kind,
    module,
    runtimes: ALL,
    workloads: PROCESS_WORKLOADS,
    processes: true,
    apart: true,
  };
}
