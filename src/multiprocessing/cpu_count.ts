import { availableWorkers } from "../adapters/services.ts";

/**
 * Number of processors that this process may really use: affinity and the CPU quota of a container or systemd
 * unit count. The default number of workers. Mirrors `os.process_cpu_count`, and `multiprocessing.cpu_count`
 * where nothing is limited.
 *
 * @example
 * ```ts
 * import { cpuCount } from "@pool/core";
 *
 * console.log(cpuCount() >= 1); // true
 * ```
 */
export function cpuCount(): number {
  return availableWorkers();
}
