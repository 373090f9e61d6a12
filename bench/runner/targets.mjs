// What the project wants to reach, and what a run says of it.
import { existsSync, readFileSync } from "node:fs";
import { PROCESS_WORKLOADS } from "./plan.mjs";

/**
 * One target: `metric` of `library` (default "@pool/core") as in the rows, compared `against` another
 * library of the same run (or taken as it is), and at `least` or at `most` so much. `slowdown` turns a
 * speed's quotient round.
 *
 * @typedef {{ text: string, metric: string, library?: string, against?: string, least?: number,
 *   most?: number, slowdown?: boolean }} Target
 */

/** @type {Target[]} */
const TARGETS = [
  { text: "no-op calls at once, warm", metric: "noop/warm", against: "best peer", least: 12 },
  {
    text: "no-op calls at once, second burst",
    metric: "noop/next",
    against: "best peer",
    least: 12,
  },
  { text: "no-op calls at once, warm", metric: "noop/warm", against: "bare-pool", least: 1.3 },
  {
    text: "no-op calls at once, second burst",
    metric: "noop/next",
    against: "bare-pool",
    least: 1.3,
  },
  { text: "no-op calls at once, warm, a second", metric: "noop/warm", least: 1e6 },
  { text: "part of it with signal, timeout, priority", metric: "options/ratio", least: 0.7 },
  { text: "one awaited call", metric: "latency/call", against: "raw-echo", most: 0.4 },
  { text: "one awaited call", metric: "latency/call", against: "best peer", most: 1 },
  { text: "a lone call every 20 ms", metric: "lone/call", against: "raw-echo", most: 1 },
  { text: "map, a million ints", metric: "map/million", against: "plain-loop", most: 1.5 },
  { text: "map, a million ints", metric: "map/million", against: "best peer", most: 1 / 5 },
  { text: "map, a million ints", metric: "map/million", against: "mp.Pool", most: 1 / 5 },
  { text: "1 KB objects", metric: "object/1KB", against: "best peer", least: 2 },
  {
    text: "1 MiB by transfer, time",
    metric: "transfer/move",
    against: "raw-echo",
    slowdown: true,
    most: 1.3,
  },
  { text: "1 MiB by clone, speed", metric: "bytes/clone", against: "best peer", least: 1 },
  { text: "CPU-bound, 2 workers against 1", metric: "cpu/speedup", least: 1.95 },
  { text: "long tasks last, calls ÷ ideal", metric: "growing/calls", most: 1.1 },
  { text: "long tasks last, map ÷ ideal", metric: "growing/map", most: 1.1 },
  {
    text: "first result after start",
    metric: "startup/first-result",
    against: "raw-worker",
    most: 1.3,
  },
  { text: "idle pool of 2 over 10 s, ‰ of a core", metric: "quiet/cpu", most: 2 },
  { text: "a pending no-op call, bytes", metric: "million/peak", most: 600 },
  { text: "a call at 10,000 lanes, 10 million pending", metric: "scale/plain", most: 1.5 },
  { text: "the same with priorities", metric: "scale/priorities", most: 1.5 },
];

const POOL = "@pool/core process";
const PROCESSES = "@pool/core process executor";
const THREADS = "@pool/core executor";

/**
 * What child processes and executors are to reach. Python's ThreadPoolExecutor hands objects over
 * without a copy, so that bytes are compared with pools of processes only.
 *
 * @type {Target[]}
 */
const PROCESS_TARGETS = [
  ...[POOL, PROCESSES, THREADS].flatMap((library) => [
    ...["best process pool", "ThreadPoolExecutor"].flatMap((against) => [
      { text: "no-op calls, warm", metric: "noop/warm", library, against, least: 3 },
      { text: "no-op calls, second burst", metric: "noop/next", library, against, least: 3 },
    ]),
    {
      text: "1 MiB, speed",
      metric: "bytes/clone",
      library,
      against: "best process pool",
      least: 1,
    },
  ]),
  ...[POOL, PROCESSES].flatMap((library) =>
    ["bare fork", "fork + task"].map((against) => ({
      text: "first result after start",
      metric: "startup/first-result",
      library,
      against,
      most: 1.3,
    }))
  ),
];

/**
 * The pages of targets by the name that `--only` knows: what is wanted, if anything is, and the workloads
 * it takes. One with `all` also shows every figure of its run.
 *
 * @type {Record<string, { title: string, file: string, targets: Target[], workloads: string[],
 *   all?: boolean }>}
 */
export const SHEETS = {
  targets: {
    title: "Targets",
    file: "targets.md",
    targets: TARGETS,
    workloads: [...new Set(TARGETS.map(({ metric }) => metric.split("/")[0]))]
      .filter((workload) => workload !== "scale"),
  },
  processes: {
    title: "Child processes and executors",
    file: "processes.md",
    targets: PROCESS_TARGETS,
    workloads: PROCESS_WORKLOADS,
    all: true,
  },
  responsiveness: {
    title: "Latency under load, and the host's timers",
    file: "responsiveness.md",
    targets: [],
    workloads: ["load", "delay"],
    all: true,
  },
};

/**
 * What `npm run bench:scale` wrote, as rows: per-call cost in the largest pool, divided by that with
 * two lanes and a thousand pending calls.
 */
export function scaleRows(file) {
  if (!existsSync(file)) return [];
  const { cost } = JSON.parse(readFileSync(file, "utf8"));
  const measured = cost.filter((row) => row.n > 0);
  const at = (runtime, lanes, pending, priorities) =>
    measured.find((row) =>
      row.runtime === runtime && row.lanes === lanes && row.pending === pending &&
      row.priorities === priorities
    );
  return [...new Set(measured.map((row) => row.runtime))].flatMap((runtime) =>
    [false, true].flatMap((priorities) => {
      const small = at(runtime, 2, 1e3, priorities), large = at(runtime, 1e4, 1e7, priorities);
      if (!small || !large) return [];
      return [{
        workload: `scale/${priorities ? "priorities" : "plain"}`,
        runtime,
        library: "@pool/core",
        unit: "x",
        median: large.median / small.median,
        min: large.min / small.max,
        max: large.max / small.min,
        n: large.n,
      }];
    })
  );
}
