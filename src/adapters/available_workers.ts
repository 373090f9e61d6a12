/** How many workers can really run at the same time. */
import { availableParallelism } from "node:os";
import { fs } from "./builtins.ts";

/**
 * Processors that this process may use: its affinity, and the CPU quota of its cgroup (v1 and v2), which
 * runtimes overlook in containers. At least 1.
 *
 * @param read reads a file; the files of the cgroup of this process by default
 */
export function availableWorkers(read: (path: string) => string | undefined = readText): number {
  const quota = cgroupQuota(read);
  const processors = availableParallelism();
  return Math.max(1, Math.min(processors, quota === undefined ? processors : Math.ceil(quota)));
}

/** Processors' worth of time that the cgroup may use, or `undefined` without a limit. */
export function cgroupQuota(read: (path: string) => string | undefined): number | undefined {
  const max = read("/sys/fs/cgroup/cpu.max")?.trim().split(/\s+/);
  if (max) return ratio(Number(max[0]), Number(max[1] ?? 100000));
  const quota = read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  const period = read("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  return ratio(Number(quota), Number(period));
}

/** `max` and -1 mean no limit. */
function ratio(quota: number, period: number): number | undefined {
  return quota > 0 && period > 0 ? quota / period : undefined;
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
