import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { wrapText } from "../../src/adapters/text_memory.ts";
import { JobMode, Outcome } from "../../src/protocol/messages.ts";
import { Slots } from "../../src/protocol/slots.ts";

describe("Slots", () => {
  it("numbers of jobs go beyond 32 bits", () => {
    const host = Slots.create(wrapText);
    const worker = new Slots(wrapText, host.memory);
    for (const id of [1, 2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]) {
      host.writeCall(3, { id, fn: { id: 7 }, step: 2, args: [5] }, JobMode.call);
      const call = { functionId: 7, jobId: id, mode: JobMode.call, step: 2, args: [5] };
      assertEquals(worker.readCall(3), call);
      worker.writeResult(3, 25);
      worker.finish(3, Outcome.value, 0.5);
      assertEquals([host.elapsed(3), host.readResult(3)], [0.5, 25]);
    }
  });
});
