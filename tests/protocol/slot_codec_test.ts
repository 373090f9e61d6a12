import { assert, assertEquals, assertFalse } from "@std/assert";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { type TextMemory, ValueBytes } from "../../src/protocol/slot_codec.ts";

const SIZE = 4096;

function createBytes(): ValueBytes {
  const memory = new SharedArrayBuffer(SIZE);
  return new ValueBytes(memory, Buffer.from(memory) as unknown as TextMemory);
}

/** Equal down to -0, NaN, holes, key order and prototypes. */
function identical(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) {
    return Object.is(a, b);
  }
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
  const keys = Object.keys(a);
  const same = JSON.stringify(keys) === JSON.stringify(Object.keys(b)) &&
    (a as unknown[]).length === (b as unknown[]).length;
  return same && keys.every((key) => identical(a[key as never], b[key as never]));
}

/** A small generator with a seed, so that a failure can be repeated (mulberry32). */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const scalars: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  NaN,
  Infinity,
  -Infinity,
  0.1,
  2 ** 31,
  -(2 ** 31),
  2 ** 31 - 1,
  2 ** 53,
  Number.MIN_VALUE,
  0n,
  -1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 63n,
  10n ** 30n,
  "",
  "a",
  "twelve chars",
  "\0",
  "é",
  "éèà and more than twelve",
  "\ud800",
  "a\udc00 lone surrogate b",
  "日本語",
  "日本語のテキストで十二字より長い",
  "😀",
  "x".repeat(500),
  "ÿ".repeat(40),
  "Ā".repeat(40),
];

function anyValue(next: () => number, depth: number): unknown {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!;
  const kind = next();
  if (depth === 0 || kind < 0.5) return pick(scalars);
  const count = Math.floor(next() * 5);
  if (kind < 0.7) return Array.from({ length: count }, () => anyValue(next, depth - 1));
  if (kind < 0.9) {
    const keys = ["b", "a", "10", "2", "длинный ключ", "constructor", "toString", "", "with space"];
    return Object.fromEntries(
      Array.from({ length: count }, () => [pick(keys), anyValue(next, depth - 1)]),
    );
  }
  if (kind < 0.94) return new Date(pick([0, NaN, 1e12, -1]));
  const bytes = Uint8Array.from({ length: 8 * count }, () => Math.floor(next() * 256));
  const type = pick([Uint8Array, Int16Array, Float64Array, BigInt64Array]);
  return new type(bytes.buffer);
}

describe("ValueBytes", () => {
  it("write() and read() give back every scalar exactly, or refuse it", () => {
    const bytes = createBytes();
    for (const value of scalars) {
      const fits = bytes.write(value, 0, SIZE);
      if (fits) assert(identical(bytes.read(0), value), `${String(value)} came back otherwise`);
      else assert(typeof value === "bigint", `${String(value)} was refused`);
    }
  });

  it("gives back what structured clone gives back, for 20,000 random values", () => {
    const bytes = createBytes();
    const next = random(20261121);
    let written = 0;
    for (let i = 0; i < 20_000; i++) {
      const value = anyValue(next, 3);
      if (!bytes.write(value, 0, SIZE)) continue;
      written++;
      assert(identical(bytes.read(0), structuredClone(value)), `value ${i} came back otherwise`);
    }
    assert(written > 10_000, `only ${written} values were taken`);
  });

  it("write() refuses what would not come back exactly", () => {
    const bytes = createBytes();
    const shared = {};
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const view = new Uint8Array(4);
    const named = Object.assign([1], { name: 1 });
    const refused = [
      () => {},
      Symbol("s"),
      new Map(),
      new Set(),
      /x/,
      new Error("e"),
      new (class A {})(),
      Object.create(null),
      new Number(1),
      [shared, shared],
      cycle,
      [, 1],
      named,
      JSON.parse('{"__proto__": 1}'),
      [view, new Int8Array(view.buffer)],
      new DataView(new ArrayBuffer(1)),
      new Uint8Array(new SharedArrayBuffer(1)),
      new URL("https://example.org"),
      Promise.resolve(),
    ];
    refused.forEach((value, i) => assertFalse(bytes.write(value, 0, SIZE), `value ${i} was taken`));
  });

  it("write() refuses what does not fit and stays within its bounds", () => {
    const memory = new SharedArrayBuffer(64);
    const bytes = new ValueBytes(memory, Buffer.from(memory) as unknown as TextMemory);
    const guard = new Uint8Array(memory, 32).fill(7);
    for (
      const value of [
        "x".repeat(40),
        "日".repeat(15),
        [1, 2, 3, 4, 5, 6, 7],
        { a: "x".repeat(30) },
        new Uint8Array(40),
        1n,
        0.5,
      ]
    ) {
      bytes.write(value, 24, 32);
      bytes.write(value, 0, 32);
      assert(guard.every((byte) => byte === 7), `${String(value)} was written beyond its end`);
    }
  });

  it("writeAll() and readAll() keep the number and order of values", () => {
    const bytes = createBytes();
    const values = [1, "two", [3], { four: 4 }, undefined, null];
    assert(bytes.writeAll(values, 8, SIZE));
    assertEquals(bytes.readAll(values.length, 8), values);
    assert(bytes.writeAll([], 8, SIZE));
    assertEquals(bytes.readAll(0, 8), []);
  });

  it("a typed array takes only its own part of its buffer along", () => {
    const bytes = createBytes();
    assert(bytes.write(new Uint8Array([1, 2, 3, 4]).subarray(1, 3), 0, SIZE));
    const part = bytes.read(0) as Uint8Array;
    assertEquals([...part], [2, 3]);
    assertEquals(part.buffer.byteLength, 2);
  });
});
