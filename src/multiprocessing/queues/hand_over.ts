/**
 * What a thread has put and could not write before it ends goes to the main thread of its process, so that a
 * thread can be joined before its items are read.
 */
import { ownNumber } from "../../protocol/living_realms.ts";
import { mainThreadOf, postOffice } from "../../protocol/post_office.ts";
import { realmCalls } from "../../protocol/realm_calls.ts";
import { orTimeout } from "../../protocol/timers.ts";
import type { Waiting } from "./outbox.ts";
import type { Putters } from "./putters.ts";
import type { QueueMemory } from "./queue_parts.ts";

const SERVICE = "queue items";

/** Milliseconds for readers, and for the main thread to answer, in turn; each time in vain twice as many. */
const PATIENCE = 50;
/** Then (after some 10 s) the main thread is busy and nobody reads: the items are lost. */
const NO_MORE = 6400;
/** So many items are handed over at a time: to copy all of them may take longer than the patience. */
const PORTION = 1000;

/** An offer is taken up or taken back by one compare-and-swap, whichever comes first. */
const OPEN = 0, TAKEN = 1, WITHDRAWN = 2;

/** Lets others hand over their items to this thread, which puts them. */
export function offerHandOver(puttersOf: (memory: QueueMemory) => Putters): void {
  const take = (
    memory: QueueMemory,
    items: readonly Waiting[],
    offer: Int32Array,
    from: number,
  ): void => {
    if (Atomics.compareExchange(offer, 0, OPEN, TAKEN) !== OPEN) return;
    const { outbox } = puttersOf(memory);
    for (const item of items) outbox.inherit(item, from);
  };
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
  let begun = false;
  for (let patience = PATIENCE; outbox.length > 0 && patience < NO_MORE; patience *= 2) {
    // What is left must not overtake what the main thread has.
    if (!now && !begun && await putters.flushed(patience)) return;
    outbox.hold();
    const items = outbox.waiting.slice(0, now ? Infinity : PORTION);
    const offer = new Int32Array(new SharedArrayBuffer(4));
    const call = realmCalls().call({ id: SERVICE, via }, "take", [
      memory,
      items,
      offer,
      ownNumber(),
    ]);
    if (now) break;
    // However it ends, and not much later than it is worth.
    await orTimeout(call.then(() => {}, () => {}), patience);
    if (Atomics.compareExchange(offer, 0, OPEN, WITHDRAWN) === TAKEN) {
      outbox.drop(items.length);
      begun = true;
      patience = PATIENCE / 2;
    } else if (!begun) {
      outbox.resume();
    }
  }
  outbox.clear();
}
