/** Tasks of the suite of semaphores. */
import process from "node:process";
import type { Semaphore, Value } from "@pool/core";
import { task } from "@pool/core/task";

/** Takes a permit for a while; the most that had one at a time is kept in `most`. */
export const enter = task(
  import.meta,
  async function enter(
    permits: Semaphore,
    inside: Value<"i32">,
    most: Value<"i32">,
  ): Promise<void> {
    await using _held = await permits.acquire({ timeout: 8000 });
    const now = await inside.add(1);
    {
      // Of two that read it at once, the lesser must not be the later.
      await using _turn = await most.getLock().acquire();
      if (now > await most.get()) await most.set(now);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
    await inside.add(-1);
  },
);

/** Takes so many permits; returns how many it got at once. */
export const takeMany = task(
  import.meta,
  async function takeMany(permits: Semaphore, times: number): Promise<number> {
    let got = 0;
    for (let i = 0; i < times; i++) if (await permits.acquire({ block: false })) got++;
    return got;
  },
);

/** Gives back so many. */
export const giveMany = task(
  import.meta,
  async function giveMany(permits: Semaphore, times: number): Promise<string> {
    try {
      for (let i = 0; i < times; i++) await permits.release();
      return "done";
    } catch (error) {
      return (error as Error).name;
    }
  },
);

/** Takes so many, and ends the worker. */
export const takeManyAndExit = task(
  import.meta,
  async function takeManyAndExit(permits: Semaphore, times: number): Promise<never> {
    await takeMany(permits, times);
    process.exit(3);
  },
);

/** Waits for so many signals; returns how many came. */
export const hear = task(
  import.meta,
  async function hear(signals: Semaphore, times: number): Promise<number> {
    let heard = 0;
    while (heard < times && await signals.acquire({ timeout: 8000 })) heard++;
    return heard;
  },
);
