/** Programs with a manager that just end: `managers_scenario.ts <case>`. */
import process from "node:process";
import { type DictProxy, Manager, Process } from "@pool/core";

async function startUsed(): Promise<DictProxy<string, number>> {
  const manager = await Manager.start();
  const dict = await manager.dict<string, number>();
  for (let i = 0; i < 20; i++) await dict.set("k", i);
  return dict;
}

const cases: Record<string, () => unknown> = {
  "idle": async () => console.log(await (await startUsed()).get("k")),
  "unused": () => void new Manager(),
  "started, not awaited": () => void Manager.start().then(() => console.log("started")),
  "calls that nobody awaits": async () => {
    const dict = await startUsed();
    dict.set("k", 5);
    dict.get("k").then(console.log);
  },
  "large calls that nobody awaits": async () => {
    const dict = await startUsed();
    dict.update([["large ".repeat(100_000), 1]]);
    dict.size().then(console.log);
  },
  "inline": async () => {
    const manager = await Manager.start({ backend: "inline" });
    const dict = await manager.dict<string, number>({ a: 1 });
    const child = new Process({
      target: (dict: DictProxy) => dict.set("b", 2),
      args: [dict as DictProxy],
    });
    child.start();
    await child.join();
    console.log(await dict.size());
  },
  /** Milliseconds of processor time in a second without calls. */
  "cpu": async () => {
    await startUsed();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);
  },
};

if (import.meta.main) await cases[process.argv[2]!]!();
