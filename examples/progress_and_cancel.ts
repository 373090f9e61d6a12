// A long task that reports progress, and stops when it is told to: by an abort or by a timeout.
import { currentTask, Pool, task } from "@pool/core";
import { setTimeout } from "node:timers/promises";

export const copyPages = task(import.meta, async function copyPages(pages: number) {
  const { signal, progress } = currentTask();
  for (let page = 1; page <= pages; page++) {
    // Work that waits on the signal ends at once. Work that ignores it is killed with its worker, 100 ms
    // later; the other workers go on, and a new one takes the place.
    await setTimeout(10, undefined, { signal });
    progress(page);
  }
  return `${pages} pages`;
});

if (import.meta.main) {
  await using pool = new Pool(2);

  const seen: unknown[] = [];
  const unsubscribe = pool.events.subscribe((event) => {
    if (event.type === "progress") seen.push(event.value);
  });
  console.log(await pool.apply(copyPages, [3]), "after", seen); // 3 pages after [ 1, 2, 3 ]
  unsubscribe();

  const controller = new AbortController();
  const copying = pool.apply(copyPages, [1000], { signal: controller.signal });
  setTimeout(50).then(() => controller.abort(new Error("the user went away")));
  await copying.catch((error) => console.log(error.message)); // the user went away

  const late = pool.apply(copyPages, [1000], { timeout: 50 }); // from the task's start, in ms
  await late.catch((error) => console.log(error.name)); // TimeoutError

  const result = pool.applyAsync(copyPages, [1000]);
  result.cancel();
  await result.wait();
  console.log("cancelled:", !result.successful()); // cancelled: true
}
