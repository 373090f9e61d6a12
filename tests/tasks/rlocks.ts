/** Tasks of the suite of RLock. */
import type { RLock } from "@pool/core";
import { task } from "@pool/core/task";

/** Takes it three times, one within the other, and gives it back; the last release is one too many. */
export const nest = task(import.meta, async function nest(lock: RLock): Promise<string> {
  const all = [await lock.acquire(), await lock.acquire({ timeout: 0 })];
  const one = lock.acquire(), two = lock.acquire();
  all.push(await one, await two);
  for (const held of all.reverse()) await held!.release();
  try {
    await lock.release();
    return "done";
  } catch (error) {
    return (error as Error).name;
  }
});

/** As `nest`, and blocks. */
export const nestSync = task(import.meta, function nestSync(lock: RLock): void {
  using _one = lock.acquireSync();
  using _two = lock.acquireSync();
  using _three = lock.acquireSync({ timeout: 0 });
});
