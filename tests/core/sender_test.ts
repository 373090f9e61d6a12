import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { wrapText } from "../../src/adapters/text_memory.ts";
import { Cells } from "../../src/core/cells.ts";
import { Sender } from "../../src/core/sender.ts";
import { SlotWire } from "../../src/core/slot_wire.ts";
import { Claims } from "../../src/protocol/claims.ts";
import { Slots } from "../../src/protocol/slots.ts";
import { known, makeJob } from "./fake_lanes.ts";

describe("Sender", () => {
  it("announces each message to the slots, also where one value is refused", () => {
    const slots = new SlotWire(wrapText, { attend() {}, done() {} });
    const worker = new Slots(wrapText, slots.memory);
    const cells = new Cells(new Claims());
    const refusals: number[] = [];
    const sender = new Sender(
      {
        post(message) {
          if (message.type === "run" && message.jobs.includes("poison")) throw new Error("no");
          worker.mailCame();
        },
        terminate() {},
      },
      { slots, cells, refused: (list) => refusals.push(list.length) },
    );
    const fn = known(0.001);
    for (const arg of ["a", "poison", "b"]) {
      const job = makeJob({ fn, args: [arg] });
      cells.give(job, 0.001);
      sender.add(job);
    }
    sender.flush();
    slots.close();
    assertEquals([refusals, worker.expectsMail], [[1], false]);
  });
});
