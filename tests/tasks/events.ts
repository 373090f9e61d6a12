/** Tasks of the suite of Event. */
import process from "node:process";
import type { Event, Semaphore } from "@pool/core";
import { task } from "@pool/core/task";

/** Waits, and says by `ready` when it does. */
export const wait = task(
  import.meta,
  async function wait(event: Event, ready: Semaphore, timeout: number = 8000): Promise<boolean> {
    const waiting = event.wait({ timeout });
    await ready.release();
    return await waiting;
  },
);

/** As `wait`, and blocks. */
export const waitSync = task(
  import.meta,
  function waitSync(event: Event, ready: Semaphore, timeout: number = 8000): boolean {
    ready.releaseSync();
    return event.waitSync({ timeout });
  },
);

/** Sets and clears it, seen from here. */
export const change = task(import.meta, async function change(event: Event): Promise<boolean[]> {
  const seen = [await event.isSet()];
  await event.set();
  seen.push(await event.isSet(), await event.wait(), await event.wait({ timeout: 0 }));
  await event.clear();
  seen.push(await event.isSet(), await event.wait({ timeout: 0 }));
  return seen;
});

/** As `change`, and blocks. */
export const changeSync = task(import.meta, function changeSync(event: Event): boolean[] {
  const seen = [event.isSetSync()];
  event.setSync();
  seen.push(event.isSetSync(), event.waitSync(), event.waitSync({ timeout: 0 }));
  event.clearSync();
  seen.push(event.isSetSync(), event.waitSync({ timeout: 0 }));
  return seen;
});

export const set = task(import.meta, async function set(event: Event): Promise<void> {
  await event.set();
});

/** Sets it and ends the worker. */
export const setAndExit = task(
  import.meta,
  async function setAndExit(event: Event): Promise<never> {
    await event.set();
    process.exit(3);
  },
);

/** Milliseconds of processor time for a wait that comes to nothing. */
export const costOfWait = task(
  import.meta,
  async function costOfWait(event: Event, timeout: number, sync: boolean): Promise<number> {
    const before = process.cpuUsage();
    const came = sync ? event.waitSync({ timeout }) : await event.wait({ timeout });
    const { user, system } = process.cpuUsage(before);
    if (came) throw new Error("it should not be set");
    return (user + system) / 1000;
  },
);
