import { assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "node:test";
import { explore } from "./explore.ts";
import { slotsModel } from "./slots_model.ts";

describe("the sleep and wake protocol of slots", () => {
  for (const timeouts of [true, false]) {
    for (const calls of [1, 2, 3, 4]) {
      it(`loses no wake-up in any interleaving of ${calls} calls, time-outs ${timeouts}`, () => {
        const { states, stuck } = explore(slotsModel(calls, timeouts));
        assertEquals(stuck, []);
        assertGreater(states, 30);
      });
    }
  }

  it("would lose one if the host did not look after it has set its flag", () => {
    assertGreater(explore(slotsModel(2, true, { noLook: true })).stuck.length, 0);
  });

  it("would lose one if the worker parked without a look at its inbox", () => {
    assertGreater(explore(slotsModel(2, true, { parkBlindly: true })).stuck.length, 0);
  });

  it("would lose one if the doze did not compare the tail", () => {
    assertGreater(explore(slotsModel(2, false, { dozeBlindly: true })).stuck.length, 0);
  });
});
