/** Bad input: a clear error at the call it belongs to, and nothing else is lost. */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { type CallOptions, Pool, type PoolOptions, ThreadPool, TimeoutError } from "@pool/core";
import { add, countTo, nothing, square } from "../tasks/pool_tasks.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { rejection } from "./pool_scene.ts";

type ErrorClass = typeof TypeError | typeof RangeError;
/** A value, and the error that it is refused with. */
type Wrong = readonly [value: unknown, error: ErrorClass];

const NO_NUMBER: readonly Wrong[] = [
  ["1", TypeError],
  [null, TypeError],
  [true, TypeError],
  [{}, TypeError],
  [1n, TypeError],
];
const NO_TIME: readonly Wrong[] = [...NO_NUMBER, [NaN, RangeError]];
/** No whole number of at least 1. */
const NO_COUNT: readonly Wrong[] = [...NO_TIME, [0, RangeError], [-1, RangeError], [
  1.5,
  RangeError,
]];
const NO_COUNT_FROM_0: readonly Wrong[] = [...NO_TIME, [-1, RangeError], [0.5, RangeError]];
const NO_STRING: readonly Wrong[] = [[1, TypeError], [null, TypeError], [["a"], TypeError]];
const NO_FUNCTION: readonly Wrong[] = [["f", TypeError], [null, TypeError], [{}, TypeError]];
const NO_ARRAY: readonly Wrong[] = [["ab", TypeError], [5, TypeError], [null, TypeError], [{
  length: 1,
}, TypeError]];
const NO_OBJECT: readonly Wrong[] = [["ab", TypeError], [5, TypeError], [null, TypeError], [
  [],
  TypeError,
]];

const POOL_OPTIONS: Readonly<Record<string, readonly Wrong[]>> = {
  workers: [...NO_COUNT, [Infinity, RangeError]],
  initializer: NO_FUNCTION,
  initargs: NO_ARRAY,
  finalizer: NO_FUNCTION,
  maxTasksPerChild: NO_COUNT,
  maxMemoryPerChild: NO_COUNT,
  name: NO_STRING,
  minWorkers: [...NO_COUNT_FROM_0, [3, RangeError], [Infinity, RangeError]],
  idleTimeout: NO_TIME,
  maxQueue: NO_COUNT_FROM_0,
  whenFull: [["drop", TypeError], [true, TypeError], [null, TypeError]],
  taskTimeout: NO_TIME,
  retries: NO_COUNT_FROM_0,
  grace: NO_TIME,
  spawnTimeout: NO_TIME,
  env: [...NO_OBJECT, [{ A: 1 }, TypeError]],
  execArgv: [...NO_ARRAY, [[1], TypeError]],
  resourceLimits: [
    ...NO_OBJECT,
    [{ maxOldGenerationSizeMb: "64" }, TypeError],
    [{ maxOldGenerationSizeMb: NaN }, RangeError],
  ],
  workerUrl: [["./worker.js", TypeError], [5, TypeError], [null, TypeError]],
  wrokers: [[1, TypeError]],
};

const CALL_OPTIONS: Readonly<Record<string, readonly Wrong[]>> = {
  signal: [["abort", TypeError], [null, TypeError], [{ aborted: false }, TypeError]],
  timeout: NO_TIME,
  queueTimeout: NO_TIME,
  priority: [...NO_TIME, [Infinity, RangeError]],
  retries: NO_COUNT_FROM_0,
  transfer: NO_ARRAY,
  key: NO_STRING,
  grace: NO_TIME,
  tiemout: [[1, TypeError]],
};

export function inputSuite(backend: Backend): void {
  suite("input", backend, (b) => {
    poolOptionTests(b);
    callOptionTests(b);
    functionTests(b);
    argumentTests(b);
  });
}

/** The error of a call, thrown or rejected with. */
async function refusalOf(call: () => unknown): Promise<unknown> {
  return await rejection((async () => await call())());
}

async function assertRefused(
  call: () => unknown,
  [value, ErrorClass]: Wrong,
  name: string,
): Promise<void> {
  const what = `${name}: ${typeof value === "bigint" ? value : JSON.stringify(value)}`;
  const error = await refusalOf(call).catch(() => {
    throw new Error(`${what} was accepted`);
  });
  assert(error instanceof ErrorClass, `${what} was refused with ${error}`);
  assert(error.message.startsWith("Cannot "), error.message);
  assert(error.message.includes(name), `${error.message} does not name ${name}`);
}

