// Four booths, ten singers: a semaphore lets four of them in at a time, a shared number counts them.
// `booths.ts [thread|process]`
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { Pool, Semaphore, task, Value } from "@pool/core";

/** Sings, and returns how many sang when this singer began. */
export const sing = task(
  import.meta,
  async function sing(booths: Semaphore, singing: Value<"i32">) {
    await using _booth = await booths.acquire();
    const now = await singing.add(1);
    await setTimeout(20);
    await singing.add(-1);
    return now;
  },
);

if (import.meta.main) {
  const backend = process.argv[2] === "process" ? "process" : "thread";
  const booths = new Semaphore(4);
  const singing = new Value("i32", 0);
  await using pool = new Pool({ workers: 10, backend });

  const singers = Array.from({ length: 10 }, () => pool.apply(sing, [booths, singing]));
  const counts = await Promise.all(singers);
  console.log("singers:", counts.length);
  console.log("never more than four:", Math.max(...counts) <= 4);
  console.log("singing now:", await singing.get(), "free booths:", await booths.getValue());
}
// singers: 10
// never more than four: true
// singing now: 0 free booths: 4
