import { burst, type Context, time, type Turn } from "./workload.ts";

/** No-op calls, all submitted at once: first on cold code, then again on warm code. */
export async function noop({ open, quick }: Context): Promise<Turn> {
  const count = quick ? 5_000 : 50_000;
  const subject = await open(2);
  await burst(subject, 4); // both workers are up and have loaded the function
  return async () => {
    const first = await time(() => burst(subject, count));
    const next = await time(() => burst(subject, count));
    return { first: count / first * 1000, next: count / next * 1000 };
  };
}
