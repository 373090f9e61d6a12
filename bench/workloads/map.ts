import { imapInChunks } from "../subject.ts";
import { residentBytes, startPeak } from "./memory.ts";
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

/** Squares of many small integers that are never all in memory, in order: speed, and how far it grows. */
export async function imap({ open, items }: Context): Promise<Turn> {
  const subject = await open(2);
  const run = async (count: number) => {
    const squares = subject.imap?.(integers(count)) ?? imapInChunks(subject, integers(count), 2);
    let seen = 0;
    for await (const square of squares) {
      if (square !== (seen++ & 1023) ** 2) expect(false, "wrong squares");
    }
    expect(seen === count, "imap lost results");
  };
  await run(Math.min(items, 50_000));
  return async () => {
    const before = residentBytes();
    const peak = startPeak();
    const took = await time(() => run(items));
    return { items: items / took * 1000, peak: (peak() - before) / 2 ** 20 };
  };
}

function* integers(count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield i & 1023;
}
