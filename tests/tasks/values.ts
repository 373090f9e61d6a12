/** Tasks of the values suites: they return what arrived, or tell how it looked to them. */
import type { MaybeEncodingError } from "@pool/core";
import { currentTask, registerClass, task, transfer } from "@pool/core/task";

/** Returns its argument. */
export const echo = task(import.meta, function echo(value: unknown): unknown {
  return value;
});

/** Returns all its arguments. */
export const echoAll = task(import.meta, function echoAll(...values: unknown[]): unknown {
  return values;
});

/** Tells what a value is, seen from the task. */
export const look = task(import.meta, function look(value: object) {
  return {
    tag: Object.prototype.toString.call(value),
    plain: [Object.prototype, null].includes(Object.getPrototypeOf(value)),
    keys: Object.keys(value),
  };
});

/** Tells which of its arguments are the same object as the first. */
export const sameAsFirst = task(import.meta, function sameAsFirst(...values: unknown[]) {
  return values.map((value) => value === values[0]);
});

let kept: unknown;

/** Changes its argument and tells what it was before; a shared object would show the change. */
export const change = task(import.meta, function change(value: { n: number }): number {
  const before = value.n;
  value.n = -1;
  const same = value === kept;
  kept = value;
  return same ? NaN : before;
});

const treasure = { n: 0, list: [1, 2, 3] };

/** Returns the same object at every call, with a new number in it. */
export const giveTreasure = task(import.meta, function giveTreasure() {
  treasure.n++;
  return treasure;
});

/** Bytes of the view, and of the buffer under it. */
export const measureView = task(import.meta, function measureView(view: Uint8Array) {
  return { bytes: view.byteLength, buffer: view.buffer.byteLength, sum: view.reduce(add, 0) };
});

const add = (a: number, b: number): number => a + b;

/** Tells whether two views show one buffer, and what they show. */
export const sharedBytes = task(
  import.meta,
  function sharedBytes([a, b]: readonly [Uint8Array, Uint8Array]) {
    return { together: a.buffer === b.buffer, bytes: [...a, ...b] };
  },
);

/** Adds to a number in shared memory. */
export const addShared = task(import.meta, function addShared(memory: SharedArrayBuffer) {
  return Atomics.add(new Int32Array(memory), 0, 5);
});

/** Sum of the bytes, to see that all of them came. */
export const sum = task(import.meta, function sum(bytes: Uint8Array): number {
  let total = 0;
  for (let i = 0; i < bytes.length; i++) total += bytes[i]!;
  return total;
});

/** Moves new bytes to the host; tells in a second call whether they left this side. */
let moved = new Uint8Array(0);
export const giveBytes = task(import.meta, function giveBytes(length: number): Uint8Array {
  moved = new Uint8Array(length).fill(7);
  return transfer(moved);
});
export const bytesLeft = task(import.meta, function bytesLeft(): number {
  return moved.byteLength;
});

/** Answers one message of a port with its double. */
export const answerOnce = task(import.meta, async function answerOnce(port: MessagePort) {
  const { promise, resolve } = Promise.withResolvers<number>();
  port.onmessage = ({ data }: MessageEvent) => resolve(data);
  const number = await promise;
  port.postMessage(number * 2);
  return number;
});

/** Makes a port in the task and moves it to the host. */
export const givePort = task(import.meta, function givePort(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage("from the task");
  return transfer(port2);
});

/** Reads a stream to its end. */
export const readAll = task(import.meta, async function readAll(stream: ReadableStream<string>) {
  return await Array.fromAsync(stream);
});

/** Arrives as itself on both sides. */
export class Point {
  readonly x: number;
  readonly y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  get length(): number {
    return Math.hypot(this.x, this.y);
  }
}
registerClass(Point, { encode: ({ x, y }) => [x, y], decode: ([x, y]) => new Point(x!, y!) });

/** Registered, holds registered instances and plain values. */
export class Line {
  readonly points: Point[];
  readonly label: object;
  constructor(points: Point[], label: object) {
    this.points = points;
    this.label = label;
  }
}
registerClass(Line, {
  encode: ({ points, label }) => ({ points, label }),
  decode: ({ points, label }) => new Line(points, label),
});

