import { assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "node:test";
import { explore } from "./explore.ts";
import { type LockFaults, lockModel, type LockSize } from "./lock_model.ts";

const SIZES: LockSize[] = [
  { takes: [1, 1] },
  { takes: [2, 1] },
  { takes: [2, 2] },
  { takes: [2, 1], impatient: [0] },
];

/** Too many states for deaths beside them. */
const LARGE: LockSize[] = [{ takes: [1, 1, 1] }];

const LOST: [string, LockFaults, LockSize][] = [
  ["it woke others before it is free", { wakesFirst: true }, { takes: [1, 1] }],
  ["it woke one while all stand back for another", { wakesOne: true }, { takes: [1, 1, 1] }],
  ["who claims the next turn did not look again", { looksOnce: true }, { takes: [1, 1, 1] }],
];

function said({ takes, impatient }: LockSize): string {
  return `${takes.join(" + ")} takes${impatient ? ", of which one may be given up" : ""}`;
}

describe("the sleep and wake protocol of locks", () => {
  for (const size of [...SIZES, ...LARGE]) {
    it(`lets in one after the other in ${said(size)}, without slices`, () => {
      const { states, doomed, wrong } = explore(lockModel(size));
      assertEquals([doomed, wrong], [[], []]);
      assertGreater(states, 30);
    });
  }

  for (const size of SIZES) {
    it(`heals by a slice wherever one dies in ${said(size)}`, () => {
      const { doomed, wrong } = explore(lockModel({ ...size, slices: true, deaths: 1 }));
      assertEquals([doomed, wrong], [[], []]);
    });
  }

  for (const [what, faults, size] of LOST) {
    it(`would be waited for in vain if ${what}`, () => {
      assertGreater(explore(lockModel(size, faults)).doomed.length, 0);
    });
  }

  it("would be waited for in vain after a death if there were no slices", () => {
    assertGreater(explore(lockModel({ takes: [1, 1], deaths: 1 })).doomed.length, 0);
  });

  for (const fault of ["awaitsDead", "leavesDead"] as const) {
    it(`would never be free again after a death: ${fault}`, () => {
      const size = { takes: [2, 1], slices: true, deaths: 1 };
      assertGreater(explore(lockModel(size, { [fault]: true })).doomed.length, 0);
    });
  }

  it("would let in two if it was taken from the living", () => {
    assertGreater(explore(lockModel({ takes: [1, 1] }, { robs: true })).wrong.length, 0);
  });
});
