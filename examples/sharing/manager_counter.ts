// A hundred workers and a counter in a manager's dict: reading it and writing it are two calls, which a
// lock keeps together. `manager_counter.ts [thread|process]`
import process from "node:process";
import { Manager, Process, Thread } from "@pool/core";
import { countUp } from "./tasks/count_up.ts";

if (import.meta.main) {
  const Worker = process.argv[2] === "process" ? Process : Thread;
  await using manager = await Manager.start();
  const counter = await manager.dict<string, number>();
  const lock = await manager.lock();

  for (let i = 0; i < 10; i++) { // ten at a time: each takes its megabytes
    const workers = Array.from({ length: 10 }, () => {
      return new Worker({ target: countUp, args: [counter, lock] });
    });
    for (const worker of workers) worker.start();
    for (const worker of workers) await worker.join();
  }
  console.log(await counter.get("count"));
}
// 100
