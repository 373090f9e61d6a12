/** Ends of workers, programs and the machine's patience, on threads. */
import { describe, it } from "node:test";
import { assert, assertLess } from "@std/assert";
import { crashSuites, runWell as run } from "./crash/crash_suites.ts";

crashSuites("thread");

describe("a pool over time", () => {
  it("uses no CPU while it is idle", async () => {
    const { stdout } = await run("idle", ["cpu"]);
    assertLess(JSON.parse(stdout).cpu, 30);
  });

  it("lets timers of earlier tasks fire while it is idle", async () => {
    const { ticks } = JSON.parse((await run("idle", ["timers"])).stdout);
    assert(ticks >= 15 && ticks <= 60, `${ticks} ticks of 10 ms in half a second`);
  });

  it("keeps its memory over hundreds of workers started and ended", async () => {
    const { stdout } = await run("idle", ["memory"], { timeout: 60_000 });
    const { cycles, first, last } = JSON.parse(stdout);
    assert(cycles >= 60, `only ${cycles} workers within the time`);
    // The last third of them may cost a few MB more than the first, not the 1 to 20 MB that each takes
    // while it lives.
    assertLess(last - first, 50);
  });
});
