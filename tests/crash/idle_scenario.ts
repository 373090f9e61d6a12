/** Pools over time: `idle_scenario.ts <case>`. */
import process from "node:process";
import { Pool } from "@pool/core";
import * as tasks from "./crash_tasks.ts";
import { collectGarbage } from "../collect_garbage.ts";
import { tell } from "./outcome.ts";

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const cases: Record<string, () => Promise<void>> = {
  "cpu": async () => {
    await using pool = new Pool(2);
    await pool.map(tasks.echo, Array.from({ length: 2000 }, (_, n) => n));
    // Compilers and collectors of the runtime finish what the start left them.
    await pause(1500);
    const before = process.cpuUsage();
    await pause(3000);
    const { user, system } = process.cpuUsage(before);
    tell({ cpu: (user + system) / 1000 });
  },
  "timers": async () => {
    await using pool = new Pool(1);
    await pool.apply(tasks.startTicking, [10]);
    const before = await pool.apply(tasks.readTicks);
    await pause(500);
    tell({ ticks: await pool.apply(tasks.readTicks) - before });
  },
  "memory": async () => {
    const rss: number[] = [];
    // On Node a worker's start takes some 100 ms of a processor: fewer of them show as much.
    const began = performance.now();
    const isEnough = (cycle: number): boolean => {
      const time = performance.now() - began;
      return cycle >= 300 || time > 20_000 || (time > 5000 && cycle >= 80);
    };
    for (let cycle = 0; !isEnough(cycle); cycle += 4) {
      const pool = new Pool(4);
      await pool.broadcast(tasks.noop);
      await pool.terminate();
      // What the ended workers shared is garbage; when a runtime collects it is its own affair.
      await collectGarbage();
      rss.push(process.memoryUsage().rss / 2 ** 20);
    }
    const third = Math.floor(rss.length / 3);
    tell({
      cycles: 4 * rss.length,
      first: median(rss.slice(0, third)),
      last: median(rss.slice(-third)),
    });
  },
};

if (import.meta.main) await cases[process.argv[2]!]!();
