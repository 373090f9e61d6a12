/** Programs that just end, with a process or thread of their own: `… <Process|Thread> <case>`. */
import process from "node:process";
import { Process, task, Thread } from "@pool/core";
import { spinForever } from "./crash_tasks.ts";

const Kind = process.argv[2] === "Process" ? Process : Thread;

export const speak = task(import.meta, async (milliseconds: number) => {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  console.log("it is done");
});

export const spoil = task(import.meta, () => {
  setTimeout(() => {
    throw new RangeError("out of the blue");
  });
  return new Promise<never>(() => {});
});

/** Starts one, and waits until it is up. */
async function spinning(daemon: boolean): Promise<Process | Thread> {
  const one = new Kind({ target: spinForever, daemon });
  one.start();
  await one.join({ timeout: 400 });
  return one;
}

const cases: Record<string, () => unknown> = {
  "never started": () => void new Kind({ target: spinForever }),
  "not awaited": () => {
    new Kind({ target: speak, args: [300] }).start();
    console.log("the main program is done");
  },
  "daemon in a busy loop": async () => {
    await spinning(true);
    console.log("the main program is done");
  },
  "exit beside a busy loop": async () => {
    await spinning(false);
    console.log("the main program is done");
    process.exit(0);
  },
  "awaited daemon": async () => {
    const one = new Kind({ target: speak, args: [300], daemon: true });
    one.start();
    console.log(await one.join());
  },
  "error outside of the target": async () => {
    const one = new Kind({ target: spoil, name: "Ada" });
    one.start();
    await one.join();
    console.log(one.exitCode);
  },
};

if (import.meta.main) await cases[process.argv[3]!]!();
