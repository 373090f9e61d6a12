import { assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "node:test";
import { Lookout } from "../../src/core/lookout.ts";

/** A lane that notes for how long it was looked at. */
class WatchedLane {
  readonly looks: number[] = [];
  finds = false;

  lookOut(milliseconds: number): boolean {
    this.looks.push(milliseconds);
    return this.finds;
  }
}

describe("Lookout", () => {
  it("look() takes less and less time while it is in vain, down to a least", () => {
    const lookout = new Lookout(), lane = new WatchedLane();
    for (let i = 0; i < 20; i++) {
      lookout.look(lane);
      lookout.heard();
    }
    const [first, second] = lane.looks;
    assertEquals(second, first! / 2);
    assertGreater(lane.looks.at(-1)!, 0);
    assertEquals(lane.looks.at(-1), lane.looks.at(-2));
  });

  it("look() takes its full time again after a find", () => {
    const lookout = new Lookout(), lane = new WatchedLane();
    for (let i = 0; i < 4; i++) {
      lane.finds = i === 2;
      lookout.look(lane);
      lookout.heard();
    }
    assertEquals(lane.looks[3], lane.looks[0]);
  });

  it("look() leaves the event loop its turn, whatever is found", () => {
    const lookout = new Lookout(), lane = new WatchedLane();
    lane.finds = true;
    const end = performance.now() + 20;
    while (performance.now() < end) lookout.look(lane);
    const { length } = lane.looks;
    assertGreater(length, 0);
    lookout.look(lane);
    assertEquals(lane.looks.length, length);
    lookout.heard();
    lookout.look(lane);
    assertEquals(lane.looks.length, length + 1);
  });
});
