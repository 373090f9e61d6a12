import { assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "node:test";
import { type BarrierFaults, barrierModel, type BarrierSize } from "./barrier_model.ts";
import { explore } from "./explore.ts";

const SIZES: BarrierSize[] = [
  { parties: 2, visits: [1, 1] },
  { parties: 2, visits: [2, 2] },
  { parties: 2, visits: [1, 1, 1] },
  { parties: 2, visits: [1, 1], impatient: [0] },
  { parties: 2, visits: [1, 1], resets: 1 },
  { parties: 2, visits: [2, 1], impatient: [1], resets: 1 },
];

const HEALED: BarrierSize[] = [
  { parties: 2, visits: [1, 1], deaths: 1 },
  { parties: 2, visits: [2, 2], deaths: 1 },
  { parties: 2, visits: [1, 1], impatient: [0], resets: 1, deaths: 1 },
];

/** What would leave somebody asleep for ever, and what would let some pass and others not. */
const LOST: [string, BarrierFaults, BarrierSize][] = [
  ["the last one woke the others before it lets them go", { wakesFirst: true }, SIZES[0]!],
  ["who gives up woke nobody", { breaksSilently: true }, {
    parties: 3,
    visits: [1, 1],
    impatient: [0],
  }],
  ["nobody looked for the dead", { ignoresDead: true }, { ...HEALED[0]!, slices: true }],
  ["there were no slices and somebody died", {}, HEALED[0]!],
];
const MIXED: [string, BarrierFaults, BarrierSize][] = [
  ["the last one let go also what was broken meanwhile", { tripsBlindly: true }, SIZES[3]!],
  ["nobody remembered that it was reset", { forgetsReset: true }, SIZES[4]!],
];

const said = (size: BarrierSize): string =>
  JSON.stringify(size).replace(/["{}]/g, "").replace(/([:,])/g, "$1 ");

describe("the sleep and wake protocol of barriers", () => {
  for (const size of SIZES) {
    it(`lets all of a generation pass or none, without slices: ${said(size)}`, () => {
      const { states, doomed, wrong } = explore(barrierModel(size));
      assertEquals([doomed, wrong], [[], []]);
      assertGreater(states, 100);
    });
  }

  for (const size of HEALED) {
    it(`leaves nobody asleep when one dies, with slices: ${said(size)}`, () => {
      const { doomed, wrong } = explore(barrierModel({ ...size, slices: true }));
      assertEquals([doomed, wrong], [[], []]);
    });
  }

  for (const [what, faults, size] of LOST) {
    it(`would leave somebody asleep if ${what}`, () => {
      assertGreater(explore(barrierModel(size, faults)).doomed.length, 0);
    });
  }

  for (const [what, faults, size] of MIXED) {
    it(`would let some pass and others not if ${what}`, () => {
      assertGreater(explore(barrierModel(size, faults)).wrong.length, 0);
    });
  }
});
