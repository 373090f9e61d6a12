/** Calls, aborts, timeouts and deaths on real workers, in an order that a seed decides. */
import process from "node:process";
import type { CallOptions } from "@pool/core";
import * as tasks from "./crash_tasks.ts";
import { tell } from "./outcome.ts";
import { createPool } from "./scenario_pool.ts";

const CALLS = 400;
/** In milliseconds. */
const DEADLINE = 15_000;

function seeded(seed: number): () => number {
  let state = Math.imul(seed, 2654435761) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

async function storm(seed: number): Promise<void> {
  const random = seeded(seed);
  const pool = createPool({ workers: 4, grace: 20, maxTasksPerChild: 60 });
  const ends: Record<string, number> = {};
  let settled = 0, wrong = 0;

  function follow(n: number, promise: PromiseLike<unknown>): Promise<void> {
    const end = (how: string): void => {
      settled++;
      ends[how] = (ends[how] ?? 0) + 1;
    };
    return Promise.resolve(promise).then((value) => {
      if (value !== n) wrong++;
      end("fulfilled");
    }, (error) => end(error instanceof Error ? error.name : String(error)));
  }

  function call(n: number): Promise<void> {
    const dice = random();
    const controller = new AbortController();
    const options: CallOptions = {
      ...(random() < 0.3 && { signal: controller.signal }),
      ...(random() < 0.1 && { timeout: 200 }),
      ...(random() < 0.1 && { queueTimeout: random() * 50 }),
      ...(random() < 0.2 && { retries: 1 }),
      ...(random() < 0.1 && { key: `key ${n % 3}` }),
      priority: Math.floor(random() * 3),
    };
    if (random() < 0.3) setTimeout(() => controller.abort("aborted"), random() * 100);
    if (dice < 0.6) return follow(n, pool.apply(tasks.echo, [n], options));
    if (dice < 0.9) return follow(n, pool.apply(tasks.sleep, [random() * 20, n], options));
    if (dice < 0.95) return follow(n, pool.apply(tasks.exit, [n % 4], options));
    if (dice < 0.97) return follow(n, pool.apply(tasks.throwInTimer, [], options));
    return follow(n, pool.apply(tasks.sleep, [60_000], { ...options, timeout: 30 }));
  }

  const calls: Promise<void>[] = [];
  for (let n = 0; n < CALLS; n++) {
    calls.push(call(n));
    if (random() < 0.1) await new Promise((resolve) => setTimeout(resolve, random() * 10));
  }
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, DEADLINE);
  await Promise.race([Promise.all(calls), late]);
  clearTimeout(timer);
  const { submitted, fulfilled, rejected } = pool.stats();
  pool.close();
  await pool.join({ timeout: DEADLINE });
  tell({ calls: CALLS, settled, wrong, open: submitted - fulfilled - rejected, ends });
}

if (import.meta.main) await storm(Number(process.argv[2]));
