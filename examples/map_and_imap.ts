// Three ways to run a function for many items: map waits for all results, mapAsync hands out a
// result to be, imap hands them out one by one. `map_and_imap.ts [thread|process]`
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { Pool, task, TimeoutError } from "@pool/core";

export const cook = task(import.meta, async function cook(minutes: number) {
  await setTimeout(minutes * 10);
  if (minutes > 60) throw new RangeError(`${minutes} minutes: burnt`);
  return `${minutes} minutes: done`;
});

if (import.meta.main) {
  const backend = process.argv[2] === "process" ? "process" : "thread";
  await using pool = new Pool({ workers: 2, backend });

  const cooked = await pool.map(cook, [3, 1, 2]);
  console.log(cooked.join(", ")); // in the order of the items

  const dishes = pool.mapAsync(cook, [40, 1]);
  console.log("ready:", await dishes.wait({ timeout: 20 }));
  console.log((await dishes.get()).length, "dishes, successful:", dishes.successful());

  // imap asks for items as its results are taken, so that even an endless source is fine.
  const served = pool.imap(cook, [30, 61, 1]);
  try {
    await served.next({ timeout: 20 });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("not yet"); // and nothing is lost: the next call waits for the same dish
  }
  console.log((await served.next()).value);
  await served.next().catch((error) => console.log(error.message)); // costs only its own item
  console.log((await served.next()).value);
  console.log((await served.next()).done);
}
// 3 minutes: done, 1 minutes: done, 2 minutes: done
// ready: false
// 2 dishes, successful: true
// not yet
// 30 minutes: done
// 61 minutes: burnt
// 1 minutes: done
// true
