import { assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "node:test";
import { explore } from "./explore.ts";
import { slotsModel } from "./slots_model.ts";

const SIZES = [
  { calls: 1 },
  { calls: 2 },
  { calls: 3 },
  { calls: 4 },
  { calls: 0, letters: 2 },
  { calls: 1, letters: 1 },
  { calls: 1, letters: 2 },
  { calls: 2, letters: 1 },
  { calls: 2, letters: 2 },
  { calls: 1, looks: 1 },
  { calls: 2, looks: 2 },
  { calls: 3, looks: 1 },
  { calls: 1, letters: 1, looks: 2 },
  { calls: 2, letters: 1, looks: 1 },
];

describe("the sleep and wake protocol of slots", () => {
  for (const timeouts of [true, false]) {
    for (const size of SIZES) {
      const { calls, letters = 0, looks = 0 } = size;
      const what = `${calls} calls and ${letters} messages, looks ${looks}`;
      it(`loses none of ${what}, time-outs ${timeouts}`, () => {
        const { states, stuck } = explore(slotsModel(size, timeouts));
        assertEquals(stuck, []);
        assertGreater(states, 30);
      });
    }
  }

  it("would lose a call if the host did not look after it has set its flag", () => {
    assertGreater(explore(slotsModel({ calls: 2 }, true, { noLook: true })).stuck.length, 0);
  });

  it("would lose a call if the host gave up looking without saying so", () => {
    const { stuck } = explore(slotsModel({ calls: 2, looks: 1 }, true, { giveUpBlindly: true }));
    assertGreater(stuck.length, 0);
  });

  it("would lose a call if the worker parked without a look at its inbox", () => {
    assertGreater(explore(slotsModel({ calls: 2 }, true, { parkBlindly: true })).stuck.length, 0);
  });

  it("would lose a call if the doze did not compare the tail", () => {
    assertGreater(explore(slotsModel({ calls: 2 }, false, { dozeBlindly: true })).stuck.length, 0);
  });

  it("would lose a message if the worker did not count them before it dozes", () => {
    const size = { calls: 0, letters: 2 };
    assertGreater(explore(slotsModel(size, false, { forgetMail: true })).stuck.length, 0);
  });
});
