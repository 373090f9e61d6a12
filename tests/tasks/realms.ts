/** Tasks that hand shared things on through several realms. */
import process from "node:process";
import { Lock, Pool, task } from "@pool/core";

type Kind = "thread" | "process";

/** Takes the lock, and says whether its last holder died with it. */
export const takeOnce = task(
  import.meta,
  async function takeOnce(lock: Lock): Promise<boolean | null> {
    const held = await lock.acquire({ timeout: 5000 });
    await held?.release();
    return held && held.ownerDied;
  },
);

/** Takes it in the innermost of so many nested workers. */
export const takeWithin = task(
  import.meta,
  async function takeWithin(kinds: readonly Kind[], lock: Lock): Promise<boolean | null> {
    const [backend, ...rest] = kinds;
    if (!backend) return takeOnce(lock);
    await using pool = new Pool({ workers: 1, backend });
    return await pool.apply(takeWithin, [rest, lock]);
  },
);

/** Makes a lock in the innermost worker, and takes it in the one outside. */
export const takeMadeWithin = task(
  import.meta,
  async function takeMadeWithin(kind: Kind): Promise<(boolean | null)[]> {
    await using pool = new Pool({ workers: 2, backend: kind });
    const lock = await pool.apply(make, []);
    return [await takeOnce(lock), ...await pool.map(takeOnce, [lock, lock, lock])];
  },
);

export const make = task(import.meta, () => new Lock());

/** The same lock at two places, and one that goes back to where it came from. */
export const sameTwice = task(import.meta, (a: Lock, { deep }: { deep: Map<string, Lock[]> }) => {
  return [a === deep.get("here")![0], a, deep.get("here")![1]] as const;
});

/** Ends the worker while it holds the lock. */
export const dieWith = task(import.meta, async function dieWith(lock: Lock): Promise<never> {
  await lock.acquire();
  process.exit(3);
});

/** Waits for a lock that it never gets. */
export const waitFor = task(import.meta, async function waitFor(lock: Lock): Promise<string> {
  try {
    await lock.acquire();
    return "acquired";
  } catch (error) {
    return (error as Error).name;
  }
});
