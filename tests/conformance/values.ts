/** Values across the boundary: structured clone on every backend, and what stands on top of it. */
import { runInNewContext } from "node:vm";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { registerClass } from "@pool/core";
import {
  change,
  countEvens,
  echo,
  Even,
  failWithEven,
  giveTreasure,
  isEven,
  lengths,
  Line,
  look,
  makeEven,
  Point,
  Unregistered,
} from "../tasks/values.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { rejection } from "./rejection.ts";
import { assertSame } from "./same.ts";
import { bytes, liveMoves, moves } from "./values_bytes.ts";
import { refusals } from "./values_refused.ts";
import { roundTrips } from "./values_round_trips.ts";

export function valuesSuite(backend: Backend): void {
  suite("values", backend, (suiteBackend) => {
    roundTrips(suiteBackend);
    ownCopies(suiteBackend);
    bytes(suiteBackend);
    moves(suiteBackend);
    liveMoves(suiteBackend);
    otherRealms(suiteBackend);
    classes(suiteBackend);
    refusals(suiteBackend);
  });
}

function ownCopies({ sharedPool }: SuiteBackend): void {
  const pool = sharedPool(1);

  it("apply() does give each of two calls in one turn an object of its own", async () => {
    const one = { n: 1 };
    const results = await Promise.all([1, 2, 3].map(() => pool().apply(change, [one])));
    assertEquals(results, [1, 1, 1]);
    assertEquals(one, { n: 1 });
  });

  it("map() does give each item of a chunk an object of its own", async () => {
    const one = { n: 1 };
    assertEquals(await pool().map(change, [one, one, one], { chunksize: 3 }), [1, 1, 1]);
    assertEquals(one, { n: 1 });
  });

  it("apply() does give each of two results in one turn an object of its own", async () => {
    const [a, b] = await Promise.all([pool().apply(giveTreasure), pool().apply(giveTreasure)]);
    assert(a !== b && a.list !== b.list);
    assertEquals(b.n, a.n + 1);
  });

  it("map() does give each result of a chunk an object of its own", async () => {
    const give = giveTreasure as (item: number) => { n: number; list: number[] };
    const results = await pool().map(give, [1, 2, 3], { chunksize: 3 });
    assertEquals(new Set(results).size, 3);
    assertEquals(results.map(({ n }) => n - results[0]!.n), [0, 1, 2]);
  });

  it("apply() does give two calls boxed primitives of their own", async () => {
    const boxed: unknown = Object("text");
    const [a, b] = await Promise.all([pool().apply(echo, [boxed]), pool().apply(echo, [boxed])]);
    assert(a !== b && a !== boxed && b !== boxed);
  });

  it("apply() does not see what happens to its arguments after the call", async () => {
    const value = { n: 1, list: [1], bytes: new Uint8Array([1]), map: new Map([[1, { n: 1 }]]) };
    const args: [unknown] = [value];
    const expected = structuredClone(value);
    const pending = pool().apply(echo, args);
    value.n = 2;
    value.list.push(2);
    value.bytes[0] = 2;
    value.map.get(1)!.n = 2;
    args[0] = "another";
    assertSame(await pending, expected);
  });

  it("map() does not see what happens to its items after the call", async () => {
    const items = [{ n: 1 }, { n: 2 }];
    const pending = pool().map(echo, items);
    items[1]!.n = 3;
    items.push({ n: 4 });
    assertEquals(await pending, [{ n: 1 }, { n: 2 }]);
  });

  it("applyAsync() does not see what happens to arguments while calls wait", async () => {
    const value = { n: 0 };
    const results = [1, 2, 3, 4].map((n) => {
      value.n = n;
      return pool().applyAsync(echo, [value]);
    });
    value.n = 9;
    assertEquals(await Promise.all(results), [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
  });
}

function otherRealms({ sharedPool }: SuiteBackend): void {
  const pool = sharedPool(1);

  it("apply() does bring plain values that another realm has made, as Jest's modules have", async () => {
    const value = runInNewContext(
      "({ list: [1, { n: 2 }], map: new Map([[1, 2]]), set: new Set([3]), date: new Date(4) })",
    );
    const back = await pool().apply(echo, [value]) as Record<string, unknown>;
    assertEquals(JSON.stringify(back.list), '[1,{"n":2}]');
    assertEquals([...back.map as Map<number, number>], [[1, 2]]);
    assertEquals([...back.set as Set<number>], [3]);
    assertEquals((back.date as Date).getTime(), 4);
  });
}

function classes({ sharedPool, traits }: SuiteBackend): void {
  const pool = sharedPool(1);

  it("apply() does bring an instance of an unregistered class as a plain object", async () => {
    const back = await pool().apply(echo, [new Unregistered()]);
    assertSame(back, { value: 1 });
    assertEquals((await pool().apply(look, [new Unregistered()])).plain, true);
  });

  it("registerClass() does make instances arrive as themselves, on both sides", async () => {
    const points = [new Point(3, 4), new Point(0, 1)];
    assertEquals(await pool().apply(lengths, [points]), [5, 1]);
    const back = await pool().apply(echo, [{ points, map: new Map([[points[0], points[1]]]) }]);
    const { points: [a, b], map } = back as { points: Point[]; map: Map<Point, Point> };
    assertInstanceOf(a, Point);
    assertEquals([a.length, map.get(a)], [5, b]);
  });

  it("registerClass() does keep instances apart that are apart, and together that are one", async () => {
    const point = new Point(1, 1);
    const [a, b, c] = await pool().apply(echo, [[point, point, new Point(1, 1)]]) as Point[];
    assert(a === b && a !== c);
  });

  it("registerClass() does carry instances inside instances", async () => {
    const line = new Line([new Point(1, 2)], { at: new Date(5), set: new Set([new Point(2, 2)]) });
    const back = await pool().apply(echo, [line]) as Line;
    assertInstanceOf(back, Line);
    assertInstanceOf(back.points[0], Point);
    assertSame(back.label, { at: new Date(5), set: new Set([new Point(2, 2)]) });
  });

  it("registerClass() does refuse an instance that contains itself", async () => {
    const label: Record<string, unknown> = {};
    const line = new Line([], label);
    label.line = line;
    const error = await rejection(pool().apply(echo, [line]));
    assertEquals(error.name, "MaybeEncodingError");
    assertEquals(error.path, "args[0].label.line");
  });

  it("registerClass() does refuse a second class of the same name", () => {
    const Other = { Point: class Point {} }.Point;
    assertThrows(
      () => registerClass(Other, { encode: () => 0, decode: () => new Other() }),
      TypeError,
      "another class has that name",
    );
  });

  it("registerClass() does refuse, without an error class, to do without a codec", () => {
    class Plain {}
    assertThrows(() => registerClass(Plain as never), TypeError, "only error classes");
  });

  it("registerClass() does tell when encode() fails, and where", async () => {
    class Moody {}
    registerClass(Moody, {
      name: "Moody of this test",
      encode: () => {
        throw new Error("not today");
      },
      decode: () => new Moody(),
    });
    const error = await rejection(pool().apply(echo, [{ list: [new Moody()] }]));
    assertEquals([error.name, error.path], ["MaybeEncodingError", "args[0].list[0]"]);
    assertStringIncludes(error.message, "not today");
    assertEquals((error.cause as Error).message, "not today");
  });

  it("registerClass() does refuse the names of errors that are known everywhere", () => {
    for (const name of ["Error", "TypeError", "TimeoutError", "WorkerDiedError"]) {
      const Other = class extends Error {};
      const codec = { name, encode: () => 0, decode: () => new Other() };
      assertThrows(() => registerClass(Other, codec), TypeError, "another class has that name");
    }
  });

  it("registerClass() does refuse what is no class, or no codec", () => {
    const codec = { encode: () => 0, decode: () => new Point(0, 0) };
    for (const bad of [{}, { encode: codec.encode }, { ...codec, decode: 5 }]) {
      assertThrows(() => registerClass(Point, bad as never), TypeError, "encode() and decode()");
    }
    assertThrows(() => registerClass(undefined as never, codec), TypeError, "Cannot register");
    assertThrows(() => registerClass(class extends Error {}), TypeError, "it needs a name");
  });

  it("an instance that cannot be decoded costs its own item of a chunk, and no other try", async () => {
    const results = pool().imap(makeEven, [0, 1, 2], { chunksize: 3 });
    assertEquals((await results.next()).value, new Even(0));
    assertEquals((await rejection(results.next())).message, "1 is odd");
    assertEquals((await results.next()).value, new Even(2));
    const before = await pool().apply(countEvens);
    assertEquals((await rejection(pool().apply(makeEven, [1], { retries: 3 }))).name, "RangeError");
    assertEquals(await pool().apply(countEvens), before + 1);
    const items = [new Even(0), new Even(1), new Even(2)];
    const checks = pool().imap(isEven, items, { chunksize: 3 });
    assertEquals((await checks.next()).value, true);
    assertEquals((await rejection(checks.next())).message, "1 is odd");
    assertEquals((await checks.next()).value, true);
  });

  it("a part of an error that cannot be decoded is told in words", async () => {
    const error = await rejection(pool().apply(failWithEven, [1]));
    assertEquals([error.message, error.at], [
      "disk full",
      "(cannot be read: RangeError: 1 is odd)",
    ]);
    assertEquals((await rejection(pool().apply(failWithEven, [2]))).at, new Even(2));
  });

  if (traits.isolated) {
    it("registerClass() does tell that a class is known on the host only", async () => {
      class HostOnly {}
      registerClass(HostOnly, { encode: () => 1, decode: () => new HostOnly() });
      const error = await rejection(pool().apply(echo, [new HostOnly()]));
      assertEquals(error.name, "TaskLookupError");
      assertStringIncludes(error.message, "Cannot decode class HostOnly");
      assertEquals(await pool().apply(echo, [1]), 1);
    });
  }
}
