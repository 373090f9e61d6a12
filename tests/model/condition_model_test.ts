import { assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "node:test";
import { type ConditionFaults, conditionModel, type ConditionSize } from "./condition_model.ts";
import { explore } from "./explore.ts";

const SIZES: ConditionSize[] = [
  { patient: 1, notifications: 1 },
  { patient: 2, notifications: 1 },
  { patient: 2, notifications: 2 },
  { patient: 1, impatient: 1, notifications: 1 },
  { patient: 1, impatient: 1, notifications: 2 },
];

const HEALED: ConditionSize[] = [
  { patient: 1, notifications: 1, deaths: 2 },
  { patient: 2, notifications: 1, deaths: 1 },
  { patient: 2, notifications: 2, deaths: 2 },
  { patient: 1, impatient: 1, notifications: 1, deaths: 1 },
];

const DEATHS: ConditionSize = { patient: 2, notifications: 1, slices: true, deaths: 1 };

const LOST: [string, ConditionFaults, ConditionSize][] = [
  ["a place was taken without the lock", { entersLate: true }, { patient: 1, notifications: 1 }],
  ["one realm was woken, whoever was notified", { wakesOne: true }, {
    patient: 2,
    notifications: 1,
  }],
  ["who gives up did so without the lock", { leavesUnlocked: true }, {
    patient: 1,
    impatient: 1,
    notifications: 1,
  }],
  ["the dead had no heirs", { noHeirs: true }, DEATHS],
  ["one was marked who had just inherited", { marksBlindly: true }, {
    ...DEATHS,
    notifications: 2,
  }],
];

const said = ({ patient, impatient = 0, notifications }: ConditionSize): string =>
  `${notifications} notifications for ${patient} who wait and ${impatient} who may give up`;

describe("the sleep and wake protocol of conditions", () => {
  for (const size of SIZES) {
    it(`loses and doubles none of ${said(size)}, without slices`, () => {
      const { states, doomed, wrong } = explore(conditionModel(size));
      assertEquals([doomed, wrong], [[], []]);
      assertGreater(states, 20);
    });
  }

  for (const size of HEALED) {
    it(`loses none of ${said(size)} when ${size.deaths} die, with slices`, () => {
      const { doomed, wrong } = explore(conditionModel({ ...size, slices: true }));
      assertEquals([doomed, wrong], [[], []]);
    });
  }

  for (const [what, faults, size] of LOST) {
    it(`would lose a notification if ${what}`, () => {
      assertGreater(explore(conditionModel(size, faults)).doomed.length, 0);
    });
  }
});
