import { spin } from "../bodies.ts";
import type { Context, Turn } from "./workload.ts";

const ROUNDS = 2_000_000;

/** How many rounds of `spin` are worth 20 ms here; the best of several tries, so that noise is out. */
export function calibrate(_context: Context): Promise<Turn> {
  spin(ROUNDS);
  return Promise.resolve(() => {
    let best = Infinity;
    for (let i = 0; i < 9; i++) {
      const started = performance.now();
      spin(ROUNDS);
      best = Math.min(best, performance.now() - started);
    }
    return Promise.resolve({ rounds: Math.round(ROUNDS / best * 20) });
  });
}