/** Can be sent whatever it is, and made again of even numbers alone. */
export class Even {
  readonly n: number;
  constructor(n: number) {
    this.n = n;
  }
}
registerClass(Even, {
  encode: ({ n }) => n,
  decode: (n) => {
    if (n % 2 === 1) throw new RangeError(`${n} is odd`);
    return new Even(n);
  },
});

let evensMade = 0;

/** How often {@link makeEven} was called in this worker. */
export const countEvens = task(import.meta, (): number => evensMade);

export const makeEven = task(import.meta, (n: number): Even => {
  evensMade++;
  return new Even(n);
});

export const isEven = task(import.meta, (value: Even): boolean => value instanceof Even);

/** Throws an error with one as a property. */
export const failWithEven = task(import.meta, (n: number): never => {
  throw Object.assign(new Error("disk full"), { at: new Even(n) });
});

/** Throws an error with so many causes, one within the other. */
export const failByChain = task(import.meta, (length: number): never => {
  throw errorChain(length);
});

export const messageOf = task(import.meta, (error: Error): string => error.message);

/** An error with so many causes, one within the other. */
export function errorChain(length: number): Error {
  let error = new Error("root");
  for (let i = 0; i < length; i++) error = new Error(`layer ${i}`, { cause: error });
  return error;
}

/** Not registered: its instances arrive as plain objects. */
export class Unregistered {
  readonly value = 1;
  #secret = 2;
  get secret(): number {
    return this.#secret;
  }
}

/** Uses the methods of the points that arrive. */
export const lengths = task(import.meta, function lengths(points: Point[]): number[] {
  return points.map((point) => point.length);
});

/** Results that cannot be sent, by the path that the error must tell. */
const unsendable: Record<string, () => unknown> = {
  "result": () => () => {},
  "result.a.b[3]": () => ({ a: { b: [0, 1, 2, Symbol("no")] } }),
  'result.get("k").x': () => new Map([["k", { x: () => {} }]]),
  "result.values()[1]": () => new Set<unknown>([1, new WeakMap()]),
  "result[0].url": () => [{ url: new URL("https://example.com") }],
  "result.late": () => ({
    get late() {
      throw new Error("too late");
    },
  }),
};

/** The paths that {@link giveUnsendable} takes. */
export const unsendablePaths: readonly string[] = Object.keys(unsendable);

/** Returns a value that cannot be sent. */
export const giveUnsendable = task(import.meta, function giveUnsendable(path: string): unknown {
  return unsendable[path]!();
});

/** As {@link giveUnsendable}, after an await. */
export const giveUnsendableLate = task(
  import.meta,
  async function giveUnsendableLate(path: string): Promise<unknown> {
    await Promise.resolve();
    return unsendable[path]!();
  },
);

/** Returns what cannot be sent for the item 3 only. */
export const functionForThree = task(import.meta, function functionForThree(n: number): unknown {
  return n === 3 ? { list: [() => n] } : n;
});

/** Yields an item that cannot be sent after two that can. */
export const yieldFunction = task(import.meta, function* yieldFunction(): Generator<unknown> {
  yield 1;
  yield 2;
  yield { deep: () => {} };
});

/** Returns a generator to a call that is no `stream()`. */
export const giveGenerator = task(import.meta, function* giveGenerator(): Generator<number> {
  yield 1;
});

/** Reports progress that cannot be sent, and returns the path that the error told. */
export const badProgress = task(import.meta, function badProgress(): string {
  try {
    currentTask().progress([() => {}]);
  } catch (error) {
    return (error as MaybeEncodingError).path;
  }
  return "accepted";
});

let calls = 0;

/** Counts how often it ran, to see that a refused call never did. */
export const countCall = task(import.meta, function countCall(_value?: unknown): number {
  return ++calls;
});

/** An array in an array in an array, … */
export const nest = task(import.meta, (levels: number): unknown => nested(levels));

export function nested(levels: number): unknown {
  let value: unknown = [];
  for (let i = 1; i < levels; i++) value = [value];
  return value;
}

/** How many arrays are in one another. */
export const countLevels = task(import.meta, (value: unknown): number => {
  let levels = 0;
  for (let one = value; Array.isArray(one); one = one[0]) levels++;
  return levels;
});
