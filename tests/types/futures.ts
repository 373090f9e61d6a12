/**
 * What the compiler must infer and refuse of executors and futures. Nothing here is run: it is checked
 * by `npm run check -- --only=types`.
 */
import {
  asCompleted,
  type Executor,
  type ExecutorResults,
  FIRST_COMPLETED,
  Future,
  type FutureContract,
  InlineExecutor,
  ProcessPoolExecutor,
  task,
  ThreadPoolExecutor,
  wait,
} from "@pool/core";
import { assertType, type Same } from "./same.ts";

type User = { readonly name: string };

const square = task(import.meta, (x: number): number => x * x);
const load = task(
  import.meta,
  (id: string, depth?: number): Promise<User> => Promise.resolve({ name: id.repeat(depth ?? 1) }),
);
const sum = task(import.meta, (...numbers: number[]): number => numbers.length);
const nothing = task(import.meta, (): void => {});

export function submitInfers(executor: ThreadPoolExecutor): void {
  const number = executor.submit(square, [2]);
  assertType<Same<typeof number, Future<number>>>();
  const user = executor.submit(load, ["ada", 2]);
  assertType<Same<typeof user, Future<User>>>();
  executor.submit(load, ["ada"], { timeout: 5, priority: 1 });
  const none = executor.submit(nothing);
  assertType<Same<typeof none, Future<void>>>();
  const text = executor.submit((a: string, b: number) => a.repeat(b), ["x", 2]);
  assertType<Same<typeof text, Future<string>>>();
  const inferred = executor.submit((a, b) => a + b, [1, 2] as [number, number]);
  assertType<Same<typeof inferred, Future<number>>>();
  executor.submit(sum, [1, 2, 3]);
}

export function submitRefuses(executor: ThreadPoolExecutor): void {
  // @ts-expect-error the argument is missing
  executor.submit(square);
  // @ts-expect-error a string is no number
  executor.submit(square, ["2"]);
  // @ts-expect-error one argument too many
  executor.submit(square, [2, 3]);
  // @ts-expect-error arguments are an array
  executor.submit(square, 2);
  // @ts-expect-error there is no such option
  executor.submit(square, [2], { timeOut: 5 });
  // @ts-expect-error it is no function
  executor.submit("square", [2]);
  // @ts-expect-error a function without parameters takes no arguments
  executor.submit(nothing, [1]);
}

export function mapInfers(executor: ThreadPoolExecutor): void {
  const squares = executor.map(square, [1, 2, 3]);
  assertType<Same<typeof squares, ExecutorResults<number>>>();
  const limited = executor.map(square, new Set([1]), { chunksize: 2, bufferSize: 4, timeout: 5 });
  assertType<Same<typeof limited, ExecutorResults<number>>>();
  const users = executor.map(load, ["ada"], [1]);
  assertType<Same<typeof users, ExecutorResults<User>>>();
  const shallow = executor.map(load, ["ada"], { chunksize: 2 });
  assertType<Same<typeof shallow, ExecutorResults<User>>>();
  const deep = executor.map(load, ["ada"], [1], { chunksize: 2 });
  assertType<Same<typeof deep, ExecutorResults<User>>>();
  const sums = executor.map(sum, [1], [2], [3]);
  assertType<Same<typeof sums, ExecutorResults<number>>>();
  const inferred = executor.map((a, b) => b.repeat(a), [1, 2], ["x", "y"]);
  assertType<Same<typeof inferred, ExecutorResults<string>>>();
  const characters = executor.map((s: string) => s, "abc", { bufferSize: 1 });
  assertType<Same<typeof characters, ExecutorResults<string>>>();
}

export function mapRefuses(executor: ThreadPoolExecutor): void {
  // @ts-expect-error strings are no numbers
  executor.map(square, ["1"]);
  // @ts-expect-error the items are no iterable
  executor.map(square, 3);
  // @ts-expect-error a second iterable for one parameter
  executor.map(square, [1], [2]);
  // @ts-expect-error the iterable for the first parameter is missing
  executor.map(load);
  // @ts-expect-error there is no such option
  executor.map(square, [1], { chunkSize: 2 });
  // @ts-expect-error items must not come one by one
  executor.map(square, (async function* () {})());
}

