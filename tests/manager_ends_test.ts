/** Programs end with a manager that nobody has shut down, but not before their calls. */
import { describe, it } from "node:test";
import { assertEquals, assertLess } from "@std/assert";
import { runWell } from "./crash/crash_suites.ts";

describe("a program with a manager", () => {
  const outputs = {
    "idle": "19",
    "unused": "",
    "started, not awaited": "started",
    "calls that nobody awaits": "5",
    "large calls that nobody awaits": "2",
    "inline": "2",
  };
  for (const [name, output] of Object.entries(outputs)) {
    it(`ends: ${name}`, async () => {
      assertEquals((await runWell("managers", [name])).stdout.trim(), output);
    });
  }

  it("uses no CPU while nobody calls", async () => {
    assertLess(Number((await runWell("managers", ["cpu"])).stdout), 30);
  });
});
