import { describe } from "node:test";
import { assertEquals } from "@std/assert";
import { Thread } from "@pool/core";
import { activitySuite } from "./conformance/activities.ts";
import { activityEndsSuite } from "./conformance/activity_ends.ts";
import { it } from "./conformance/bounded.ts";

activitySuite(Thread);
activityEndsSuite("Thread");

describe("Thread", () => {
  it("pid is there as that of a Process is, and null: a thread has no number in the system", async () => {
    await using one = new Thread({ target: () => {} });
    assertEquals(one.pid, null);
    one.start();
    assertEquals(one.pid, null);
  });
});
