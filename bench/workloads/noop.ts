import { NotApplicable } from "../subject.ts";
import { burst, type Context, expect, time, type Turn } from "./workload.ts";

/** Bursts after which the code of a library counts as warm: runtimes compile hot code in steps. */
const UNTIL_WARM = 8;

/** Bursts whose median counts. */
const COUNTED = 5;

/**
 * Milliseconds for the warm-up and for the bursts that count: a library that needs seconds for one is
 * not made faster by more of them.
 */
const WARM_UP_MS = 3_000, COUNTED_MS = 1_500;

/** No-op calls, all submitted at once: on cold code, again, and on warm code. */
export async function noop({ open, quick }: Context): Promise<Turn> {
  const part = quick ? 0.2 : 1;
  const count = quick ? 5_000 : 50_000;
  const subject = await open(2);
  await burst(subject, 4); // both workers are up and have loaded the function
  return async () => {
    const run = () => time(() => burst(subject, count));
    const first = await run();
    const next = await run();
    await upTo(UNTIL_WARM - 2, WARM_UP_MS * part - first - next, run);
    const times = [await run()];
    times.push(...await upTo(COUNTED - 1, COUNTED_MS * part - times[0]!, run));
    const warm = times.sort((a, b) => a - b)[times.length >> 1]!;
    const rate = (milliseconds: number): number => count / milliseconds * 1000;
    return { first: rate(first), next: rate(next), warm: rate(warm) };
  };
}

/** Runs so many times, or fewer when `left` milliseconds are over; resolves what each took. */
async function upTo(count: number, left: number, run: () => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  while (times.length < count && left > 0) {
    const took = await run();
    times.push(took);
    left -= took;
  }
  return times;
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
