import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { Batch } from "../../src/core/batch.ts";
import { CallLine } from "../../src/core/call_line.ts";
import type { KnownFunction } from "../../src/core/functions.ts";
import { type Job, nextJobId } from "../../src/core/job.ts";
import { known } from "./fake_lanes.ts";

const ignore = (): void => {};

/** A line of calls with these arguments. */
function lineOf(fn: KnownFunction, ...args: unknown[]): CallLine {
  const line = new CallLine();
  for (const arg of args) line.push(fn, [arg], ignore);
  return line;
}

/** The arguments of all calls, in the order in which they leave in groups of at most `most`. */
function drain(line: CallLine, most: number): unknown[][] {
  const groups: unknown[][] = [];
  while (line.size > 0) groups.push([...line.take(most)!.args]);
  return groups;
}

describe("CallLine", () => {
  it("shift() gives what came first, as jobs numbered in the order of the calls", () => {
    const fn = known();
    const line = lineOf(fn, ...Array.from({ length: 3000 }, (_, n) => n));
    const jobs: Job[] = [];
    for (let job = line.shift(); job; job = line.shift()) jobs.push(job);
    assertEquals(jobs.map(({ args }) => args), Array.from({ length: 3000 }, (_, n) => [n]));
    assert(jobs.every((job, i) => i === 0 || job.id > jobs[i - 1]!.id));
    assert(jobs.every((job) => job.fn === fn && job.plain));
    assertEquals([line.size, line.front, line.shift()], [0, undefined, undefined]);
  });

  it("front stays until it is taken", () => {
    const line = lineOf(known(), "a", "b");
    assertEquals([line.front, line.size], [line.front!, 2]);
    const { front } = line;
    assertEquals(line.shift(), front);
    assertEquals(line.front!.args, ["b"]);
  });

  it("push() copies arguments: none, several, one that is a list of several's length", () => {
    const line = new CallLine();
    const args = [1, "two", null];
    line.push(known(), args, ignore);
    args[0] = 7;
    line.push(known(), [], ignore);
    line.push(known(), [undefined], ignore);
    assertEquals(drain(line, 1), [[1, "two", null], [], [undefined]]);
  });

  it("take() gathers small calls of one function, in groups of at most so many", () => {
    const line = lineOf(known(), 0, 1.5, true, null, undefined, 5, 6);
    assertEquals(drain(line, 3), [[0, 1.5, true], [null, undefined, 5], [6]]);
  });

  it("take() gathers nothing across functions, other arguments, or jobs that came between", () => {
    const first = known(), second = known();
    const line = lineOf(first, 0, 1);
    line.push(second, [2], ignore);
    line.push(second, [3], ignore);
    line.push(second, ["text"], ignore);
    line.push(second, [4, 5], ignore);
    line.push(second, [6], ignore);
    nextJobId();
    line.push(second, [7], ignore);
    line.push(second, [8], ignore);
    assertEquals(drain(line, 64), [[0, 1], [2, 3], ["text"], [4, 5], [6], [7, 8]]);
  });

  it("take() loses nothing where blocks meet, however large the groups", () => {
    for (const most of [2, 63, 64, 1000]) {
      const values = Array.from({ length: 5000 }, (_, n) => n);
      const line = lineOf(known(), ...values);
      const left: unknown[] = [];
      for (let i = 0; line.size > 0; i++) {
        left.push(...(i % 3 === 0 ? line.shift()! : line.take(most)!).args);
        if (i === 2) line.push(known(), [5000], ignore);
      }
      assertEquals(left, [...values, 5000]);
    }
  });

  it("a batch is numbered from its first call on", () => {
    const line = lineOf(known(), 0, 1, 2);
    const first = line.front!.id;
    const batch = line.take(64)!;
    assert(batch instanceof Batch);
    assertEquals([batch.id, batch.call(2).id, batch.calls], [first, first + 2, 3]);
  });
});

describe("Batch", () => {
  it("fulfil() settles each call once; giveBack() gives the others up, the last first", () => {
    const settled: [number, unknown][] = [];
    const resolves = [0, 1, 2, 3, 4].map((i) => (value: unknown) => void settled.push([i, value]));
    const batch = new Batch(100, known(), [10, 11, 12, 13, 14], resolves);
    assertEquals(batch.fulfil(["a"]), 1);
    assertEquals(batch.giveBack(3).map(({ id, args }) => [id, args]), [[104, [14]], [103, [13]]]);
    assertEquals(batch.giveBack(3), []);
    assertEquals(batch.fulfil(["a", "b", "c"]), 2);
    assertEquals(settled, [[0, "a"], [1, "b"], [2, "c"]]);
  });
});
