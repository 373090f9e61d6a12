// One program for the event loop, for threads and for processes: a word on the command line decides.
// `switch_backends.ts [inline|thread|process]`
import process from "node:process";
import {
  asCompleted,
  type Executor,
  InlineExecutor,
  Pool,
  ProcessPoolExecutor,
  task,
  ThreadPoolExecutor,
} from "@pool/core";

export const isPrime = task(import.meta, function isPrime(n: number) {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return n > 1;
});

export const countPrimes = task(import.meta, function countPrimes(from: number, to: number) {
  let count = 0;
  for (let n = from; n < to; n++) if (isPrime(n)) count++;
  return count;
});

/** Takes any executor: it neither knows nor cares where the calls run. */
export async function report(executor: Executor): Promise<string> {
  const [first, second] = [executor.submit(countPrimes, [0, 500]), executor.submit(isPrime, [511])];
  let heard = 0;
  for await (const _ of asCompleted<typeof first | typeof second>([first, second])) heard++;
  const counts: number[] = [];
  for await (const count of executor.map(countPrimes, [0, 100, 200], [100, 200, 300])) {
    counts.push(count);
  }
  return [heard, await first.result(), await second.result(), ...counts].join(" ");
}

const executors = {
  inline: InlineExecutor,
  thread: ThreadPoolExecutor,
  process: ProcessPoolExecutor,
};

if (import.meta.main) {
  const backend = (process.argv[2] ?? "thread") as keyof typeof executors;

  await using pool = new Pool({ workers: 2, backend });
  console.log((await pool.map(isPrime, [2, 9, 13])).join(" ")); // true false true

  await using executor = new executors[backend](2);
  console.log(await report(executor)); // 2 95 false 25 21 16
}
