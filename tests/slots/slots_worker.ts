/** The other side of slots_steps_test.ts: gives each number back plus one, and answers mail. */
import { parentPort, workerData } from "node:worker_threads";
import { setImmediate } from "node:timers";
import { wrapText } from "../../src/adapters/text_memory.ts";
import { Slots } from "../../src/protocol/slots.ts";
import { Intake } from "../../src/worker/intake.ts";
import { beforeEachAccess, randomDelays } from "./atomic_steps.ts";
import { Dice, spin } from "./dice.ts";

const { memory, seed, turn } = workerData as {
  memory: SharedArrayBuffer;
  seed: number;
  turn: number;
};
const dice = new Dice(seed);
const slots = new Slots(wrapText, memory);
const intake = new Intake(slots);
let busy = false;

/** As the loop of a worker. */
function drain(): void {
  busy = true;
  const end = performance.now() + turn;
  for (;;) {
    const job = intake.take();
    if (typeof job === "object") {
      if (dice.chance(0.02)) spin(dice.next());
      const [n] = job.args;
      const written = typeof n === "number" && n > 0 && slots.writeResult(job.cell, n + 1);
      if (!written) throw new Error(`cannot answer ${String(n)} in cell ${job.cell}`);
      slots.finish(job.cell, 0, 0);
      if (dice.chance(0.1)) slots.ringBell();
      if (performance.now() < end) continue;
    }
    slots.ringBell();
    if (job === "mail" && intake.park()) break;
    if (job !== undefined) return void setImmediate(drain);
    if (!intake.rest()) break;
  }
  busy = false;
}

parentPort!.on("message", (message: "attend" | number) => {
  if (typeof message === "number") {
    slots.mailCame();
    parentPort!.postMessage(message);
  }
  if (!busy) drain();
});
beforeEachAccess(randomDelays(new Dice(seed + 1)));
parentPort!.postMessage("ready");