export async function futuresInfer(executor: ThreadPoolExecutor): Promise<void> {
  const future = executor.submit(square, [2]);
  const result = await future.result({ timeout: 5 });
  assertType<Same<typeof result, number>>();
  const error = await future.exception();
  assertType<Same<typeof error, unknown>>();
  // A future is no promise: awaiting it gives the future itself.
  const awaited = await future;
  assertType<Same<typeof awaited, Future<number>>>();
  future.addDoneCallback((done) => {
    const own: Future<number> = done;
    return own;
  });
  const wide: Future<number | string> | FutureContract<unknown> = future;
  await wide.result();
  new Future<number>().setResult(3);
}

export async function futuresRefuse(executor: ThreadPoolExecutor): Promise<void> {
  const future = executor.submit(square, [2]);
  // @ts-expect-error the timeout is an option
  await future.result(5);
  // @ts-expect-error it is no promise
  future.then(() => {});
  // @ts-expect-error a callback is a function
  future.addDoneCallback(3);
  // @ts-expect-error it gives numbers
  const text: Future<string> = future;
  // @ts-expect-error it takes numbers
  new Future<number>().setResult("3");
  await text.result();
}

export async function waitInfers(executor: ThreadPoolExecutor): Promise<void> {
  const numbers = [1, 2].map((x) => executor.submit(square, [x]));
  const { done, notDone } = await wait(numbers, { returnWhen: FIRST_COMPLETED, timeout: 5 });
  assertType<Same<typeof done, Set<Future<number>>>>();
  assertType<Same<typeof notDone, Set<Future<number>>>>();
  const mixed = await wait([executor.submit(square, [2]), executor.submit(load, ["ada"])]);
  assertType<Same<typeof mixed.done, Set<Future<number> | Future<User>>>>();
  for await (const future of asCompleted(numbers)) {
    assertType<Same<typeof future, Future<number>>>();
  }
  await wait(new Set(numbers), { returnWhen: "ALL_COMPLETED" });
}

export async function waitRefuses(executor: ThreadPoolExecutor): Promise<void> {
  const future = executor.submit(square, [2]);
  // @ts-expect-error promises are no futures
  await wait([Promise.resolve(2)]);
  // @ts-expect-error one future is no iterable
  await wait(future);
  // @ts-expect-error there is no such choice
  await wait([future], { returnWhen: "FIRST" });
  // @ts-expect-error the timeout is an option
  await wait([future], 5);
  // @ts-expect-error numbers are no futures
  asCompleted([1]);
}

/** Any executor will do, and each constructor takes what it knows. */
export async function executorsFit(): Promise<void> {
  const executors: Executor[] = [
    new ThreadPoolExecutor(),
    new ThreadPoolExecutor(2, { threadNamePrefix: "io" }),
    new ThreadPoolExecutor({ maxWorkers: 2, initializer: square, initargs: [1] }),
    new ProcessPoolExecutor(2, { recover: true, maxTasksPerChild: 3 }),
    new InlineExecutor(8),
  ];
  for (const executor of executors) {
    const future = executor.submit(square, [2]);
    assertType<Same<typeof future, FutureContract<number>>>();
    for await (const x of executor.map(square, [1])) assertType<Same<typeof x, number>>();
    await executor.shutdown({ wait: true, cancelFutures: true });
    // @ts-expect-error there is no such option
    await executor.shutdown({ cancel: true });
  }
  // @ts-expect-error the event loop has no threads
  new InlineExecutor(2, { threadNamePrefix: "io" });
  // @ts-expect-error threads that die are replaced in any case
  new ThreadPoolExecutor(2, { recover: true });
  // @ts-expect-error the number is called maxWorkers
  new ThreadPoolExecutor({ workers: 2 });
  // @ts-expect-error the executor has chosen its backend
  new ThreadPoolExecutor(2, { backend: "inline" });
}
