import { describe, it } from "node:test";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { KNOWN_GAPS, type KnownGap, mustFail } from "./known_gaps.ts";

const GAP: KnownGap = {
  id: "example",
  runtime: "deno",
  title: "example() works",
  link: "https://example.com/issues/1",
  reason: "an example",
};

describe("known gaps", () => {
  it("mustFail() passes when the test fails", async () => {
    await mustFail(GAP, () => Promise.reject(new Error("still broken")));
    await mustFail(GAP, () => {
      throw new Error("still broken");
    });
  });

  it("mustFail() passes when the test hangs, and aborts its signal", async () => {
    let aborted = false;
    await mustFail(GAP, (signal) => {
      signal.addEventListener("abort", () => aborted = true);
      return new Promise(() => {});
    }, 20);
    assertEquals(aborted, true);
  });

  it("mustFail() fails when the gap is mended", async () => {
    await assertRejects(() => mustFail(GAP, () => {}), Error, "gap is mended, remove it");
  });

  it("every entry names its runtime, link and reason, once a runtime", () => {
    const keys = KNOWN_GAPS.map(({ id, runtime }) => `${id} ${runtime}`);
    assertEquals(new Set(keys).size, keys.length);
    for (const gap of KNOWN_GAPS) {
      assertMatch(gap.link, /^https:\/\//);
      assertMatch(gap.reason, /\S/);
      assertMatch(gap.title, /\S/);
    }
  });
});
