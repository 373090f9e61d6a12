import { type Context, expect, type Turn } from "./workload.ts";

const CLOSE_BOUND_MS = 2_000;

/** From no pool to the first result of a new pool of two. The library's code is loaded already. */
export async function startup({ open }: Context): Promise<Turn> {
  const turn = async () => {
    const started = performance.now();
    const subject = await open(2);
    expect(await subject.call("noop", 7) === 7, "a no-op returned a wrong number");
    const took = performance.now() - started;
    await within(subject.close(), CLOSE_BOUND_MS);
    return { "first-result": took };
  };
  await turn();
  return turn;
}

/** Some pools never finish closing; that is their affair, the next start is ours. */
async function within(closing: Promise<unknown>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([closing, new Promise((resolve) => timer = setTimeout(resolve, ms))]);
  clearTimeout(timer);
}
