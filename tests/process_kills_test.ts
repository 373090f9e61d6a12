/** Children killed at every step: every call settles, and nothing is left. */
import { describe } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { it } from "./conformance/bounded.ts";
import type { KillReport } from "./crash/kills_scenario.ts";
import { runWell } from "./crash/crash_suites.ts";

describe("children that are killed", () => {
  it(
    "200 times, at every step: every call settles with its own result, or with the death",
    async () => {
      const { stdout } = await runWell("kills", ["200"], { timeout: 100_000 });
      const { kills, calls, open, wrong, lost } = JSON.parse(stdout) as KillReport;
      const all = Object.values(kills).reduce((sum, count) => sum + count, 0);
      assert(all >= 200, `${all} kills`);
      assertEquals([open, wrong], [0, []], stdout);
      // The victims, and up to a millisecond's worth of others: most calls are not lost.
      assert(lost < calls / 3, `${lost} of ${calls} calls were lost`);
    },
    110_000,
  );
});
