import { spin } from "../bodies.ts";
import type { Subject } from "../subject.ts";
import { type Context, expect, time, type Turn } from "./workload.ts";

/** 64 tasks of equal work, worth 20 ms of one core each, on one worker and on two. */
export async function cpu({ open, quick, rounds }: Context): Promise<Turn> {
  const values = new Array<number>(quick ? 32 : 64).fill(quick ? Math.ceil(rounds / 16) : rounds);
  const one = await open(1);
  const two = await open(2);
  const warmUp = values.slice(0, 8).map((value) => Math.ceil(value / 4));
  await runAll(one, warmUp);
  await runAll(two, warmUp);
  return async () => {
    const alone = await time(() => runAll(one, values));
    const together = await time(() => runAll(two, values));
    return { "1-worker": alone, "2-workers": together, speedup: alone / together };
  };
}

/** 64 tasks of very unequal work, together worth as much as 64 tasks of 20 ms, on two workers. */
export async function skewed({ open, quick, rounds }: Context): Promise<Turn> {
  const values = skewedRounds(quick ? 32 : 64, quick ? Math.ceil(rounds / 16) : rounds);
  const one = await open(1);
  const two = await open(2);
  const warmUp = values.slice(0, 8).map((value) => Math.ceil(value / 4));
  await runAll(one, warmUp);
  await runAll(two, warmUp);
  return async () => {
    const alone = await time(() => runAll(one, values));
    const together = await time(() => runAll(two, values));
    return { "2-workers": together, speedup: alone / together };
  };
}

async function runAll(subject: Subject, values: readonly number[]): Promise<void> {
  const results = subject.all
    ? await subject.all("spin", values)
    : await Promise.all(values.map((value) => subject.call("spin", value)));
  expect(results.length === values.length, "a task got lost");
  expect(results[0] === right(values[0]), "a task computed something else");
}

const known = new Map<number, number>();

/** The checksum of so many rounds, computed once and outside the measured part. */
function right(rounds: number): number {
  const sum = known.get(rounds) ?? spin(rounds);
  known.set(rounds, sum);
  return sum;
}

/** A long tail in a fixed, shuffled order: a few tasks hold half of the work. */
function skewedRounds(count: number, mean: number): number[] {
  const weights = Array.from({ length: count }, (_, index) => 1 / (index + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // 29 has no common factor with the counts used: a walk over all places that looks random.
  return weights.map((_, index) =>
    Math.max(1, Math.round(weights[(index * 29 + 7) % count] / total * count * mean))
  );
}
