import { type Context, expect, time, type Turn } from "./workload.ts";

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
