/**
 * Tasks of the pool suites. They talk to the tests by way of files, which every backend has: a note is
 * a line in a file, a gate is a file that must exist before a task goes on.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { currentTask, task } from "@pool/core/task";

/** How often a task looks whether it may go on, in milliseconds. */
const LOOK_EVERY = 2;

/** Busy tasks give up by themselves after this time (ms): Deno cannot stop them. */
const LONGEST_BUSY = 1500;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Also ends when the suite has ended and taken its files away. */
async function untilExists(path: string): Promise<void> {
  while (!existsSync(path) && existsSync(dirname(path))) await pause(LOOK_EVERY);
}

function countNotes(path: string): number {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0;
}

export const square = task(import.meta, (x: number): number => x * x);

export const squareAsync = task(import.meta, async (x: number): Promise<number> => {
  await pause(x % 3);
  return x * x;
});

export const add = task(import.meta, (a: number, b: number): number => a + b);

export const countArguments = task(import.meta, (...args: unknown[]): number => args.length);

export const lengthOf = task(import.meta, (list: readonly unknown[]): number => list.length);

export const echo = task(import.meta, <T>(value: T): T => value);

export const nothing = task(import.meta, (): void => {});

/** Throws a `RangeError` with this text. */
export const fail = task(import.meta, (text: string): never => {
  throw new RangeError(text);
});

/** Squares; multiples of seven (not 0) throw. */
export const squareNoSevens = task(import.meta, (x: number): number => {
  if (x !== 0 && x % 7 === 0) throw new RangeError(`no ${x}`);
  return x * x;
});

/** Squares; of multiples of seven (not 0) something that throws when it is looked at. */
export const trapAtSevens = task(import.meta, (x: number): unknown => {
  if (x === 0 || x % 7 !== 0) return x * x;
  return {
    get then(): never {
      throw new RangeError(`no ${x}`);
    },
  };
});

/** As `squareNoSevens`, and says in a file that it ran. */
export const noteNoSevens = task(import.meta, (path: string, x: number): number => {
  appendFileSync(path, `${x}\n`);
  if (x !== 0 && x % 7 === 0) throw new RangeError(`no ${x}`);
  return x;
});

/** Makes a result that cannot be sent. */
export const giveFunction = task(import.meta, (): unknown => ({ deep: { fn: () => 1 } }));

/** Writes a line. */
export const note = task(import.meta, (path: string, text: string | number): string | number => {
  appendFileSync(path, `${text}\n`);
  return text;
});

/** Writes a line, then waits until the gate is open. */
export const hold = task(
  import.meta,
  async (gate: string, text: string | number = "in"): Promise<string | number> => {
    appendFileSync(gate, `${text}\n`);
    await untilExists(`${gate}.open`);
    return text;
  },
);

/** `hold` for what maps pass: an array of its arguments, of which only those with a gate wait. */
export const holdItem = task(
  import.meta,
  async ({ gate, value, log }: { gate?: string; value: number; log?: string }): Promise<number> => {
    if (log) appendFileSync(log, `${value}\n`);
    if (gate) {
      appendFileSync(gate, `${value}\n`);
      await untilExists(`${gate}.open`);
    }
    return value;
  },
);

/** Waits until a file has so many lines, then throws. */
export const failAfter = task(
  import.meta,
  async ({ path, lines, text }: { path: string; lines: number; text: string }): Promise<void> => {
    while (countNotes(path) < lines) await pause(LOOK_EVERY);
    appendFileSync(path, `${text}\n`);
    throw new RangeError(text);
  },
);

/** Writes a line, then waits for an abort, and writes the message of its reason. */
export const untilAborted = task(import.meta, async (path: string): Promise<string> => {
  const { signal } = currentTask();
  appendFileSync(path, "in\n");
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }
  const reason = signal.reason as { name?: string; message?: string } | undefined;
  appendFileSync(path, `${reason?.name}: ${reason?.message}\n`);
  return "ended";
});

