// Ten buyers and the tickets in one JSON file: under a lock, none is sold twice.
// `tickets.ts [thread|process]`
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { Lock, Pool, task } from "@pool/core";

export const buy = task(import.meta, async function buy(lock: Lock, path: string) {
  // Without this line several buyers read the same number, and more is sold than there is.
  using _held = await lock.acquire();
  const { left } = JSON.parse(await readFile(path, "utf8"));
  if (left === 0) return false;
  await setTimeout(1); // paying takes its time
  await writeFile(path, JSON.stringify({ left: left - 1 }));
  return true;
});

if (import.meta.main) {
  const backend = process.argv[2] === "process" ? "process" : "thread";
  const folder = await mkdtemp(join(tmpdir(), "tickets-"));
  const path = join(folder, "tickets.json");
  const lock = new Lock();
  {
    await using pool = new Pool({ workers: 10, backend });
    for (const tickets of [1, 3, 10, 12]) {
      await writeFile(path, JSON.stringify({ left: tickets }));
      const buyers = Array.from({ length: 10 }, () => pool.apply(buy, [lock, path]));
      const sold = (await Promise.all(buyers)).filter((bought) => bought).length;
      const { left } = JSON.parse(await readFile(path, "utf8"));
      console.log(`${tickets} tickets, ten buyers: ${sold} sold, ${left} left`);
    }
  }
  await rm(folder, { recursive: true });
}
// 1 tickets, ten buyers: 1 sold, 0 left
// 3 tickets, ten buyers: 3 sold, 0 left
// 10 tickets, ten buyers: 10 sold, 0 left
// 12 tickets, ten buyers: 10 sold, 2 left