function poolOptionTests({ createPool, traits }: SuiteBackend): void {
  for (const [name, values] of Object.entries(POOL_OPTIONS)) {
    it(`new Pool() refuses a wrong ${name}`, async () => {
      for (const wrong of values) {
        const options = { workers: 2, [name]: wrong[0] } as PoolOptions;
        await assertRefused(() => createPool(options), wrong, name);
      }
    });
  }

  for (const PoolClass of [Pool, ThreadPool]) {
    it(`new ${PoolClass.name}() refuses what is neither a number nor options`, () => {
      const create = (...given: unknown[]) => () => new PoolClass(...given as [number]);
      for (const wrong of ["4", true, () => {}]) {
        assertThrows(create(wrong), TypeError, "Cannot use workers: it must be a number");
      }
      for (const wrong of [null, []]) assertThrows(create(wrong), TypeError, "Cannot use options");
      for (const wrong of [0, -1, NaN, 1.5, Infinity]) {
        assertThrows(create(wrong), RangeError, "Cannot use workers");
      }
      for (const wrong of ["x", null, [], () => {}]) {
        assertThrows(create(2, wrong), TypeError, "Cannot use options: it must be an object");
      }
      assertThrows(create(2, { nmae: "x" }), TypeError, "nmae");
    });
  }

  it("new Pool() does take options beside the number of workers", async () => {
    await using pool = new Pool(2, { backend: "inline", taskTimeout: 20 });
    assertEquals(pool.stats().workers.alive, 2);
    assertInstanceOf(await rejection(pool.apply(() => new Promise(() => {}))), TimeoutError);
  });

  it("new Pool() refuses a backend that does not exist", () => {
    for (const backend of ["fibre", "", null, 5, {}, { spawn: true }]) {
      assertThrows(() => new Pool({ backend: backend as never }), TypeError, "backend");
    }
  });

  it("an option that is undefined counts as omitted", async () => {
    const options = Object.fromEntries(
      Object.keys(POOL_OPTIONS).filter((name) => name !== "wrokers").map((
        name,
      ) => [name, undefined]),
    );
    await using pool = createPool({ ...options, workers: 1 });
    const call: CallOptions = Object.fromEntries(
      Object.keys(CALL_OPTIONS).filter((name) => name !== "tiemout").map((
        name,
      ) => [name, undefined]),
    );
    assertEquals(await pool.apply(square, [3], call), 9);
    assertEquals(await pool.apply(nothing, undefined, undefined), undefined);
  });

  it("new Pool() refuses initargs that cannot be sent, and functions that cannot be found", () => {
    assertThrows(
      () => createPool({ initializer: nothing, initargs: [() => 1] }),
      Error,
      "initargs[0]",
    );
    assertThrows(() => createPool({ initializer: Math.max }), TypeError, "native");
    assertThrows(() => createPool({ finalizer: nothing.bind(null) }), TypeError, "bound");
  });

  it("new Pool() refuses settings of workers where there are none", () => {
    const settings = [{ env: { A: "1" } }, { execArgv: ["--x"] }, { resourceLimits: { a: 1 } }];
    for (const options of traits.kind === "inline" ? settings : []) {
      assertThrows(() => createPool(options), TypeError, Object.keys(options)[0]!);
    }
  });

  it("new Pool() refuses permissions that its workers cannot be given", () => {
    if (traits.kind === "process") return;
    assertThrows(() => createPool({ permissions: "none" }), TypeError, "permissions");
  });
}

type Call = readonly [name: string, call: (options: never) => unknown];

/** All methods that take the options of a call. */
const callsOf = (pool: Pool): readonly Call[] => [
  ["apply", (options) => pool.apply(square, [1], options)],
  ["applyAsync", (options) => pool.applyAsync(square, [1], options)],
  ["map", (options) => pool.map(square, [1], options)],
  ["mapAsync", (options) => pool.mapAsync(square, [1], options)],
  ["starmap", (options) => pool.starmap(add, [[1, 2]], options)],
  ["starmapAsync", (options) => pool.starmapAsync(add, [[1, 2]], options)],
  ["imap", (options) => pool.imap(square, [1], options)],
  ["imapUnordered", (options) => pool.imapUnordered(square, [1], options)],
  ["stream", (options) => pool.stream(countTo, [1], options)],
];

