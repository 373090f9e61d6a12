// Callbacks run in the main program, one at a time, when a result is there: no lock is needed for what
// they write to. `callbacks.ts [thread|process]`
import process from "node:process";
import { currentTask, Pool, task } from "@pool/core";

export const letters = task(import.meta, function letters(word: string) {
  if (word === "") throw new RangeError("an empty word");
  return { word, letters: word.length, workerId: currentTask().workerId };
});

if (import.meta.main) {
  const backend = process.argv[2] === "process" ? "process" : "thread";
  const lines: string[] = [];
  {
    await using pool = new Pool({ workers: 2, backend });
    for (const word of ["pear", "fig", "", "banana"]) {
      pool.applyAsync(letters, [word], {
        callback: ({ word, letters, workerId }) =>
          lines.push(`${word} has ${letters} letters, says worker ${workerId}`),
        errorCallback: (error) => lines.push(String(error)),
      });
    }
  } // waits for every call, and so for every callback
  console.log(lines.sort().join("\n"));
}
// RangeError: an empty word
// banana has 6 letters, says worker …
// fig has 3 letters, says worker …
// pear has 4 letters, says worker …
