import { bytes, transfer } from "./bytes.ts";
import { calibrate } from "./calibrate.ts";
import { cpu, growing, skewed } from "./cpu.ts";
import { latency, lone } from "./latency.ts";
import { delay, load } from "./load.ts";
import { imap, map } from "./map.ts";
import { idle, million, pending, quiet } from "./memory.ts";
import { noop, options } from "./noop.ts";
import { object } from "./object.ts";
import { startup } from "./startup.ts";
import type { Workload } from "./workload.ts";

/** Every workload by the name it has in runner/plan.mjs. */
export const workloads: Readonly<Record<string, Workload>> = {
  bytes,
  calibrate,
  cpu,
  delay,
  growing,
  idle,
  imap,
  latency,
  load,
  lone,
  map,
  million,
  noop,
  object,
  options,
  pending,
  quiet,
  skewed,
  startup,
  transfer,
};
