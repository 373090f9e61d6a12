/** One turn of the workloads in a process of its own: counts as JSON in, one line a result out. */
import process from "node:process";
import { Pool } from "@pool/core";
import { WORKLOADS } from "./workloads.ts";

if (import.meta.main) {
  const [backend, settings] = process.argv.slice(2);
  const inChildren = backend === "process";
  await using pool = new Pool({ workers: 2, backend: inChildren ? "process" : "thread" });
  for (const [name, n] of Object.entries(JSON.parse(settings!) as Record<string, number>)) {
    for (const workload of WORKLOADS[name] ?? []) {
      if (inChildren && !workload.inChildren) continue;
      const way = inChildren ? `child, ${workload.way}` : workload.way;
      const count = inChildren ? Math.ceil(n / 20) : n;
      // Warm code on both sides, as everywhere in the benchmarks but the first bursts.
      await workload.run(pool, Math.ceil(count / 20));
      const value = await workload.run(pool, count);
      process.stdout.write(`\n@@sharing ${JSON.stringify({ workload: name, way, value })}\n`);
    }
  }
}
