/** What becomes of a program with executors; each case in a process of its own. */
import { describe } from "node:test";
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { runScenario } from "./crash/run_scenario.ts";
import { it } from "./conformance/bounded.ts";

interface Outcome {
  readonly told: unknown;
  readonly stderr: string;
}

/** Runs a case that must end well and by itself, soon after its last word. */
async function run(name: string, kind: string): Promise<Outcome> {
  const end = await runScenario("futures", [name, kind]);
  assert(!end.late, `it did not end; so far: ${end.stdout}${end.stderr}`);
  assertEquals([end.code, end.signal], [0, null], end.stderr);
  assert(!end.orphans, "it left a process behind");
  assertLess(end.lingered, 2000);
  return { told: JSON.parse(end.stdout), stderr: end.stderr };
}

for (const kind of ["inline", "thread", "process"]) {
  describe(`a program with an executor of kind ${kind}`, () => {
    it("ends by itself, and errors that nobody reads end nothing", async () => {
      const { told, stderr } = await run("unread", kind);
      assertEquals([told, stderr], [{ done: true, map: "function" }, ""]);
    });

    it("goes on while a call is pending, also after shutdown({ wait: false })", async () => {
      const { told, stderr } = await run("pending", kind);
      assertEquals([told, stderr], [{ slept: true, value: "last" }, ""]);
    });

    it("is told on stderr of a callback that throws", async () => {
      const { told, stderr } = await run("callback", kind);
      assertEquals(told, { value: 1 });
      assertStringIncludes(stderr, "RangeError: a bad callback");
    });

    it("ends soon after an iteration that was left by an error", async () => {
      const { told, stderr } = await run("left", kind);
      assertEquals([told, stderr], [{ error: "RangeError: enough" }, ""]);
    });
  });
}
