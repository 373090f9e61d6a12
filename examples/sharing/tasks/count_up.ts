// The task of manager_counter.ts, in a module of its own that imports nothing but task(): each of the hundred
// workers loads this file in place of the whole library, and starts in half of the time.
import type { DictProxy, Lock } from "@pool/core";
import { task } from "@pool/core/task";

export const countUp = task(
  import.meta,
  async function countUp(counter: DictProxy<string, number>, lock: Lock) {
    await using _held = await lock.acquire();
    await counter.set("count", await counter.get("count", 0) + 1);
  },
);
