/**
 * What a thread has put and could not write before it ends goes to the main thread of its process, so that a
 * thread can be joined before its items are read.
 */
import { ownNumber } from "../../protocol/living_realms.ts";
import { mainThreadOf, postOffice } from "../../protocol/post_office.ts";
import { realmCalls } from "../../protocol/realm_calls.ts";
import { orTimeout } from "../../protocol/timers.ts";
import { Outbox, type Waiting } from "./outbox.ts";
import type { Putters } from "./putters.ts";
import { type QueueMemory, QueueParts } from "./queue_parts.ts";

const SERVICE = "queue items";

/** Milliseconds for readers, and for the main thread to answer, in turn. */
const PATIENCE = 50;
/** After so many turns (10 s) the main thread is busy and nobody reads: the items are lost. */
const TURNS = 100;

/** An offer is taken up or taken back by one compare-and-swap, whichever comes first. */
const OPEN = 0, TAKEN = 1, WITHDRAWN = 2;

/** Lets others hand over their items to this thread. */
export function offerHandOver(): void {
  realmCalls().offer(SERVICE, { as: () => ({ take }) });
}

/** Waits until nothing is left in this thread, whoever has it then; `now` where it ends in this turn. */
export async function handOver(
  putters: Putters,
  memory: QueueMemory,
  now: boolean = false,
): Promise<void> {
  const { outbox } = putters;
  const here = postOffice().address, via = mainThreadOf(here);
  // With this process its queues end too. And what is on offer already will be taken.
  if (via === here || outbox.isHeld) return;
  for (let turn = 0; turn < TURNS && (now || !await putters.flushed(PATIENCE)); turn++) {
    outbox.hold();
    const offer = new Int32Array(new SharedArrayBuffer(4));
    const args = [memory, outbox.waiting, offer, ownNumber()];
    const call = realmCalls().call({ id: SERVICE, via }, "take", args);
    if (now) return outbox.clear();
    // However it ends, and not much later than it is worth.
    await orTimeout(call.then(() => {}, () => {}), PATIENCE);
    if (Atomics.compareExchange(offer, 0, OPEN, WITHDRAWN) === TAKEN) return outbox.clear();
    outbox.resume();
  }
}

function take(
  memory: QueueMemory,
  items: readonly Waiting[],
  offer: Int32Array,
  from: number,
): void {
  if (Atomics.compareExchange(offer, 0, OPEN, TAKEN) !== OPEN) return;
  const parts = new QueueParts(memory);
  // Nobody has them after this thread: with its process the queues end too.
  const outbox = new Outbox(parts, parts.moreWhoWaitForRoom(), () => Promise.resolve());
  for (const item of items) {
    parts.places?.inherit(item.place, from);
    outbox.add(item);
  }
}
