/**
 * What the compiler must infer and refuse of pools. Nothing here is run: it is checked by
 * `npm run check -- --only=types`, and by users' compilers in `npm run test:package`.
 */
import {
  type AsyncResult,
  Pool,
  type PoolContract,
  type PoolIterator,
  ProcessPool,
  registerClass,
  task,
  ThreadPool,
} from "@pool/core";
import { assertType, type Same } from "./same.ts";

type User = { readonly name: string };

const square = task(import.meta, (x: number): number => x * x);
const power = task(import.meta, (base: number, exponent: number): number => base ** exponent);
const load = task(
  import.meta,
  (id: string, depth?: number): Promise<User> => Promise.resolve({ name: id.repeat(depth ?? 1) }),
);
const nothing = task(import.meta, (): void => {});
const lines = task(import.meta, async function* (path: string): AsyncGenerator<string> {
  yield await Promise.resolve(path);
});
const numbers = task(import.meta, function* (): Generator<number> {
  yield 1;
});

export async function applyInfers(pool: Pool): Promise<void> {
  const number = await pool.apply(square, [2]);
  assertType<Same<typeof number, number>>();
  const user = await pool.apply(load, ["ada", 2], { timeout: 5, retries: 1, key: "ada" });
  assertType<Same<typeof user, User>>();
  const none = await pool.apply(nothing);
  assertType<Same<typeof none, void>>();
  const later = pool.applyAsync(square, [2], {
    callback: (result) => assertType<Same<typeof result, number>>(),
    errorCallback: (error) => assertType<Same<typeof error, unknown>>(),
    signal: AbortSignal.timeout(5),
    transfer: [new ArrayBuffer(8), new MessageChannel().port1],
  });
  assertType<Same<typeof later, AsyncResult<number>>>();
  // A result is a promise, too.
  const awaited = await later;
  assertType<Same<typeof awaited, number>>();
  const got = await later.get({ timeout: 5 });
  assertType<Same<typeof got, number>>();
  const inTime = await later.wait({ timeout: 5 });
  assertType<Same<typeof inTime, boolean>>();
  const ready: boolean = later.ready() && later.successful() && later.cancel();
  void ready;
}

/** What somebody else may have left out is passed on as it is, also under `exactOptionalPropertyTypes`. */
export async function optionsMayBeUndefined(
  pool: Pool,
  signal: AbortSignal | undefined,
  limit: number | undefined,
): Promise<void> {
  await pool.apply(square, [2], { signal, timeout: limit, priority: limit });
  await pool.map(square, [2], { signal, chunksize: limit });
  await pool.applyAsync(square, [2], { callback: undefined }).get({ timeout: limit });
  new ProcessPool({ workers: limit, taskTimeout: limit });
}

export async function constantsAreArguments(pool: Pool): Promise<void> {
  const args = [2, 3] as const;
  const number = await pool.apply(power, args);
  assertType<Same<typeof number, number>>();
  const later = pool.applyAsync(power, args);
  assertType<Same<typeof later, AsyncResult<number>>>();
  const each = await pool.broadcast(power, args);
  assertType<Same<typeof each, number[]>>();
  await pool.starmap(power, [args] as const);
  for await (const line of pool.stream(lines, ["path"] as const)) {
    assertType<Same<typeof line, string>>();
  }
  // @ts-expect-error what a stream has yielded would come again
  pool.stream(lines, ["path"], { retries: 1 });
}

/** Made by `of()` alone. */
class Hidden {
  readonly value: number;
  private constructor(value: number) {
    this.value = value;
  }
  static of(value: number): Hidden {
    return new Hidden(value);
  }
}

export function registersPrivateConstructors(): void {
  registerClass(Hidden, { encode: ({ value }) => value, decode: Hidden.of });
  const fromText = (text: string): Hidden => Hidden.of(Number(text));
  // @ts-expect-error what it encodes is a number
  registerClass(Hidden, { encode: (hidden): number => hidden.value, decode: fromText });
  // @ts-expect-error it is no error
  registerClass(Hidden);
}

export async function applyRefuses(pool: Pool): Promise<void> {
  // @ts-expect-error the argument is missing
  await pool.apply(square);
  // @ts-expect-error a string is no number
  await pool.apply(square, ["2"]);
  // @ts-expect-error one argument too many
  await pool.apply(square, [2, 3]);
  // @ts-expect-error arguments are an array
  await pool.apply(square, 2);
  // @ts-expect-error there is no such option
  await pool.apply(square, [2], { timeOut: 5 });
  // @ts-expect-error the timeout is a number of milliseconds
  await pool.apply(square, [2], { timeout: "5s" });
  // @ts-expect-error a typed array cannot be moved, its buffer can
  await pool.apply(square, [2], { transfer: [new Uint8Array(8)] });
  // @ts-expect-error callbacks are for applyAsync
  await pool.apply(square, [2], { callback: () => {} });
  // @ts-expect-error the result is a number
  pool.applyAsync(square, [2], { callback: (result: string) => result });
  // @ts-expect-error the timeout is an option
  await pool.applyAsync(square, [2]).get(5);
}