/** Writes a line and never ends, whatever it is told. */
export const never = task(import.meta, async (path: string): Promise<void> => {
  appendFileSync(path, "in\n");
  await new Promise(() => {});
});

/** Writes a line and blocks its thread. */
export const busy = task(import.meta, (path: string): void => {
  appendFileSync(path, "in\n");
  const end = performance.now() + LONGEST_BUSY;
  while (performance.now() < end);
  appendFileSync(path, "out\n");
});

/** Throws until so many lines are in the file, each try one. */
export const failTimes = task(import.meta, (path: string, times: number): number => {
  appendFileSync(path, "try\n");
  const tries = countNotes(path);
  if (tries <= times) throw new RangeError(`try ${tries}`);
  return tries;
});

/** Throws late in its first try, which is one line in the file. */
export const failFirst = task(
  import.meta,
  async (path: string, milliseconds: number): Promise<number> => {
    appendFileSync(path, "try\n");
    const tries = countNotes(path);
    await pause(milliseconds);
    if (tries === 1) throw new RangeError("try 1");
    return tries;
  },
);

/** Ends its worker until so many lines are in the file, each try one. */
export const exitTimes = task(
  import.meta,
  (path: string, times: number): number | Promise<number> => {
    appendFileSync(path, "try\n");
    const tries = countNotes(path);
    return tries <= times ? leave(1) : tries;
  },
);

/** Ends the worker; on some runtimes the code after `exit()` still runs for a while. */
function leave(code: number): Promise<never> {
  process.exit(code);
  return new Promise(() => {});
}

/** The worker's number. */
export const workerId = task(import.meta, (): number => currentTask().workerId);

/** The worker's number, and a line in a file while it waits for the gate. */
export const holdWorkerId = task(import.meta, async (gate: string): Promise<number> => {
  const { workerId } = currentTask();
  appendFileSync(gate, `${workerId}\n`);
  await untilExists(`${gate}.open`);
  return workerId;
});

/** Says when it begins and ends, and on which worker; two of one key must not overlap. */
export const beginAndEnd = task(
  import.meta,
  async (path: string, text: string): Promise<number> => {
    appendFileSync(path, `begin ${text}\n`);
    await pause(1);
    appendFileSync(path, `end ${text}\n`);
    return currentTask().workerId;
  },
);

/** Ends the worker where the bytes begin with 1. */
export const dieOnBytes = task(
  import.meta,
  (bytes: Uint8Array): number | Promise<never> => bytes[0] === 1 ? leave(13) : bytes[0]!,
);

/** Yields, and ends the worker in the same turn. */
export const yieldThenDie = task(import.meta, function* (last: number): Generator<number> {
  for (let n = 1; n <= last; n++) yield n;
  void leave(13);
});

/** Ends the worker in one way or another. */
export const die = task(import.meta, (way: string): Promise<never> => {
  switch (way) {
    case "throw":
      setTimeout(() => {
        throw new RangeError("thrown in a timer");
      });
      break;
    case "reject":
      void Promise.reject(new RangeError("rejected and nobody looks"));
      break;
    default:
      leave(Number(way));
  }
  return new Promise(() => {});
});

/** `die` for one item of a map. */
export const dieOn13 = task(
  import.meta,
  (x: number): number | Promise<never> => x === 13 ? leave(13) : x * x,
);

/** Returns, and ends the worker in the same turn. */
export const returnAndExit = task(import.meta, (value: number): number => {
  queueMicrotask(() => void leave(0));
  return value;
});

/** Returns, and ends the worker some turns later, when it is idle. */
export const exitLater = task(import.meta, (milliseconds: number): void => {
  setTimeout(() => void leave(4), milliseconds);
});

export const readEnv = task(import.meta, (name: string): string | undefined => process.env[name]);

/** Keeps as many bytes for the worker's life. */
const kept: Uint8Array[] = [];
export const keepBytes = task(import.meta, (bytes: number): number => {
  kept.push(new Uint8Array(bytes).fill(1));
  return currentTask().workerId;
});

