/**
 * What the compiler must infer and refuse of tasks. Nothing here is run: it is checked by
 * `npm run check -- --only=types`, and by users' compilers in `npm run test:package`.
 */
import { currentTask, importTasks, type Pool, registerClass, task, transfer } from "@pool/core";
import { assertType, type Same } from "./same.ts";

type User = { readonly name: string };

/** A module of tasks as `typeof import("./tasks.ts")` describes it. */
interface TaskModule {
  readonly add: (a: number, b: number) => number;
  readonly load: (id: string) => Promise<User>;
  readonly count: (to: number) => Generator<number>;
  readonly version: string;
}

/** `task()` returns the function itself, with its own type. */
export function taskKeepsTypes(): void {
  const square = task(import.meta, (x: number): number => x * x);
  assertType<Same<typeof square, (x: number) => number>>();
  const direct: number = square(3);
  const load = task(import.meta.url, async (id: string, depth = 1): Promise<User> => {
    await Promise.resolve();
    return { name: id.repeat(depth) };
  }, { name: "load" });
  assertType<Same<typeof load, (id: string, depth?: number) => Promise<User>>>();
  const count = task(new URL(import.meta.url), function* (to: number) {
    for (let i = 0; i < to; i++) yield i;
  });
  assertType<Same<ReturnType<typeof count>, Generator<number, void, unknown>>>();
  const first = task(import.meta, <T>(items: readonly T[]): T | undefined => items[0]);
  const generic: string | undefined = first(["a"]);
  void [direct, generic];
}

export function taskRefuses(): void {
  // @ts-expect-error the module is missing
  task((x: number) => x);
  // @ts-expect-error it is no function
  task(import.meta, 3);
  // @ts-expect-error a number names no module
  task(3, (x: number) => x);
  // @ts-expect-error there is no such option
  task(import.meta, (x: number) => x, { label: "x" });
  const square = task(import.meta, (x: number): number => x * x);
  // @ts-expect-error a string is no number
  square("3");
}

export async function importTasksInfers(pool: Pool): Promise<void> {
  const tasks = importTasks<TaskModule>(import.meta.resolve("./tasks.ts"));
  const sum = await pool.apply(tasks.add, [1, 2]);
  assertType<Same<typeof sum, number>>();
  const users = await pool.map(tasks.load, ["ada"]);
  assertType<Same<typeof users, User[]>>();
  const sums = await pool.starmap(tasks.add, [[1, 2]]);
  assertType<Same<typeof sums, number[]>>();
  for await (const n of pool.stream(tasks.count, [3])) assertType<Same<typeof n, number>>();
  importTasks<TaskModule>(new URL("./tasks.ts", import.meta.url));
}

export async function importTasksRefuses(pool: Pool): Promise<void> {
  const tasks = importTasks<TaskModule>("file:///tasks.ts");
  // @ts-expect-error the second argument is missing
  await pool.apply(tasks.add, [1]);
  // @ts-expect-error there is no such task
  await pool.apply(tasks.subtract, [1, 2]);
  // @ts-expect-error a string is no task
  await pool.apply(tasks.version);
  // @ts-expect-error a module is named, not loaded
  importTasks<TaskModule>(import("./same.ts"));
}

/** References that workers look up are not functions of this realm: calling one is an error. */
export async function inlineFunctionsInfer(pool: Pool): Promise<void> {
  const doubled = await pool.map((x: number) => 2 * x, [1]);
  assertType<Same<typeof doubled, number[]>>();
  const named = await pool.map((user) => user.name, [{ name: "ada" }]);
  assertType<Same<typeof named, string[]>>();
  const later = await pool.apply(async () => await Promise.resolve("x"));
  assertType<Same<typeof later, string>>();
}

export function currentTaskInfers(): void {
  const { jobId, workerId, signal, progress } = currentTask();
  assertType<Same<typeof jobId, number>>();
  assertType<Same<typeof workerId, number>>();
  assertType<Same<typeof signal, AbortSignal>>();
  progress({ done: 3 });
  // @ts-expect-error it is for reading
  currentTask().jobId = 3;
}

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}

export function valuesInfer(): void {
  const bytes = transfer(new Uint8Array(8));
  assertType<Same<typeof bytes, Uint8Array<ArrayBuffer>>>();
  registerClass(Point, { encode: (point) => point.x, decode: (x: number) => new Point(x) });
}

export function valuesRefuse(): void {
  // @ts-expect-error the list is an array
  transfer(new Uint8Array(8), new ArrayBuffer(8));
  // @ts-expect-error what is encoded as a number cannot be decoded as a string
  registerClass(Point, { encode: (point) => point.x, decode: (x: string) => new Point(x.length) });
  // @ts-expect-error it is no class
  registerClass("Point", { encode: () => 1, decode: () => new Point(1) });
}
