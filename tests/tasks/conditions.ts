/** Tasks that wait for conditions. A diary is a file; what stands in it was written with the lock. */
import { appendFileSync } from "node:fs";
import process from "node:process";
import type { Condition } from "@pool/core";
import { task } from "@pool/core/task";
import { errorNames } from "./error_names.ts";

const write = (diary: string, line: string): void => appendFileSync(diary, `${line}\n`);

/** Waits once; says in the diary that it does, and what came of it. */
export const waitOnce = task(
  import.meta,
  async (changed: Condition, diary: string, name: string, timeout = 10_000) => {
    using _held = await changed.acquire();
    write(diary, `${name} waits`);
    const notified = await changed.wait({ timeout });
    write(diary, `${name} ${notified ? "goes on" : "gives up"}`);
    return notified;
  },
);

/** As `waitOnce`, with a blocked thread. */
export const waitOnceSync = task(
  import.meta,
  (changed: Condition, diary: string, name: string, timeout = 10_000) => {
    using _held = changed.acquireSync();
    write(diary, `${name} waits`);
    const notified = changed.waitSync({ timeout });
    write(diary, `${name} ${notified ? "goes on" : "gives up"}`);
    return notified;
  },
);

/** Waits several times over in one worker. */
export const waitTogether = task(
  import.meta,
  (changed: Condition, diary: string, names: string[]) =>
    Promise.all(names.map((name) => waitOnce(changed, diary, name))),
);

export const notify = task(import.meta, async (changed: Condition, n: number) => {
  using _held = await changed.acquire();
  await changed.notify(n);
});

/** Ends with the lock, before or after it has notified somebody. */
export const dieWithLock = task(import.meta, async (changed: Condition, notifies: boolean) => {
  await changed.acquire();
  if (notifies) await changed.notify();
  process.exit(3);
});

/** Ends while it waits. */
export const dieWaiting = task(import.meta, async (changed: Condition, diary: string) => {
  await changed.acquire();
  write(diary, "the dying waits");
  const notified = changed.wait();
  setTimeout(() => process.exit(3), 50);
  await notified;
});

/** Hands a ball back and forth: a notification that is lost, or taken by the wrong one, ends it. */
export const playBall = task(
  import.meta,
  async (changed: Condition, diary: string, begins: boolean, rounds: number) => {
    using _held = await changed.acquire();
    write(diary, "plays");
    for (let round = 0; round < rounds; round++) {
      if (!(begins && round === 0)) await changed.notify();
      if (!begins && round === rounds - 1) break;
      if (!await changed.wait({ timeout: 5000 })) return round;
    }
    return rounds;
  },
);

/** The names of the errors of those who use it without its lock. */
export const useWithoutLock = task(import.meta, (changed: Condition) =>
  Promise.all(
    [changed.wait(), changed.waitFor(() => true), changed.notify(), changed.notifyAll()].map(
      (call) => call.then(() => "none", (error: Error) => `${error.name}: ${error.message}`),
    ),
  ));

/** What blocking does where memory is not shared. */
export const blockElsewhere = task(import.meta, async (changed: Condition) => {
  using _held = await changed.acquire();
  return errorNames([
    () => changed.waitSync(),
    () => changed.notifySync(),
    () => changed.acquireSync(),
  ]);
});

/** Adds to a buffer of four places, or takes from it, so many times. */
export const move = task(
  import.meta,
  async (changed: Condition, memory: SharedArrayBuffer, times: number, step: 1 | -1) => {
    const fill = new Int32Array(memory);
    for (let i = 0; i < times; i++) {
      using _held = await changed.acquire();
      await changed.waitFor(() => step > 0 ? fill[0]! < 4 : fill[0]! > 0);
      fill[0]! += step;
      await changed.notifyAll();
    }
  },
);

/** As `move`, with blocked threads. */
export const moveSync = task(
  import.meta,
  (changed: Condition, memory: SharedArrayBuffer, times: number, step: 1 | -1) => {
    const fill = new Int32Array(memory);
    for (let i = 0; i < times; i++) {
      using _held = changed.acquireSync();
      changed.waitForSync(() => step > 0 ? fill[0]! < 4 : fill[0]! > 0);
      fill[0]! += step;
      changed.notifyAllSync();
    }
  },
);