/** What initializers leave behind for tasks. */
let remembered: unknown;
export const remember = task(import.meta, (value: unknown): void => {
  remembered = value;
});
export const rememberLater = task(import.meta, async (value: unknown): Promise<void> => {
  await pause(5);
  remembered = value;
});
export const recall = task(import.meta, (): unknown => remembered);

/** An initializer and finalizer that writes a line; the initializer says where. */
let diary = "";
export const openDiary = task(import.meta, (path: string): void => {
  diary = path;
  appendFileSync(diary, "open\n");
});
/** An initializer that is long under way. */
export const openSlowly = task(import.meta, async (path: string): Promise<void> => {
  diary = path;
  appendFileSync(path, "open\n");
  await pause(200);
});

export const closeDiary = task(import.meta, (): void => appendFileSync(diary, "closed\n"));
export const failToClose = task(import.meta, (): never => {
  appendFileSync(diary, "failed\n");
  throw new RangeError("cannot close");
});

/** An initializer that never ends. */
export const stall = task(import.meta, async (): Promise<void> => {
  await new Promise(() => {});
});

/** An initializer that lets its worker die while it has nothing to do. */
export const dieIdle = task(import.meta, (path: string, times: number): void => {
  appendFileSync(path, "boot\n");
  if (countNotes(path) <= times) setTimeout(() => void leave(5), 20);
});

/** An initializer that ends its worker at once. */
export const exitAtBoot = task(import.meta, (): Promise<never> => leave(6));

/** Reports steps, then returns. */
export const reportSteps = task(import.meta, (steps: unknown[]): number => {
  for (const step of steps) currentTask().progress(step);
  return steps.length;
});

// Streams.

export const countTo = task(import.meta, function* (last: number): Generator<number> {
  for (let n = 1; n <= last; n++) yield n;
});

export const countToAsync = task(
  import.meta,
  async function* (last: number): AsyncGenerator<number> {
    for (let n = 1; n <= last; n++) {
      await pause(n % 2);
      yield n;
    }
  },
);

/** Yields for ever and writes a line for each item; at its end, too. */
export const countForEver = task(import.meta, function* (path: string): Generator<number> {
  try {
    for (let n = 1;; n++) {
      appendFileSync(path, `${n}\n`);
      yield n;
    }
  } finally {
    appendFileSync(path, "end\n");
  }
});

export const countForEverAsync = task(
  import.meta,
  async function* (path: string): AsyncGenerator<number> {
    try {
      for (let n = 1;; n++) {
        await pause(0);
        appendFileSync(path, `${n}\n`);
        yield n;
      }
    } finally {
      await pause(1);
      appendFileSync(path, "end\n");
    }
  },
);

export const countThenFail = task(import.meta, function* (last: number): Generator<number> {
  for (let n = 1; n <= last; n++) yield n;
  throw new RangeError("no more");
});

export const promiseOfItems = task(
  import.meta,
  async (items: number[]): Promise<number[]> => {
    await pause(1);
    return items;
  },
);

/** Yields one item, waits at the gate, yields another. */
export const holdBetween = task(
  import.meta,
  async function* (gate: string): AsyncGenerator<number> {
    yield 1;
    appendFileSync(gate, "in\n");
    await untilExists(`${gate}.open`);
    yield 2;
  },
);

/** Yields a promise that rejects, and says when it is closed. */
export const yieldRejection = task(import.meta, function* (path: string): Generator<unknown> {
  try {
    yield 1;
    yield Promise.reject(new RangeError("no item"));
    yield 3;
  } finally {
    appendFileSync(path, "end\n");
  }
});

/** Yields something that cannot be sent, and says when it is closed. */
export const yieldFunction = task(import.meta, function* (path: string): Generator<unknown> {
  try {
    yield 1;
    yield () => 2;
    yield 3;
  } finally {
    appendFileSync(path, "end\n");
  }
});
