import { bytes, transfer } from "./bytes.ts";
import { calibrate } from "./calibrate.ts";
import { cpu, skewed } from "./cpu.ts";
import { latency } from "./latency.ts";
import { map } from "./map.ts";
import { idle, pending } from "./memory.ts";
import { noop } from "./noop.ts";
import { object } from "./object.ts";
import { startup } from "./startup.ts";
import type { Workload } from "./workload.ts";

/** Every workload by the name it has in runner/plan.mjs. */
export const workloads: Readonly<Record<string, Workload>> = {
  bytes,
  calibrate,
  cpu,
  idle,
  latency,
  map,
  noop,
  object,
  pending,
  skewed,
  startup,
  transfer,
};
