import { NotApplicable } from "../subject.ts";
import { burst, type Context, expect, time, type Turn } from "./workload.ts";

/** Bursts after which the code of a library counts as warm: runtimes compile hot code in steps. */
const UNTIL_WARM = 8;

/** No-op calls, all submitted at once: on cold code, again, and on warm code. */
export async function noop({ open, quick }: Context): Promise<Turn> {
  const count = quick ? 5_000 : 50_000;
  const subject = await open(2);
  await burst(subject, 4); // both workers are up and have loaded the function
  return async () => {
    const first = await time(() => burst(subject, count));
    const next = await time(() => burst(subject, count));
    for (let i = 2; i < UNTIL_WARM; i++) await burst(subject, count);
    const times: number[] = [];
    for (let i = 0; i < 5; i++) times.push(await time(() => burst(subject, count)));
    const warm = times.sort((a, b) => a - b)[2]!;
    const rate = (milliseconds: number): number => count / milliseconds * 1000;
    return { first: rate(first), next: rate(next), warm: rate(warm) };
  };
}

/** The same calls with every option in use, beside plain ones in the same process. */
export async function options({ open, quick }: Context): Promise<Turn> {
  const count = quick ? 5_000 : 50_000;
  const subject = await open(2);
  const { callWithOptions } = subject;
  if (!callWithOptions) throw new NotApplicable("no signal, time limit and priority for a call");
  const optioned = async (calls: number) => {
    const { signal } = new AbortController();
    const results = await Promise.all(
      Array.from(
        { length: calls },
        (_, index) =>
          callWithOptions("noop", index, { signal, timeout: 60_000, priority: index % 3 }),
      ),
    );
    expect(results.every((result, index) => result === index), "a no-op returned a wrong number");
  };
  for (let i = 0; i < UNTIL_WARM; i++) {
    await burst(subject, count);
    await optioned(count);
  }
  return async () => {
    const plain = await time(() => burst(subject, count));
    const full = await time(() => optioned(count));
    return { calls: count / full * 1000, ratio: plain / full };
  };
}