function callOptionTests({ createPool, sharedPool }: SuiteBackend): void {
  const pool = sharedPool(1);

  it("every method refuses wrong options of a call at the call", async () => {
    for (const [, call] of callsOf(pool())) {
      for (const [name, values] of Object.entries(CALL_OPTIONS)) {
        for (const wrong of values) {
          await assertRefused(() => call({ [name]: wrong[0] } as never), wrong, name);
        }
      }
    }
  });

  it("every method refuses options that are no object", async () => {
    for (const [name, call] of callsOf(pool())) {
      for (const [wrong] of NO_OBJECT) {
        const error = await refusalOf(() => call(wrong as never));
        assertInstanceOf(error, TypeError, `${name}(${wrong})`);
      }
    }
  });

  it("chunksize and buffer must be whole numbers of at least 1", async () => {
    for (const [name, call] of callsOf(pool())) {
      for (const wrong of name.includes("map") ? NO_COUNT : []) {
        await assertRefused(() => call({ chunksize: wrong[0] } as never), wrong, "chunksize");
        if (!name.startsWith("imap")) continue;
        await assertRefused(() => call({ buffer: wrong[0] } as never), wrong, "buffer");
      }
    }
  });

  it("options are refused where they mean nothing", async () => {
    const elsewhere = [
      ["apply", "callback"],
      ["apply", "chunksize"],
      ["map", "callback"],
      ["map", "buffer"],
      ["imap", "callback"],
      ["stream", "chunksize"],
    ];
    for (const [method, option] of elsewhere) {
      const [, call] = callsOf(pool()).find(([name]) => name === method)!;
      const error = await refusalOf(() => call({ [option!]: undefined } as never));
      assertInstanceOf(error, TypeError, `${method} ${option}`);
    }
  });

  it("callbacks must be functions", async () => {
    for (const [name, call] of callsOf(pool()).filter(([name]) => name.endsWith("Async"))) {
      for (const option of ["callback", "errorCallback"]) {
        for (const wrong of NO_FUNCTION) {
          await assertRefused(() => call({ [option]: wrong[0] } as never), wrong, option);
        }
      }
      assert(name);
    }
  });

  it("refused calls cost nothing and harm nobody", async () => {
    await using own = createPool(1);
    const sound = [1, 2, 3].map((i) => own.apply(square, [i]));
    for (const [, call] of callsOf(own)) {
      assertInstanceOf(await refusalOf(() => call({ priority: NaN } as never)), RangeError);
      assertInstanceOf(await refusalOf(() => call({ timeout: "1" } as never)), TypeError);
    }
    assertEquals(await Promise.all(sound), [1, 4, 9]);
    assertEquals(own.stats().submitted, 3);
  });
}

class Example {}

const NO_TASK: readonly [value: unknown, reason: string][] = [
  ["square", "function"],
  [null, "function"],
  [undefined, "function"],
  [{}, "function"],
  [Math.max, "native"],
  [((x: number) => x).bind(null), "bound"],
  [Example, "class"],
];

function functionTests({ createPool }: SuiteBackend): void {
  it("every method refuses what is no function that can be sent", async () => {
    await using pool = createPool(1);
    for (const [value, reason] of NO_TASK) {
      const fn = value as () => never;
      const calls: (() => unknown)[] = [
        () => pool.apply(fn),
        () => pool.applyAsync(fn),
        () => pool.map(fn, []),
        () => pool.mapAsync(fn, [1]),
        () => pool.starmap(fn, []),
        () => pool.starmapAsync(fn, []),
        () => pool.imap(fn, []),
        () => pool.imapUnordered(fn, []),
        () => pool.stream(fn),
        () => pool.broadcast(fn),
      ];
      for (const call of calls) {
        const error = await refusalOf(call);
        assertInstanceOf(error, TypeError, `${value}`);
        assert(error.message.includes(reason), `${error.message} does not say ${reason}`);
      }
    }
    assertEquals(pool.stats().submitted, 0);
    assertEquals(await pool.apply(square, [3]), 9);
  });
}

function argumentTests({ createPool, sharedPool }: SuiteBackend): void {
  const pool = sharedPool(1);

  it("arguments must be an array", async () => {
    for (const [wrong, ErrorClass] of NO_ARRAY) {
      const args = wrong as [number];
      const calls = [
        () => pool().apply(square, args),
        () => pool().applyAsync(square, args),
        () => pool().stream(countTo, args),
        () => pool().broadcast(square, args),
      ];
      for (const call of calls) {
        const error = await refusalOf(call);
        assertInstanceOf(error, ErrorClass);
        assert(error.message.includes("args"), error.message);
      }
    }
  });

  it("items must be iterable", async () => {
    for (const wrong of [5, null, undefined, {}, () => [], { next: 1 }]) {
      const items = wrong as number[];
      const calls = [
        () => pool().map(square, items),
        () => pool().mapAsync(square, items),
        () => pool().starmap(square, items as never),
        () => pool().starmapAsync(square, items as never),
        () => pool().imap(square, items),
        () => pool().imapUnordered(square, items),
      ];
      for (const call of calls) {
        const error = await refusalOf(call);
        assertInstanceOf(error, TypeError);
        assert(error.message.includes("iterable"), error.message);
      }
    }
  });

  it("what is wrong with one call does not touch the others of its turn", async () => {
    await using own = createPool(2);
    const sound = [1, 2, 3].map((i) => own.apply(square, [i]));
    const wrong = [
      own.apply(square, [() => 1] as never),
      own.apply(square, 5 as never),
      own.apply("x" as never),
      own.map(square, 5 as never),
    ].map(rejection);
    const more = own.map(square, [1, 2, 3]);
    for (const error of await Promise.all(wrong)) assertInstanceOf(error, Error);
    assertEquals(await Promise.all(sound), [1, 4, 9]);
    assertEquals(await more, [1, 4, 9]);
    await assertRejects(() => own.apply(square, [Symbol("x") as never]), Error, "args[0]");
    assertEquals(await own.apply(square, [3]), 9);
  });
}
