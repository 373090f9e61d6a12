import { describe, it } from "node:test";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { appendStack, Origins } from "../../src/core/origin.ts";
import { asError } from "../../src/core/outcome.ts";
import { turn } from "./fake_host.ts";

describe("Origins", () => {
  it("capture() remembers callers, but not all of a burst in one turn", async () => {
    const origins = new Origins();
    const burst = Array.from({ length: 1000 }, () => origins.capture());
    const remembered = burst.filter(Boolean).length;
    assert(remembered > 0 && remembered < 100, `remembered ${remembered}`);
    await turn();
    assert(origins.capture());
  });

  it("what was thrown and is no error has no frames of its own", () => {
    const error = asError(5) as Error;
    appendStack(error, { stack: "Error\n    at caller (main.ts:2:2)" });
    assertEquals(error.stack, "RemoteError: A task threw 5\n    at caller (main.ts:2:2)");
  });

  it("appendStack() puts the caller's frames behind the error's own", () => {
    const error = new RangeError("far");
    error.stack = "RangeError: far\n    at task (task.ts:1:1)";
    appendStack(error, { stack: "Error\n    at caller (main.ts:2:2)" });
    assertEquals(
      error.stack,
      "RangeError: far\n    at task (task.ts:1:1)\n    at caller (main.ts:2:2)",
    );
  });

  it("appendStack() leaves alone what is frozen or no error", () => {
    const frozen = Object.freeze(new Error("cold"));
    appendStack(frozen, { stack: "Error\n    at caller (main.ts:2:2)" });
    appendStack("text", { stack: "Error\n    at caller (main.ts:2:2)" });
    appendStack(new Error("x"), {});
  });

  it("appendStack() leaves an error alone where the caller's stack is empty or no text", () => {
    const origins = [
      { stack: "Error" },
      { stack: [] as unknown as string },
      {
        get stack(): string {
          throw new Error("prepareStackTrace failed");
        },
      },
    ];
    const error = new Error("far");
    const before = error.stack;
    for (const origin of origins) appendStack(error, origin);
    assertEquals(error.stack, before);
  });

  it("appendStack() names the real caller", function here() {
    const error = new Error("far");
    appendStack(error, new Origins().capture()!);
    assertStringIncludes(error.stack!, "origin_test.ts");
  });
});
