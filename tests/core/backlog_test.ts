import { describe, it } from "node:test";
import { assert, assertEquals, assertLess } from "@std/assert";
import { AGING, Backlog, goesBefore, type Waiting } from "../../src/core/backlog.ts";

interface Entry extends Waiting {
  readonly name: number;
}

let names = 0, ids = 0;

function entry(priority = 0): Entry {
  return {
    name: ++names,
    priority,
    id: ++ids,
    list: undefined,
    previous: undefined,
    next: undefined,
  };
}

function drain(backlog: Backlog<Entry>): number[] {
  const order: number[] = [];
  for (let next = backlog.shift(); next; next = backlog.shift()) order.push(next.name);
  return order;
}

describe("Backlog", () => {
  it("shift() gives what came first", () => {
    const backlog = new Backlog<Entry>();
    const entries = Array.from({ length: 50 }, () => entry());
    for (const one of entries) backlog.add(one);
    assertEquals(backlog.size, 50);
    assertEquals(backlog.peek(), entries[0]);
    assertEquals(drain(backlog), entries.map(({ name }) => name));
    assertEquals([backlog.size, backlog.peek(), backlog.shift()], [0, undefined, undefined]);
  });

  it("shift() gives higher priorities first, negative and fractional ones in their place", () => {
    const backlog = new Backlog<Entry>();
    const low = entry(-1), half = entry(0.5), none = entry(), high = entry(7), second = entry(7);
    for (const one of [low, half, none, high, second]) backlog.add(one);
    const order = [high, second, half, none, low];
    assertEquals(drain(backlog), order.map(({ name }) => name));
  });

  it("shift() lets at most AGING later jobs overtake for one level of priority", () => {
    const backlog = new Backlog<Entry>();
    const old = entry(0);
    backlog.add(old);
    let overtaken = 0;
    for (;;) {
      backlog.add(entry(1));
      if (backlog.shift() === old) break;
      overtaken++;
      assert(overtaken <= AGING + 1, `overtaken by ${overtaken}`);
    }
    // Jobs age in steps.
    assert(overtaken >= AGING * 15 / 16 - 1, `overtaken by only ${overtaken}`);
  });

  it("putBack() puts jobs before all others of their priority", () => {
    const backlog = new Backlog<Entry>();
    const entries = Array.from({ length: 4 }, () => entry());
    for (const one of entries) backlog.add(one);
    const first = backlog.shift()!, second = backlog.shift()!;
    backlog.add(entry(-1));
    backlog.putBack(second);
    backlog.putBack(first);
    assertEquals(drain(backlog).slice(0, 4), entries.map(({ name }) => name));
  });

  it("putBack() of a job that never waited keeps below higher priorities", () => {
    const backlog = new Backlog<Entry>();
    for (let i = 0; i < 20 * AGING; i++) {
      backlog.add(entry());
      backlog.shift();
    }
    const urgent = entry(5), retried = entry(-5);
    backlog.add(urgent);
    backlog.putBack(retried);
    assertEquals(drain(backlog), [urgent.name, retried.name]);
  });

  it("remove() takes out heads, middles and tails, and says whether it was there", () => {
    const backlog = new Backlog<Entry>();
    const entries = [entry(), entry(2), entry(), entry(2), entry()];
    for (const one of entries) backlog.add(one);
    assert(backlog.remove(entries[1]!));
    assert(backlog.remove(entries[2]!));
    assert(!backlog.remove(entries[2]!));
    assert(!backlog.remove(entry()));
    assert(!new Backlog<Entry>().remove(entries[0]!));
    assertEquals(backlog.size, 3);
    assertEquals(drain(backlog), [entries[3]!.name, entries[0]!.name, entries[4]!.name]);
  });

  it("remove() of 100,000 jobs from the middle costs no search", () => {
    const backlog = new Backlog<Entry>();
    const entries = Array.from({ length: 100_000 }, () => entry());
    for (const one of entries) backlog.add(one);
    const began = performance.now();
    for (let i = 0; i < entries.length; i++) {
      assert(backlog.remove(entries[(i * 7919 + 50_000) % entries.length]!));
    }
    // A search through the line would take minutes.
    assertLess(performance.now() - began, 3000);
    assertEquals(backlog.size, 0);
  });

  it("keeps the order of ranks under thousands of random steps", () => {
    const random = seeded(7);
    const backlog = new Backlog<Entry>();
    const inside = new Set<Entry>();
    for (let step = 0; step < 20_000; step++) {
      const dice = random();
      if (dice < 0.5) {
        const one = entry(Math.floor(random() * 9) - 4);
        backlog.add(one);
        inside.add(one);
      } else if (dice < 0.7) {
        const one = [...inside][Math.floor(random() * inside.size)];
        if (one) assertEquals(backlog.remove(one), inside.delete(one));
      } else {
        const one = backlog.shift();
        assertEquals(one === undefined, inside.size === 0);
        if (!one) continue;
        inside.delete(one);
        if (step % 50 === 0) { for (const other of inside) assert(!goesBefore(other, one)); }
      }
      assertEquals(backlog.size, inside.size);
      if (inside.size > 40) {
        for (const one of [...inside].slice(20)) inside.delete(one) && backlog.remove(one);
      }
    }
  });
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
