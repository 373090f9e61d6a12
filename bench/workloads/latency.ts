import { setTimeout as sleep } from "node:timers/promises";
import { burst, type Context, expect, time, type Turn } from "./workload.ts";

/** Time between lone calls: long enough for every worker to have gone to sleep. */
const PAUSE_MS = 20;

/** No-op calls one after the other, each awaited: the mean microseconds of one. */
export async function latency({ open, quick }: Context): Promise<Turn> {
  const count = quick ? 500 : 5_000;
  const subject = await open(2);
  const run = async (calls: number) => {
    for (let i = 0; i < calls; i++) {
      const result = await subject.call("noop", i);
      if (result !== i) expect(false, "a no-op returned a wrong number");
    }
  };
  await run(quick ? 300 : 2_000);
  return async () => ({ call: await time(() => run(count)) / count * 1000 });
}

/** Single no-op calls with long pauses between them: the median microseconds of one. */
export async function lone({ open, quick }: Context): Promise<Turn> {
  const subject = await open(2);
  await burst(subject, quick ? 300 : 2_000);
  return async () => {
    const times: number[] = [];
    for (let i = 0; i < (quick ? 15 : 150); i++) {
      await sleep(PAUSE_MS);
      const started = performance.now();
      const result = await subject.call("noop", i);
      times.push(performance.now() - started);
      expect(result === i, "a no-op returned a wrong number");
    }
    return { call: times.toSorted((a, b) => a - b)[times.length >> 1] * 1000 };
  };
}
