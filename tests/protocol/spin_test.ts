import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { describe, it } from "node:test";
import { Spin } from "../../src/protocol/spin.ts";

/** Milliseconds of the longest look. */
const LONGEST = 20;

/** How long a look in vain takes (ms), at least. */
function timeInVain(spin: Spin): number {
  const began = performance.now();
  assertEquals(spin.find(() => undefined), undefined);
  return performance.now() - began;
}

/** The shortest of some: the machine may be busy with other things. */
const shortestInVain = (spin: Spin): number =>
  Math.min(...Array.from({ length: 10 }, () => timeInVain(spin)));

/** A spin that has looked in vain so often that it looks for the shortest time. */
function discouraged(): Spin {
  const spin = new Spin(LONGEST);
  for (let i = 0; i < 8; i++) spin.find(() => undefined);
  return spin;
}

describe("Spin", () => {
  it("find() looks until there is something, or its time is over", () => {
    const spin = new Spin(LONGEST);
    let looks = 0;
    assertEquals(spin.find(() => ++looks === 3 ? "found" : undefined), "found");
    assertEquals(looks, 3);
    assertGreater(timeInVain(spin), LONGEST * 0.9);
  });

  it("find() ends also after a task has stopped the clock, as fake timers do", () => {
    const { now } = performance;
    const spin = new Spin(LONGEST);
    let looks = 0;
    performance.now = () => 0;
    try {
      assertEquals(spin.find(() => ++looks > 1e8 ? "without an end" : undefined), undefined);
    } finally {
      performance.now = now;
    }
  });

  it("find() looks once at least, and takes any value for a find", () => {
    assertEquals(new Spin(0).find(() => 0), 0);
    assertEquals(new Spin(0).find(() => false), false);
  });

  it("find() takes half of the time after each look in vain, down to the shortest", () => {
    const spin = new Spin(LONGEST, LONGEST / 2);
    timeInVain(spin);
    timeInVain(spin);
    assertGreater(timeInVain(spin), LONGEST * 0.4);
    assertLess(shortestInVain(discouraged()), LONGEST / 2);
  });

  it("find() takes its full time again after a find", () => {
    const spin = discouraged();
    spin.find(() => true);
    assertGreater(timeInVain(spin), LONGEST * 0.9);
  });

  it("find() takes its full time again after a short sleep, and not after a long one", () => {
    const soon = discouraged(), late = discouraged();
    soon.slept(performance.now());
    late.slept(performance.now() - 10 * LONGEST);
    assertGreater(timeInVain(soon), LONGEST * 0.9);
    assertLess(shortestInVain(late), LONGEST / 2);
  });
});
