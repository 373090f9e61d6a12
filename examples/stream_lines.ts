// A generator task: what it yields arrives while it runs, and it never gets far ahead of the reader.
import { Pool, task } from "@pool/core";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const grep = task(import.meta, async function* grep(path: string, pattern: RegExp) {
  let number = 0;
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  try {
    for await (const line of lines) {
      number++;
      if (pattern.test(line)) yield { number, line };
    }
  } finally {
    lines.close(); // also runs when the reader breaks off
  }
});

if (import.meta.main) {
  await using pool = new Pool(1);
  const path = fileURLToPath(import.meta.url);
  for await (const { number, line } of pool.stream(grep, [path, /^import/])) {
    console.log(`${number}: ${line}`); // 2: import { Pool, task } from "@pool/core"; ...
    if (number >= 4) break; // ends the task, too
  }
}
