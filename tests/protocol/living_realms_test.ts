import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { LivingRealms } from "../../src/protocol/living_realms.ts";

describe("LivingRealms", () => {
  it("realms live from enter() to leave(), as every thread sees", () => {
    const here = new LivingRealms(), there = new LivingRealms(here.memory);
    const one = here.enter(), two = there.enter();
    assert(one !== two && one !== 0 && two !== 0);
    assertEquals([there.isAlive(one), here.isAlive(two)], [true, true]);
    there.leave(one);
    assertEquals([here.isAlive(one), here.isAlive(two)], [false, true]);
  });

  it("nobody is alive under 0, the number of nobody", () => {
    assert(!new LivingRealms().isAlive(0));
  });

  it("leave() said again harms no later realm in the same place", () => {
    const realms = new LivingRealms();
    const first = realms.enter();
    realms.leave(first);
    const later = Array.from({ length: 16_384 }, () => realms.enter());
    realms.leave(first);
    assert(later.every((number) => realms.isAlive(number)));
    assert(!realms.isAlive(first));
  });

  it("more than 16,384 at a time are refused, and one that leaves makes room", () => {
    const realms = new LivingRealms();
    const all = Array.from({ length: 16_384 }, () => realms.enter());
    assertThrows(() => realms.enter(), RangeError, "16384 are running");
    realms.leave(all[77]!);
    assert(realms.isAlive(realms.enter()));
  });

  it("numbers begin again after two billion realms", () => {
    const realms = new LivingRealms();
    new Int32Array(realms.memory)[0] = 0x7fffffff - 2;
    const numbers = [realms.enter(), realms.enter(), realms.enter(), realms.enter()];
    assertEquals(numbers, [0x7fffffff - 1, 0x7fffffff, 1, 2]);
  });
});
