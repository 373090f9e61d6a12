/** Listeners of a pool's events that throw: `listener_scenario.ts thread|inline`. */
import process from "node:process";
import { Pool } from "@pool/core";
import { echo } from "./crash_tasks.ts";

if (import.meta.main) {
  const uncaught: string[] = [];
  process.on("uncaughtException", (error) => uncaught.push(error.message));
  await using pool = new Pool({ workers: 1, backend: process.argv[2] as "thread" | "inline" });
  let ends = 0;
  pool.events.subscribe(({ type }) => {
    if (type === "end") throw new Error("listener");
  });
  pool.events.subscribe(({ type }) => {
    if (type === "end") ends++;
  });
  const results = await Promise.all([1, 4, 9].map((x) => pool.apply(echo<number>, [x])));
  console.log(`results ${results}`);
  console.log(`others heard ${ends} ends`);
  // What is thrown into the event loop arrives in its own time.
  while (uncaught.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  console.log(`uncaught ${uncaught}`);
}
