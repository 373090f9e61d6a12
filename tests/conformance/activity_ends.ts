/** Programs that end while a process or thread of their own is there; each in a process of its own. */
import { describe } from "node:test";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runScenario, type ScenarioEnd } from "../crash/run_scenario.ts";
import { it } from "./bounded.ts";

export function activityEndsSuite(kind: "Process" | "Thread"): void {
  const run = async (name: string): Promise<ScenarioEnd> => {
    const end = await runScenario("activities", [kind, name]);
    assertEquals([end.late, end.orphans, end.code], [false, false, 0], end.stderr);
    return end;
  };

  describe(`a program with a ${kind}`, () => {
    it("ends when it was never started", async () => {
      assertEquals((await run("never started")).stdout, "");
    });

    it("ends after one that nobody waits for", async () => {
      const { stdout, stderr } = await run("not awaited");
      assertEquals([stdout, stderr], ["the main program is done\nit is done\n", ""]);
    });

    it("ends before a daemon, and takes it along", async () => {
      const { stdout, lingered } = await run("daemon in a busy loop");
      assertEquals(stdout, "the main program is done\n");
      assert(lingered < 1000, `${lingered} ms`);
    });

    it("takes any other along when it calls process.exit()", async () => {
      const { stdout, lingered } = await run("exit beside a busy loop");
      assertEquals(stdout, "the main program is done\n");
      assert(lingered < 1000, `${lingered} ms`);
    });

    it("waits for a daemon where it says so", async () => {
      assertEquals((await run("awaited daemon")).stdout, "it is done\ntrue\n");
    });

    it("is told of an error that comes from outside of the target", async () => {
      const { stdout, stderr } = await run("error outside of the target");
      assertEquals(stdout, "1\n");
      assertMatch(stderr, / Ada: RangeError: out of the blue\n/);
    });
  });
}
