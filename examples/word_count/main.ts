// Counts the words of a whole directory tree, with and without a pool: `npm run demo`.
//
// The interesting part is `inPool`: paths are pulled from the walk as workers ask for more, so that walking,
// reading and counting overlap, and no more than a hundred paths or so wait at any time.
import { Pool } from "@pool/core";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { countFile, takeTally } from "./count.ts";
import { Progress } from "./progress.ts";
import { describeTally, describeTimes, type Timing } from "./report.ts";
import { Tally } from "./tally.ts";
import { walk } from "./walk.ts";

/** Files that go to a worker together: some milliseconds of work, beside which a message is nothing. */
const CHUNK = 32;

/** After Ctrl-C, the files that workers are at are finished, unless that takes longer (ms). */
const PATIENCE = 3000;

type Way = (paths: AsyncIterable<string>, progress: Progress) => Promise<Tally>;

const inPlainLoop: Way = async (paths, progress) => {
  for await (const path of paths) {
    progress.add(countFile(path)); // a task is a function like any other
    if (progress.due) await setImmediate(); // else Ctrl-C would not be heard here
  }
  return takeTally();
};

const inPool = (workers: number): Way => async (paths, progress) => {
  await using pool = new Pool(workers);
  for await (const bytes of pool.imapUnordered(countFile, paths, { chunksize: CHUNK })) {
    progress.add(bytes);
  }
  return Tally.merge(await pool.broadcast(takeTally));
};

const WAYS: [name: string, way: Way][] = [
  // Once without the clock, or the first of the others would pay for the disk.
  ["2 workers, first look", inPool(2)],
  ["plain loop", inPlainLoop],
  ["1 worker", inPool(1)],
  ["2 workers", inPool(2)],
];

async function run(root: string, signal: AbortSignal): Promise<number> {
  const timings: Timing[] = [];
  let first: Tally | undefined;
  for (const [name, way] of WAYS) {
    const progress = new Progress(name);
    const errors: string[] = [];
    const paths = walk(root, { signal, onError: (message) => errors.push(message) });
    const started = performance.now();
    const tally = await way(paths, progress);
    timings.push({ name, ms: performance.now() - started });
    progress.clear();
    tally.errors = [...errors, ...tally.errors].sort();

    if (signal.aborted) {
      const lacking = first ? "some of the times are missing" : "this is what was counted so far";
      console.log(`\nInterrupted: ${lacking}\n\n${describeTally(first ?? tally, root)}`);
      return 130; // what a shell expects of a program that Ctrl-C has ended
    }
    if (first && !isDeepStrictEqual(tally, first)) {
      console.error(`${name} and ${timings[0].name} do not agree: did files change meanwhile?`);
      return 1;
    }
    first ??= tally;
  }
  console.log(describeTally(first!, root));
  console.log(describeTimes(timings));
  return 0;
}

async function main(root: string): Promise<number> {
  try {
    await stat(root);
  } catch (error) {
    console.error(`Cannot count words: ${(error as Error).message}`);
    return 2;
  }
  const stop = new AbortController();
  const leave = () => {
    console.error("\nInterrupted in the middle of a file: there is no result");
    process.exit(130);
  };
  const onInterrupt = () => {
    if (stop.signal.aborted) leave(); // pressed twice
    // The walk ends, what workers have begun is finished, and the pool closes as it always does.
    stop.abort();
    setTimeout(leave, PATIENCE).unref();
  };
  process.on("SIGINT", onInterrupt);
  try {
    return await run(root, stop.signal);
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}

if (import.meta.main) {
  const repository = fileURLToPath(new URL("../..", import.meta.url));
  process.exitCode = await main(resolve(process.argv[2] ?? repository));
}
