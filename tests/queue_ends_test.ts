/** Programs that end with queues in them. */
import { describe, it } from "node:test";
import { assertEquals, assertLess } from "@std/assert";
import { runWell } from "./crash/crash_suites.ts";

describe("a program with a queue", () => {
  const outputs: Record<string, string> = {
    "unread items": "put",
    "unread items of a thread": "5",
    "a getter that is served late": "late",
  };
  for (const [name, output] of Object.entries(outputs)) {
    it(`ends by itself: ${name}`, async () => {
      assertEquals((await runWell("queues", [name])).stdout.trim(), output);
    });
  }

  it("uses next to no processor time while it waits", async () => {
    assertLess(Number((await runWell("queues", ["cpu"])).stdout), 150);
  });
});
