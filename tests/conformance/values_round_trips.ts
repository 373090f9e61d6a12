/** What goes to a task and comes back is what structured clone makes of it. */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { MaybeEncodingError } from "@pool/core";
import { echo, sameAsFirst } from "../tasks/values.ts";
import { it, within } from "./bounded.ts";
import type { SuiteBackend } from "./leaks.ts";
import { randomValues } from "./random_values.ts";
import { rejection } from "./rejection.ts";
import { assertSame } from "./same.ts";

/** A cycle, as objects cannot write one down. */
function cyclic(): unknown {
  const value: Record<string, unknown> = { name: "loop", list: [] };
  value.self = value;
  (value.list as unknown[]).push(value, value.list);
  value.map = new Map<unknown, unknown>([[value, value.list]]);
  value.set = new Set([value]);
  return value;
}

function shared(): unknown {
  const part = { n: 1 };
  const bytes = new Uint8Array([1, 2, 3]);
  return { a: part, b: [part, part], c: new Map([[part, part]]), d: bytes, e: [bytes] };
}

function sparse(): unknown {
  const list = [1, , 3, , , undefined];
  list.length = 9;
  return list;
}

const VALUES: Record<string, () => unknown> = {
  "undefined": () => undefined,
  "null": () => null,
  "booleans": () => [true, false],
  "-0": () => -0,
  "-0 in an object": () => ({ zero: -0, list: [-0] }),
  "NaN and infinities": () => [NaN, Infinity, -Infinity],
  "the limits of numbers": () => [Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53, -(2 ** 31), 0.1],
  "bigints": () => [0n, -1n, 2n ** 64n, -(2n ** 200n)],
  "strings": () => ["", "a", "é", "日本", "😀", "\0", "a\u2028b"],
  "lone surrogates": () => ["\ud800", "\udc00x", "x\ud800", { "\udfff": 1 }],
  "a date": () => new Date(1234567890123),
  "an invalid date": () => new Date(NaN),
  "regular expressions": () => [/a(?<x>b)/giu, /[/]/, new RegExp("")],
  "a map": () =>
    new Map<unknown, unknown>([["a", 1], [NaN, 2], [{ k: 1 }, [2]], [null, undefined]]),
  "a set": () => new Set<unknown>([1, "1", { n: 1 }, NaN]),
  "empty containers": () => [{}, [], new Map(), new Set()],
  "cycles": cyclic,
  "parts that are shared within the value": shared,
  "sparse arrays": sparse,
  "an array of holes": () => new Array(3),
  "an array that ends in holes": () => Object.assign(new Array(70), { 2: "x" }),
  "arrays with named properties": () => Object.assign([1, 2], { extra: { n: 1 }, "1x": 2 }),
  "a match of a regular expression": () => "xaby".match(/a(?<name>b)/),
  "boxed primitives": () => [Object(1), Object(-0), Object("abc"), Object(true), Object(10n)],
  "an object without prototype": () => Object.assign(Object.create(null), { a: 1 }),
  "a key named __proto__": () => JSON.parse('{"a":1,"__proto__":{"b":2},"c":3}'),
  "an array with a property named __proto__": () =>
    Object.defineProperty([1], "__proto__", {
      value: { b: 2 },
      enumerable: true,
      configurable: true,
      writable: true,
    }),
  "the order of keys": () => ({ z: 1, a: 2, 10: 3, 2: 4, "": 5, constructor: 6, toString: 7 }),
  "undefined properties": () => ({ a: undefined, b: [undefined] }),
  "properties that are read-only, or getters": () =>
    Object.freeze({
      a: 1,
      get b() {
        return 2;
      },
    }),
  "hidden and symbol properties, which are left out": () =>
    Object.defineProperty({ a: 1, [Symbol("s")]: 2 }, "hidden", { value: 3 }),
  "an object that has the library's own key": () => ({ "@pool/core": "error", record: {} }),
  "an object with the library's key deep inside": () => ({
    list: [{ a: 1, "@pool/core": { "@pool/core": [new Date(1)] }, __proto__: null }],
  }),
  "a cycle through an object with the library's key": () => {
    const value: Record<string, unknown> = { "@pool/core": "class", name: "Point" };
    value.self = value;
    return [value, value];
  },
  "instances of subclasses, as of their built-in class": () => [
    new (class Sub extends Array<number> {})(3),
    new (class extends Map<string, number> {})([["a", 1]]),
    new (class extends Date {})(5),
  ],
};

