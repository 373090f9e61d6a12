// `await pool.apply()` waits for each result; `applyAsync` starts them all and waits at the end.
// `apply_and_apply_async.ts [thread|process]`
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { Pool, task } from "@pool/core";

export const work = task(import.meta, async function work(n: number) {
  await setTimeout(100);
  return n * n;
});

if (import.meta.main) {
  const backend = process.argv[2] === "process" ? "process" : "thread";
  await using pool = new Pool({ workers: 4, backend });
  await pool.broadcast(work, [0]); // now every worker runs and has loaded this module

  let began = performance.now();
  const squares: number[] = [];
  for (const n of [1, 2, 3, 4]) squares.push(await pool.apply(work, [n]));
  const oneByOne = performance.now() - began;
  console.log("apply:", squares.join(" "), `in ${oneByOne.toFixed()} ms`);

  began = performance.now();
  const results = [1, 2, 3, 4].map((n) => pool.applyAsync(work, [n]));
  console.log("ready at once:", results.some((result) => result.ready()));
  const all = await Promise.all(results.map((result) => result.get()));
  const together = performance.now() - began;
  console.log("applyAsync:", all.join(" "), `in ${together.toFixed()} ms`);
  console.log("applyAsync was faster:", together < oneByOne);
}
// apply: 1 4 9 16 in … ms
// ready at once: false
// applyAsync: 1 4 9 16 in … ms
// applyAsync was faster: true