export async function mapInfers(pool: Pool): Promise<void> {
  const squares = await pool.map(square, [1, 2, 3]);
  assertType<Same<typeof squares, number[]>>();
  const users = await pool.map(load, new Set(["ada"]), { chunksize: 2 });
  assertType<Same<typeof users, User[]>>();
  const streamed = await pool.map(
    square,
    (async function* () {
      yield await Promise.resolve(1);
    })(),
  );
  assertType<Same<typeof streamed, number[]>>();
  const later = pool.mapAsync(square, [1], {
    callback: (results) => assertType<Same<typeof results, number[]>>(),
  });
  assertType<Same<typeof later, AsyncResult<number[]>>>();
  const powers = await pool.starmap(power, [[2, 3], [3, 2]]);
  assertType<Same<typeof powers, number[]>>();
  const ofConstants = await pool.starmap(power, [1, 2].map((n) => [n, 2] as const));
  assertType<Same<typeof ofConstants, number[]>>();
  const laterPowers = pool.starmapAsync(power, [[2, 3]], { chunksize: 1 });
  assertType<Same<typeof laterPowers, AsyncResult<number[]>>>();
}

export async function mapRefuses(pool: Pool): Promise<void> {
  // @ts-expect-error strings are no numbers
  await pool.map(square, ["1"]);
  // @ts-expect-error a number is no iterable
  await pool.map(square, 3);
  // @ts-expect-error a second parameter has no item: that is starmap
  await pool.map(power, [1]);
  // @ts-expect-error there is no such option
  await pool.map(square, [1], { chunkSize: 2 });
  // @ts-expect-error items are tuples
  await pool.starmap(power, [2, 3]);
  // @ts-expect-error a tuple of two
  await pool.starmap(power, [[2]]);
  // @ts-expect-error of numbers
  await pool.starmap(power, [["2", "3"]]);
}

export async function iteratorsInfer(pool: Pool): Promise<void> {
  const squares = pool.imap(square, [1, 2], { chunksize: 2, buffer: 8 });
  assertType<Same<typeof squares, PoolIterator<number>>>();
  for await (const x of squares) assertType<Same<typeof x, number>>();
  const { value } = await squares.next({ timeout: 5 });
  assertType<Same<typeof value, number | undefined>>();
  for await (const user of pool.imapUnordered(load, ["ada"])) {
    assertType<Same<typeof user, User>>();
  }
  for await (const line of pool.stream(lines, ["x"])) assertType<Same<typeof line, string>>();
  for await (const n of pool.stream(numbers)) assertType<Same<typeof n, number>>();
  const everywhere = await pool.broadcast(square, [2]);
  assertType<Same<typeof everywhere, number[]>>();
}

export async function iteratorsRefuse(pool: Pool): Promise<void> {
  // @ts-expect-error strings are no numbers
  pool.imap(square, ["1"]);
  // @ts-expect-error there is no such option
  pool.imap(square, [1], { bufferSize: 8 });
  // @ts-expect-error the timeout is an option
  await pool.imap(square, [1]).next(5);
  // @ts-expect-error a number is no stream
  pool.stream(square, [1]);
  // @ts-expect-error the path is missing
  pool.stream(lines);
  // @ts-expect-error the argument is missing
  await pool.broadcast(square);
}

/** Every constructor takes a number or options, and each pool is what the contract says. */
export async function poolsFit(): Promise<void> {
  const pools: PoolContract[] = [
    new Pool(),
    new Pool(4),
    new Pool({ workers: 2, backend: "process", initializer: square, initargs: [1] }),
    new Pool(2, { backend: "process", permissions: "none" }),
    new ThreadPool(2, { name: "io", maxQueue: 8, whenFull: "wait" }),
    new ProcessPool(2, { maxTasksPerChild: 3, env: { MODE: "test" } }),
  ];
  for (const pool of pools) {
    const result = await pool.apply(square, [2]);
    assertType<Same<typeof result, number>>();
    await pool.apply(nothing);
    pool.close();
    await pool.join({ timeout: 5 });
    await pool[Symbol.asyncDispose]();
  }
  // @ts-expect-error there is no such backend
  new Pool({ backend: "gpu" });
  // @ts-expect-error the number is called workers
  new Pool({ processes: 2 });
  // @ts-expect-error there are two ways to be full
  new Pool({ maxQueue: 8, whenFull: "drop" });
  // @ts-expect-error the options are one object
  new Pool(2, 3);
  // @ts-expect-error the number of workers stands once
  new Pool(2, { workers: 3 });
  // @ts-expect-error the backend of this pool is its name
  new ThreadPool(2, { backend: "process" });
}
