import { assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "node:test";
import { type TokenFaults, tokenModel, type TokenSize } from "./event_count_model.ts";
import { explore } from "./explore.ts";

const SIZES: TokenSize[] = [
  { patient: 1, impatient: 0, tokens: 1 },
  { patient: 1, impatient: 0, tokens: 2 },
  { patient: 2, impatient: 0, tokens: 1 },
  { patient: 2, impatient: 0, tokens: 2 },
  { patient: 3, impatient: 0, tokens: 2 },
  { patient: 1, impatient: 1, tokens: 1 },
  { patient: 1, impatient: 1, tokens: 2 },
  { patient: 2, impatient: 1, tokens: 2 },
  { patient: 1, impatient: 2, tokens: 1 },
];

const MUTANTS: [string, TokenFaults][] = [
  ["a waiter looked before it says that it sleeps", { looksFirst: true }],
  ["a waiter read the count after its look", { readsLate: true }],
  ["a notifier asked for sleepers before its change", { asksFirst: true }],
  ["a notifier did not count", { noCount: true }],
  ["who has given up kept the wake-up of another", { noPassOn: true }],
];

describe("the sleep and wake protocol of event counts", () => {
  for (const size of SIZES) {
    const { patient, impatient, tokens } = size;
    const who = `${patient} who wait and ${impatient} who may give up`;
    it(`loses none of ${tokens} wake-ups for ${who}, without slices`, () => {
      const { states, doomed } = explore(tokenModel(size));
      assertEquals(doomed, []);
      assertGreater(states, 10);
    });

    it(`heals by a slice when one of ${who} dies`, () => {
      assertEquals(explore(tokenModel({ ...size, slices: true, deaths: 1 })).doomed, []);
    });
  }

  it("would lose a wake-up by a death if there were no slices", () => {
    const size = { patient: 2, impatient: 0, tokens: 1, deaths: 1 };
    assertGreater(explore(tokenModel(size)).doomed.length, 0);
  });

  for (const [what, faults] of MUTANTS) {
    it(`would lose a wake-up if ${what}`, () => {
      const size = { patient: 1, impatient: 1, tokens: 1 };
      assertGreater(explore(tokenModel(size, faults)).doomed.length, 0);
    });
  }
});
