import { assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "node:test";
import { Lookout } from "../../src/core/lookout.ts";
import type { Spin } from "../../src/protocol/spin.ts";

/** A lane that counts how often it was looked at. */
class WatchedLane {
  looks = 0;

  lookOut(spin: Spin): void {
    this.looks++;
    spin.find(() => true);
  }
}

describe("Lookout", () => {
  it("look() leaves the event loop its turn, whatever is found", () => {
    const lookout = new Lookout(), lane = new WatchedLane();
    const end = performance.now() + 20;
    while (performance.now() < end) lookout.look(lane);
    const { looks } = lane;
    assertGreater(looks, 0);
    lookout.look(lane);
    assertEquals(lane.looks, looks);
    lookout.heard();
    lookout.look(lane);
    assertEquals(lane.looks, looks + 1);
  });
});
