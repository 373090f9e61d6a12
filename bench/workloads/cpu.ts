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

/** 200 tasks, each longer than the one before, on two workers, beside the ideal schedule. */
export async function growing({ open, quick, rounds }: Context): Promise<Turn> {
  const values = growingRounds(200, Math.ceil(rounds / (quick ? 50 : 3)));
  // What the run found out about this runtime at its start, not what this library makes of one worker.
  const ideal = values.reduce((sum, value) => sum + value, 0) / rounds * 20 / 2;
  const subject = await open(2);
  const warmUp = values.slice(0, 50);
  await runAll(subject, warmUp);
  await spread(subject, warmUp);
  return async () => {
    const calls = await time(() => runAll(subject, values));
    const mapped = await time(() => spread(subject, values));
    return { calls: calls / ideal, map: mapped / ideal };
  };
}

/** By the library's own map, or by hand-made chunks, four a worker. */
async function spread(subject: Subject, values: readonly number[]): Promise<void> {
  const results = subject.spread
    ? await subject.spread(values)
    : (await Promise.all(inChunks(subject, values))).flat();
  expect(results.length === values.length, "a task got lost");
  expect(results[0] === right(values[0]), "a task computed something else");
}

function inChunks(subject: Subject, values: readonly number[]): Promise<unknown>[] {
  const size = Math.ceil(values.length / 8);
  return Array.from(
    { length: Math.ceil(values.length / size) },
    (_, chunk) => subject.call("spinAll", values.slice(chunk * size, (chunk + 1) * size)),
  );
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

/** The longest is worth 1.5 % of the work, so that no schedule must end uneven. */
function growingRounds(count: number, mean: number): number[] {
  return Array.from(
    { length: count },
    (_, index) => Math.max(1, Math.round(3 * mean * ((index + 1) / count) ** 2)),
  );
}
