import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { AGING, goesBefore } from "../../src/core/backlog.ts";
import { Batch } from "../../src/core/batch.ts";
import { CallLine } from "../../src/core/call_line.ts";
import type { KnownFunction } from "../../src/core/functions.ts";
import { type Job, nextJobId } from "../../src/core/job.ts";
import { PLAIN_TERMS } from "../../src/core/terms.ts";
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

  it("take() gathers nothing across functions, other arguments, or where numbers are uneven", () => {
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
    line.push(second, [9], ignore);
    assertEquals(drain(line, 64), [[0, 1], [2, 3], ["text"], [4, 5], [6, 7], [8, 9]]);
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

  it("a batch is numbered from its first call on, in steps", () => {
    const fn = known();
    const lines = [new CallLine(), new CallLine(), new CallLine()];
    for (let n = 0; n < 9; n++) lines[n % 3]!.push(fn, [n], ignore);
    const first = lines[1]!.front!.id;
    const batch = lines[1]!.take(64)!;
    assert(batch instanceof Batch);
    assertEquals([batch.id, batch.step, batch.calls], [first, 3, 3]);
    assertEquals(batch.giveBack(0).map(({ id }) => id), [first + 6, first + 3, first]);
  });

  it("take() leaves calls that come behind a rival of another line", () => {
    const fn = known();
    const line = new CallLine({ limits: undefined, priority: 1 }), other = new CallLine();
    other.push(fn, [-1], ignore);
    for (let n = 0; n < 3 * AGING; n++) line.push(fn, [n], ignore);
    let gone = 0;
    for (; goesBefore(line.front!, other.front!); gone += line.take(64, other.front)!.calls);
    assert(gone >= AGING * 15 / 16 && gone <= AGING, `${gone} calls overtook one`);
    // Without anybody to let pass, all may go.
    assertEquals(line.take(2)!.calls, 2);
  });

  it("calls have what their line asks for, alone and in a batch", () => {
    const terms = { limits: { timeout: 5, retries: 2 }, priority: 3 };
    const line = new CallLine(terms);
    for (let n = 0; n < 5; n++) line.push(known(), [n], ignore);
    const fn = known();
    for (let n = 0; n < 5; n++) line.push(fn, [n], ignore);
    const jobs: Job[] = [];
    while (line.size > 0) {
      const taken = line.take(64)!;
      assertEquals([taken.limits, taken.priority], [terms.limits, 3]);
      jobs.push(...(taken instanceof Batch ? taken.giveBack(0) : [taken]));
    }
    assertEquals(jobs.length, 10);
    for (const job of jobs) {
      assertEquals([job.limits, job.priority, job.details.triesLeft], [terms.limits, 3, 2]);
    }
  });

  it("tells when the first call comes and the last one goes", () => {
    const told: string[] = [];
    const line = new CallLine(PLAIN_TERMS, {
      filled: ({ size }) => void told.push(`filled ${size}`),
      emptied: ({ size }) => void told.push(`emptied ${size}`),
    });
    const fn = known();
    for (const count of [1, 3, 200]) {
      for (let n = 0; n < count; n++) line.push(fn, [n], ignore);
      while (line.size > 0) line.take(7);
    }
    assertEquals(told, Array.from({ length: 3 }, () => ["filled 1", "emptied 0"]).flat());
  });
});

describe("Batch", () => {
  it("fulfil() settles each call once; giveBack() gives the others up, the last first", () => {
    const settled: [number, unknown][] = [];
    const resolves = [0, 1, 2, 3, 4].map((i) => (value: unknown) => void settled.push([i, value]));
    const start = { id: 100, step: 1, fn: known(), terms: undefined };
    const batch = new Batch(start, [10, 11, 12, 13, 14], resolves);
    assertEquals(batch.fulfil(["a"]), 1);
    assertEquals(batch.giveBack(3).map(({ id, args }) => [id, args]), [[104, [14]], [103, [13]]]);
    assertEquals(batch.giveBack(3), []);
    assertEquals([batch.over, batch.isDivisible], [false, true]);
    assertEquals(batch.fulfil(["a", "b", "c"]), 2);
    assertEquals([batch.over, batch.isDivisible], [true, false]);
    assertEquals(settled, [[0, "a"], [1, "b"], [2, "c"]]);
  });
});
