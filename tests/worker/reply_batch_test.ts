import { assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import { Outcome } from "../../src/protocol/messages.ts";
import { ReplyBatch } from "../../src/worker/reply_batch.ts";

describe("ReplyBatch", () => {
  it("a result that is refused costs the others neither themselves nor their buffers", () => {
    const got: unknown[] = [];
    const batch = new ReplyBatch({
      post(message, transfer) {
        if (message.type !== "done") return;
        if (message.replies.includes("poison")) throw new Error("not cloneable");
        const { replies } = structuredClone(message, { transfer: transfer ?? [] });
        if (replies.length > 0) got.push(replies.slice(0, 2));
        if (replies[2] instanceof ArrayBuffer) got.push(replies[2].byteLength);
      },
    }, false);
    const buffer = new ArrayBuffer(8);
    batch.add(1, Outcome.value, "fine");
    batch.add(2, Outcome.value, "poison");
    batch.add(3, Outcome.value, buffer, [buffer]);
    assertEquals(got, [[1, Outcome.value], [2, Outcome.error], [3, Outcome.value], 8]);
    assertEquals(buffer.byteLength, 0);
  });
});
