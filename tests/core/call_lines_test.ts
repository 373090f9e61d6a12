import { describe, it } from "node:test";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { AGING } from "../../src/core/backlog.ts";
import { CallLines } from "../../src/core/call_lines.ts";
import type { JobLimits } from "../../src/core/job.ts";
import { type CallTerms, PLAIN_TERMS } from "../../src/core/terms.ts";
import { known } from "./fake_lanes.ts";

const ignore = (): void => {};
const fn = known();

function makeLines(): CallLines {
  return new CallLines({ filled() {}, emptied() {} });
}

function terms(priority: number, limits?: JobLimits): CallTerms {
  return { limits, priority };
}

/** Lets calls wait whose argument is their place. */
function fill(lines: CallLines, all: readonly CallTerms[]): void {
  for (const one of new Set(all)) lines.lineOf({ ...one });
  for (const [place, one] of all.entries()) lines.lineOf({ ...one })!.push(fn, [place], ignore);
}

/** The places of all calls in the order in which they leave, in groups of at most `most`. */
function drain(lines: CallLines, most: number): number[][] {
  const groups: number[][] = [];
  for (let { front } = lines; front; { front } = lines) {
    groups.push([...lines.take(front, most, undefined)!.args as number[]]);
  }
  return groups;
}

describe("CallLines", () => {
  it("lineOf() has a line for options that come again, compared by value", () => {
    const lines = makeLines();
    const { signal } = new AbortController();
    const make = (): CallTerms => terms(2, { signal, timeout: 50, retries: 0 });
    assertEquals(lines.lineOf(make()), undefined);
    const line = lines.lineOf(make());
    assert(line);
    assertStrictEquals(lines.lineOf(make()), line);
    assert(lines.lineOf(terms(2)) !== line);
    assert(lines.lineOf(PLAIN_TERMS) === lines.lineOf(terms(0)));
  });

  it("lineOf() has none for options that come once, nor where the wait itself is limited", () => {
    const lines = makeLines();
    for (let i = 0; i < 100; i++) {
      const { signal } = new AbortController();
      assertEquals(lines.lineOf(terms(0, { signal })), undefined);
      assertEquals(lines.lineOf(terms(0, { queueTimeout: 10 })), undefined);
    }
  });

  it("lineOf() gives an empty line away when there are many, and none in which calls wait", () => {
    const lines = makeLines();
    const open = (priority: number) => {
      lines.lineOf(terms(priority));
      return lines.lineOf(terms(priority));
    };
    for (let priority = 1; priority <= 8; priority++) open(priority)!.push(fn, [0], ignore);
    assertEquals(open(9), undefined);
    assertEquals(lines.size, 8);
    lines.lineOf(terms(5))!.shift();
    assert(open(9));
    assertEquals([lines.size, lines.lineOf(terms(4))!.size], [7, 1]);
  });

  it("calls of one priority leave in the order in which they came, whatever else they ask for", () => {
    const lines = makeLines();
    const kinds = [PLAIN_TERMS, terms(0, { timeout: 9 }), terms(0, { retries: 1 })];
    const all = Array.from({ length: 1000 }, (_, n) => kinds[n * 7919 % 11 % 3]!);
    fill(lines, all);
    assertEquals(drain(lines, 64).flat(), all.map((_, n) => n));
  });

  it("of three priorities that alternate, the higher go first in large groups, and all within their age", () => {
    const lines = makeLines();
    const kinds = [terms(0), terms(1), terms(2)];
    const all = Array.from({ length: 12 * AGING }, (_, n) => kinds[n % 3]!);
    fill(lines, all);
    const groups = drain(lines, 64);
    const order = groups.flat();
    assertEquals(order.length, all.length);
    assertEquals(order.slice(0, 100), Array.from({ length: 100 }, (_, n) => 3 * n + 2));
    assert(groups.length < all.length / 16, `${groups.length} groups`);
    // How many later ones of a priority one level higher went before each.
    const turn = new Map(order.map((place, index) => [place, index]));
    for (let place = 0; place + AGING < all.length; place += 3) {
      const rival = place + AGING;
      assert(turn.get(place)! < turn.get(rival)!, `${rival} went before ${place}`);
    }
  });

  it("take() of a job that is no front gives nothing; shift() empties all lines", () => {
    const lines = makeLines();
    fill(lines, [terms(0), terms(1), terms(1), terms(0)]);
    const { front } = lines;
    assertEquals(lines.take(front!, 1, undefined)!.args, [1]);
    assertEquals(lines.take(front!, 1, undefined), undefined);
    let left = 0;
    while (lines.shift()) left++;
    assertEquals([left, lines.size, lines.front], [3, 0, undefined]);
  });
});