export function roundTrips({ sharedPool, traits }: SuiteBackend): void {
  const pool = sharedPool(1);

  for (const [name, make] of Object.entries(VALUES)) {
    it(`apply() does bring to the task and back: ${name}`, async () => {
      assertSame(await pool().apply(echo, [make()]), structuredClone(make()));
    });
  }

  it("map() does bring every one of these values as an item and back", async () => {
    const items = Object.values(VALUES).map((make) => make());
    const expected = items.map((item) => structuredClone(item));
    const actual = await pool().map(echo, items);
    assertEquals(actual.length, expected.length);
    for (const [i, value] of expected.entries()) assertSame(actual[i], value, `items[${i}]`);
  });

  it("apply() does bring random values to the task and back as structuredClone does", async () => {
    const seed = Date.now() % 2 ** 31;
    for (let round = 0; round < 8; round++) {
      const values = [...randomValues(seed + round, 40)];
      const expected = values.map((value) => structuredClone(value));
      const [singly, mapped] = await Promise.all([
        Promise.all(values.map((value) => pool().apply(echo, [value]))),
        pool().map(echo, values, { chunksize: 7 }),
      ]);
      const what = (i: number): string => `randomValues(${seed + round}, 40)[${i}]`;
      for (const [i, value] of expected.entries()) {
        assertSame(singly[i], value, what(i));
        assertSame(mapped[i], value, what(i));
      }
    }
  });

  it("apply() does keep what arguments of one call share", async () => {
    const one = { n: 1 };
    assertEquals(await pool().apply(sameAsFirst, [one, one, { n: 1 }]), [true, true, false]);
  });

  it("apply() does bring a string of 1 MB to the task and back", async () => {
    const text = "0123456789abcdé日".repeat(65_536);
    assert(await pool().apply(echo, [text]) === text);
  });

  it("apply() does bring 1,000 levels of nesting to the task and back", async () => {
    let value: unknown = "bottom";
    for (let i = 0; i < 500; i++) value = { list: [value] };
    let back = await pool().apply(echo, [value]) as { list: unknown[] };
    for (let i = 0; i < 499; i++) back = back.list[0] as typeof back;
    assertEquals(back.list, ["bottom"]);
  });

  for (const depth of [4_000, 16_000, 64_000, 1_000_000]) {
    it(`apply() does bring ${depth} levels of nesting, or rejects, and goes on`, async () => {
      let value: unknown[] = [];
      for (let i = 0; i < depth; i++) value = [value];
      const outcome = await within(
        10_000,
        () => pool().apply(echo, [value]).then(() => "came", () => "rejected"),
      );
      assert(["came", "rejected"].includes(outcome));
      assertEquals(await pool().apply(echo, ["next"]), "next");
    });
  }

  it("apply() does send a proxy as what it shows", async () => {
    const proxy = new Proxy({ a: 1 }, { get: () => 2 });
    assertSame(await pool().apply(echo, [proxy]), { a: 2 });
  });

  const wasm = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  if (traits.kind === "process") {
    it("apply() does refuse what only threads can share, and no empty object arrives", async () => {
      for (const live of [wasm, new Blob(["x"])]) {
        const error = await rejection(pool().apply(echo, [{ live }]));
        assertInstanceOf(error, MaybeEncodingError);
        assertEquals(error.path, "args[0].live");
      }
    });
  } else {
    it("apply() does bring a compiled WebAssembly module", async () => {
      assertInstanceOf(await pool().apply(echo, [wasm]), WebAssembly.Module);
    });
  }
}
