import { type Context, expect, time, type Turn } from "./workload.ts";

const COUNT = 1_000_000;

/** The squares of a million small integers; a quick look takes fewer and scales the time up. */
export async function map({ open, quick }: Context): Promise<Turn> {
  const items = Array.from({ length: quick ? COUNT / 5 : COUNT }, (_, index) => index & 1023);
  const subject = await open(2);
  const run = async () => {
    const squares = await subject.map(items);
    expect(squares.length === items.length, "map lost results");
    expect(
      squares[2047] === 1023 * 1023 && squares[items.length - 1] === (items.length - 1 & 1023) ** 2,
      "wrong squares",
    );
  };
  await run();
  return async () => ({ million: await time(run) * COUNT / items.length });
}
