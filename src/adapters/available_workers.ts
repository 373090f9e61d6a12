/** How many workers can really run at the same time. */
import { availableParallelism } from "node:os";
import { readText } from "./permissions.ts";

/**
 * Processors that this process may use: its affinity, and the CPU quotas of its cgroup and those around it
 * (v2; of v1 that of its container), which runtimes overlook. At least 1.
 *
 * @param read reads a file; those of this machine by default
 */
export function availableWorkers(read: (path: string) => string | undefined = readText): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(cgroupQuota(read))));
}

/** Processors' worth of time that the cgroup may use; `Infinity` without a limit. */
export function cgroupQuota(read: (path: string) => string | undefined): number {
  // In a container it is the root of what can be seen; a unit of systemd is one of its own.
  const path = /^0::(.*)/m.exec(read("/proc/self/cgroup") ?? "")?.[1] ?? "";
  const quotas = path.split("/").map((_, i, names) => {
    const limit = read(`/sys/fs/cgroup${names.slice(0, i + 1).join("/")}/cpu.max`) ?? "";
    const [quota, period = 100000] = limit.trim().split(/\s+/).map(Number);
    return ratio(quota, period);
  });
  const quota = read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  const period = read("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  return Math.min(...quotas, ratio(Number(quota), Number(period)));
}

/** `max` and -1 mean no limit, as what cannot be read does. */
function ratio(quota = 0, period = 0): number {
  return quota > 0 && period > 0 ? quota / period : Infinity;
}
