import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { Lane } from "../../src/core/lane.ts";
import { Roster } from "../../src/core/roster.ts";
import { known, makeJob, makeLane } from "./fake_lanes.ts";

/** Lanes with one running job each. */
function busyLanes(count: number, cost: number): Lane[] {
  return Array.from({ length: count }, (_, seat) => {
    const { lane } = makeLane({}, seat);
    lane.give(makeJob({ fn: known(cost) }), cost);
    return lane;
  });
}

describe("Roster", () => {
  it("pick() prefers an idle lane, the one used last", () => {
    const roster = new Roster();
    const first = makeLane({}, 0).lane, second = makeLane({}, 1).lane;
    const [busy] = busyLanes(1, 0.01);
    for (const lane of [first, second, busy!]) roster.update(lane);
    assertEquals(roster.idle, 2);
    assertEquals(roster.pick(makeJob(), 0.01), second);
  });

  it("pick() gives an unknown or long job to idle lanes only", () => {
    const roster = new Roster();
    for (const lane of busyLanes(2, 0.01)) roster.update(lane);
    assertEquals(roster.pick(makeJob(), Infinity), undefined);
    assertEquals(roster.pick(makeJob(), 50), undefined);
    assert(roster.pick(makeJob(), 0.01));
  });

  it("pick() spreads short jobs over the busy lanes", () => {
    const roster = new Roster();
    const lanes = busyLanes(3, 0.01);
    for (const lane of lanes) roster.update(lane);
    const picked = new Set(Array.from({ length: 3 }, () => roster.pick(makeJob(), 0.01)));
    assertEquals(picked, new Set(lanes));
  });

  it("pick() gives a job that moves its buffers to idle lanes only", () => {
    const roster = new Roster();
    for (const lane of busyLanes(2, 0.01)) roster.update(lane);
    assertEquals(roster.pick(makeJob({ transfer: [] }), 0.01), undefined);
  });

  it("update() takes off lanes that do not take jobs", () => {
    const roster = new Roster();
    const { lane } = makeLane();
    roster.update(lane);
    lane.retire();
    roster.update(lane);
    assertEquals([roster.idle, roster.pick(makeJob(), 0.01)], [0, undefined]);
  });

  it("remove() keeps the others, whatever the order", () => {
    const roster = new Roster();
    const lanes = Array.from({ length: 5 }, (_, seat) => makeLane({}, seat).lane);
    for (const lane of lanes) roster.update(lane);
    for (const index of [2, 4, 0]) {
      roster.remove(lanes[index]!);
      roster.remove(lanes[index]!);
    }
    assertEquals(roster.idle, 2);
    const left = new Set<Lane>();
    for (let lane = roster.pick(makeJob(), 1); lane; lane = roster.pick(makeJob(), 1)) {
      left.add(lane);
      roster.remove(lane);
    }
    assertEquals(left, new Set([lanes[1]!, lanes[3]!]));
  });

  it("pick() looks at as many lanes among 512 as among 2", () => {
    const looks = [2, 512].map((count) => {
      let looked = 0;
      const roster = new Roster();
      for (const lane of busyLanes(count, 0.001)) {
        const accepts = lane.accepts.bind(lane);
        lane.accepts = (job, cost) => {
          looked++;
          return accepts(job, cost);
        };
        roster.update(lane);
      }
      for (let i = 0; i < 1000; i++) roster.pick(makeJob(), 0.001);
      return looked;
    });
    assertEquals(looks, [1000, 1000]);
  });

  it("pick() asks a full lane once, until it has finished something", () => {
    const roster = new Roster();
    let looked = 0;
    for (const lane of busyLanes(100, 10)) {
      lane.accepts = () => {
        looked++;
        return false;
      };
      roster.update(lane);
    }
    for (let i = 0; i < 1000; i++) assertEquals(roster.pick(makeJob(), 0.001), undefined);
    assertEquals(looked, 100);
  });
});
