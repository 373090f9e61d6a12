/**
 * Children that are killed at every step, among calls that are not theirs:
 * `kills_scenario.ts <times>`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Pool } from "@pool/core";
import * as tasks from "./kill_tasks.ts";
import { outcome, tell, type Told } from "./outcome.ts";

/** What became of all calls. */
export interface KillReport {
  /** Children that were killed, by step. */
  readonly kills: Record<string, number>;
  readonly calls: number;
  /** Calls that never settled. */
  readonly open: number;
  /** Results that were wrong, and errors that were not of a death. */
  readonly wrong: readonly Told[];
  /** Calls around a victim that were lost with it. */
  readonly lost: number;
}

const kills: Record<string, number> = {};
const wrong: Told[] = [];
let calls = 0, open = 0, lost = 0;

function judge(told: Told, expected?: unknown): void {
  calls++;
  if (told.state === "pending") open++;
  else if (told.name === "WorkerDiedError") lost++;
  else if (told.state === "rejected" || (expected !== undefined && told.value !== expected)) {
    wrong.push(told);
  }
}

/** One kill within a pool, and twenty calls that have nothing to do with it. */
async function among(pool: Pool, step: string, kill: () => PromiseLike<unknown>): Promise<void> {
  const before = Array.from({ length: 10 }, (_, n) => outcome(pool.apply(tasks.square, [n])));
  const victim = outcome(kill());
  const after = Array.from({ length: 10 }, (_, n) => outcome(pool.apply(tasks.square, [n])));
  for (const list of [before, after]) (await Promise.all(list)).forEach((t, n) => judge(t, n * n));
  judge(await victim);
  kills[step] = (kills[step] ?? 0) + 1;
}

const steps: Record<string, (pool: Pool) => PromiseLike<unknown>> = {
  receive: (pool) => pool.apply(tasks.dieAt, [new tasks.Trap()]),
  run: (pool) => pool.apply(tasks.dieAt, ["run"]),
  encode: (pool) => pool.apply(tasks.dieAt, ["encode"]),
  "after send": (pool) => pool.apply(tasks.dieAt, ["after send"]),
  // From outside, whatever the child does in this moment.
  outside: async (pool) => {
    const victim = await pool.apply(tasks.pid).catch(() => undefined);
    const busy = pool.apply(tasks.spin, [3]);
    if (victim !== undefined) process.kill(victim, "SIGKILL");
    return await busy;
  },
};

async function boots(times: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pool-test-"));
  for (let n = 0; n < times; n++) {
    await using pool = new Pool({
      workers: 1,
      backend: "process",
      initializer: tasks.dieAtBoot,
      initargs: [join(folder, String(n))],
    });
    judge(await outcome(pool.apply(tasks.square, [n])), n * n);
    kills.boot = (kills.boot ?? 0) + 1;
  }
  rmSync(folder, { recursive: true });
}

async function shutdowns(times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const pool = new Pool({ workers: 2, backend: "process", finalizer: tasks.dieAtEnd });
    const results = outcome(pool.map(tasks.square, [1, 2, 3, n]).then((list) => list.join()));
    pool.close();
    judge(await results, [1, 4, 9, n * n].join());
    judge(await outcome(pool.join()));
    kills.shutdown = (kills.shutdown ?? 0) + 2;
  }
}

if (import.meta.main) {
  const times = Number(process.argv[2]);
  const each = Math.ceil(times / (Object.keys(steps).length + 2));
  {
    await using pool = new Pool({ workers: 2, backend: "process" });
    for (let n = 0; n < each; n++) {
      for (const [step, kill] of Object.entries(steps)) await among(pool, step, () => kill(pool));
    }
  }
  await boots(each);
  await shutdowns(Math.ceil(each / 2));
  tell({ kills, calls, open, wrong, lost } satisfies KillReport);
}
