// Run by scripts/run_profile.mjs: `program.ts PATH LANE` prints where one hot path spends the host's time and
// what it allocates there.
import inspector from "node:inspector";
import process from "node:process";
import { Pool } from "@pool/core";
import { threads } from "../../src/adapters/detect.ts";
import { echo, noop, square } from "../tasks.ts";
import { makeRecord } from "../workloads/object.ts";

const WARM_UP_MS = 2_000, COUNTED_MS = 4_000;
/** Microseconds between two looks at the stack. */
const CPU_INTERVAL = 250;
/** Bytes between two samples of the allocations. */
const HEAP_INTERVAL = 1_024;
type Count = Record<string, number>;

interface Path {
  readonly size: number;
  readonly few: number;
  run(pool: Pool, calls: number): Promise<unknown>;
}

/**
 * Each makes so many calls and awaits their results. `size` of them at a time are profiled; of `few` Bun's
 * objects are counted, so that its collector does not run meanwhile.
 */
const PATHS: Record<string, Path> = {
  "burst": {
    size: 50_000,
    few: 500,
    run: (pool, calls) =>
      Promise.all(Array.from({ length: calls }, (_, i) => pool.apply(noop, [i]))),
  },
  "awaited": {
    size: 2_000,
    few: 500,
    async run(pool, calls) {
      for (let i = 0; i < calls; i++) await pool.apply(noop, [i]);
    },
  },
  "objects": {
    size: 5_000,
    few: 100,
    run: (pool, calls) =>
      Promise.all(Array.from({ length: calls }, (_, i) => pool.apply(echo, [makeRecord(i)]))),
  },
  "map": {
    size: 200_000,
    few: 20_000,
    run: (pool, calls) => pool.map(square, Array.from({ length: calls }, (_, i) => i)),
  },
};

const session = new inspector.Session();
session.connect();
const post = (method: string, params = {}) =>
  // deno-lint-ignore no-explicit-any
  new Promise<any>((resolve, reject) =>
    session.post(method, params, (error: unknown, answer: unknown) =>
      error ? reject(error) : resolve(answer))
  );

/** Repeats one unit of work for so long; returns how many calls that were. */
async function repeat(pool: Pool, path: string, milliseconds: number): Promise<number> {
  const { size, run } = PATHS[path];
  const end = performance.now() + milliseconds;
  let calls = 0;
  for (; performance.now() < end; calls += size) await run(pool, size);
  return calls;
}

/** Microseconds a call by function, on the host's thread. */
async function profileTime(pool: Pool, path: string): Promise<Count> {
  await post("Profiler.enable");
  await post("Profiler.setSamplingInterval", { interval: CPU_INTERVAL });
  await post("Profiler.start");
  const calls = await repeat(pool, path, COUNTED_MS);
  const { profile } = await post("Profiler.stop");
  const names = new Map<number, string>();
  for (const { id, callFrame } of profile.nodes) names.set(id, nameOf(callFrame));
  const times: Count = {};
  profile.samples.forEach((id: number, index: number) => {
    add(times, names.get(id)!, profile.timeDeltas[index] / calls);
  });
  return times;
}

/** Bytes a call by function, dead or not: what V8 has sampled. */
async function sampleHeap(pool: Pool, path: string): Promise<Count> {
  await post("HeapProfiler.startSampling", {
    samplingInterval: HEAP_INTERVAL,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  const calls = await repeat(pool, path, COUNTED_MS / 4);
  const { profile } = await post("HeapProfiler.stopSampling");
  const bytes: Count = {};
  const visit = ({ callFrame, selfSize, children }: HeapNode) => {
    add(bytes, nameOf(callFrame), selfSize / calls);
    children.forEach(visit);
  };
  visit(profile.head);
  return bytes;
}

interface Frame {
  readonly functionName: string;
  readonly url: string;
}

interface HeapNode {
  readonly callFrame: Frame;
  readonly selfSize: number;
  readonly children: HeapNode[];
}

/** Objects a call by type: what Bun counts, garbage too, as long as it has collected none. */
async function countObjects(pool: Pool, path: string): Promise<Count> {
  const { heapStats } = await import("bun:jsc" as string);
  const { few, run } = PATHS[path];
  let most: Count = {}, sum = 0;
  for (let turn = 0; turn < 50; turn++) {
    const before: Count = heapStats().objectTypeCounts;
    await run(pool, few);
    const after: Count = heapStats().objectTypeCounts;
    const counts: Count = {};
    for (const type of Object.keys(after)) {
      add(counts, type, (after[type] - (before[type] ?? 0)) / few);
    }
    const all = Object.values(counts).reduce((one, other) => one + other, 0);
    if (all > sum) most = counts, sum = all;
  }
  return most;
}

function nameOf({ functionName, url }: Frame): string {
  return functionName || (url ? `(in ${url.split("/").at(-1)})` : "(runtime)");
}

function add(counts: Count, name: string, value: number): void {
  counts[name] = (counts[name] ?? 0) + value;
}

if (import.meta.main) {
  const [path, lane] = process.argv.slice(2);
  const backend = lane === "slots" ? threads() : { ...threads(), wrapText: undefined };
  const pool = new Pool({ workers: 2, backend });
  await repeat(pool, path, WARM_UP_MS);
  const heap = process.versions.bun ? await countObjects(pool, path) : await sampleHeap(pool, path);
  const time = await profileTime(pool, path);
  await pool.terminate();
  console.log(`@@profile ${JSON.stringify({ time, heap })}`);
  process.exit(0);
}
