/** How many workers can really run at the same time. */
import { availableParallelism } from "node:os";
import { fs } from "./builtins.ts";

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
  const limits = path.split("/").flatMap((_, i, names) =>
    read(`/sys/fs/cgroup${names.slice(0, i + 1).join("/")}/cpu.max`) ?? []
  );
  if (limits.length > 0) {
    return Math.min(...limits.map((max) => {
      const [quota, period = 100000] = max.trim().split(/\s+/).map(Number);
      return ratio(quota!, period);
    }));
  }
  const quota = read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  const period = read("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  return ratio(Number(quota), Number(period));
}

/** `max` and -1 mean no limit. */
function ratio(quota: number, period: number): number {
  return quota > 0 && period > 0 ? quota / period : Infinity;
}

function readText(path: string): string | undefined {
  try {
    if (!mayRead(path)) return undefined;
    return fs().readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

interface DenoPermissions {
  querySync(descriptor: { name: "read"; path: string }): { state: string };
}

/** Deno would ask the user; a default is not worth a prompt. */
function mayRead(path: string): boolean {
  const { Deno } = globalThis as { Deno?: { permissions: DenoPermissions } };
  return !Deno || Deno.permissions.querySync({ name: "read", path }).state === "granted";
}
