/** Messages between host and child as bytes. */
import { assert, assertEquals } from "@std/assert";
import { describe } from "node:test";
import { messageCodec } from "../src/adapters/process/codec.ts";
import { it } from "./conformance/bounded.ts";
import { assertSame } from "./conformance/same.ts";

const codec = messageCodec();
const trip = (message: object) => codec.unpack(codec.pack(message, undefined));
const run = (...jobs: unknown[]) => ({ type: "run", define: [], jobs });

describe("messageCodec()", () => {
  it("does bring simple values and lists of them as text", () => {
    const surrogate = '\ud800 \u2028 \0 é "';
    for (
      const message of [
        { type: "ready" },
        run(1, 2 ** 53, 3, 0, 3, 0.1, true, null, surrogate, -1e300),
        { type: "done", replies: [0, 0, "x"], times: [1, 2, 0.25], memory: 5e7 },
      ]
    ) {
      assertEquals(codec.pack(message, undefined).body[0], "{".charCodeAt(0));
      assertSame(trip(message), message);
    }
  });

  it("does bring everything else exactly, too", () => {
    const others = [-0, NaN, Infinity, undefined, 5n, { a: 1 }, [1], new Date(5), "x".repeat(1000)];
    for (const other of others) {
      const message = run(1, 2, 3, 0, 1, other);
      assert(codec.pack(message, undefined).body[0] !== "{".charCodeAt(0));
      assertSame(trip(message), message);
      assertSame(trip({ type: "progress", value: other }), { type: "progress", value: other });
    }
  });
});
