/** Dicts, lists and namespaces as one client sees them; Python's tests of its managers are the guide. */
import { describe } from "node:test";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  type DictKey,
  Event,
  InvalidStateError,
  JoinableQueue,
  type ListProxy,
  Lock,
  Manager,
  type ManagerOptions,
  MaybeEncodingError,
  ProcessError,
  Queue,
  registerClass,
  RLock,
  Semaphore,
  SharedArray,
  Value,
} from "@pool/core";
import { it } from "./bounded.ts";
import { rejection } from "./rejection.ts";

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}
registerClass(Point, { encode: (point) => point.x, decode: (x: number) => new Point(x) });

class OddError extends Error {
  override name = "OddError";
}
registerClass(OddError);

/** So much goes into no slot. */
const LARGE = "large ".repeat(5000);

export function managerObjectsSuite(backend: NonNullable<ManagerOptions["backend"]>): void {
  describe(`Manager on backend ${backend}`, () => {
    /** A manager to which this realm has found its shortest way. */
    async function start(): Promise<Manager> {
      const manager = await Manager.start({ backend });
      const dict = await manager.dict<string, number>();
      for (let i = 0; i < 20; i++) await dict.set("warm", i);
      return manager;
    }

    it("dict() is what Python's is", async () => {
      await using manager = await start();
      const dict = await manager.dict<DictKey, unknown>([["a", 1], [2, "two"]]);
      await dict.set(null, undefined);
      await dict.set(3n, { deep: [1, { x: undefined }] });
      assertEquals(await dict.get("a"), 1);
      assertEquals(await dict.get("2"), undefined);
      assertEquals(await dict.get("2", "none"), "none");
      assertEquals(await dict.get(null, "none"), undefined);
      assertEquals([await dict.has(null), await dict.has(false)], [true, false]);
      assertEquals(await dict.size(), 4);
      assertEquals(await dict.keys(), ["a", 2, null, 3n]);
      assertEquals(await dict.values(), [1, "two", undefined, { deep: [1, { x: undefined }] }]);
      assertEquals([await dict.delete(2), await dict.delete(2)], [true, false]);
      assertEquals([await dict.pop("a"), await dict.pop("a", 7)], [1, 7]);
      assertEquals(await dict.pop(null), undefined);
      assertMatch((await rejection(dict.pop("a"))).message, /Cannot pop "a" of dict/);
      assertInstanceOf(await rejection(dict.pop(null)), RangeError);
      assertEquals(await dict.setDefault("list", []), []);
      assertEquals(await dict.setDefault("list", 5), []);
      await dict.update(new Map<DictKey, unknown>([[true, "yes"], ["list", LARGE]]));
      assertEquals((await dict.entries()).length, 3);
      const seen: unknown[] = [];
      for await (const [key, value] of dict) seen.push(key, String(value).length);
      assertEquals(seen, [3n, 15, "list", LARGE.length, true, 3]);
      await dict.clear();
      assertEquals(await dict.entries(), []);
    });

    it("dict() and update() take maps, pairs and objects", async () => {
      await using manager = await start();
      for (const init of [{ a: 1, b: 2 }, [["a", 1], ["b", 2]], new Map([["a", 1], ["b", 2]])]) {
        const dict = await manager.dict<string, number>(init as { a: number });
        assertEquals(await dict.entries(), [["a", 1], ["b", 2]]);
        await dict.clear();
        await dict.update(init as { a: number });
        assertEquals(await dict.size(), 2);
      }
    });

    it("list() is what Python's is, with negative indices", async () => {
      await using manager = await start();
      const list = await manager.list([3, 1, 2]);
      await list.append(5);
      await list.extend(new Set([7, 8]));
      assertEquals([await list.get(0), await list.get(-1), await list.length()], [3, 8, 6]);
      await list.set(-1, 9);
      await list.insert(0, 0);
      await list.insert(-1, 4);
      await list.insert(100, 100);
      await list.insert(-100, -1);
      assertEquals(await list.toArray(), [-1, 0, 3, 1, 2, 5, 7, 4, 9, 100]);
      assertEquals([await list.pop(), await list.pop(0), await list.pop(-2)], [100, -1, 4]);
      await list.remove(5);
      assertEquals(await list.index(7), 4);
      await list.sort();
      assertEquals(await list.toArray(), [0, 1, 2, 3, 7, 9]);
      await list.sort({ reverse: true });
      await list.reverse();
      assertEquals(await list.slice(1, -1), [1, 2, 3, 7]);
      assertEquals(await list.slice(-2), [7, 9]);
      const seen: number[] = [];
      for await (const item of list) seen.push(item);
      assertEquals(seen, await list.slice());
    });

    it("list() finds values by what they hold, and sorts numbers or strings alone", async () => {
      await using manager = await start();
      const inner = await manager.list();
      const cycle: unknown[] = [];
      cycle.push(cycle);
      const values = [
        { a: [1, { b: null }] },
        new Date(5),
        new Map([["k", new Set([1, "x"])]]),
        new Uint8Array([1, 2]),
        NaN,
        inner,
        new Point(4),
        cycle,
        LARGE,
        { length: { cm: 1 } },
        new Set([["x"], ["y"]]),
        new Map([[{ a: 1 }, [1]]]),
        new Uint8Array([3, 4]).buffer,
      ];
      const list = await manager.list<unknown>(values);
      for (const [i, value] of values.entries()) assertEquals(await list.index(value), i);
      for (
        const other of [
          { a: [1, { b: undefined }] },
          new Date(6),
          new Uint8Array([1]),
          [1],
          null,
          { length: { cm: 2 } },
          new Set([["x"], ["z"]]),
          new Map([[{ a: 1 }, [2]]]),
          new Uint8Array([3, 5]).buffer,
        ]
      ) {
        assertInstanceOf(await rejection(list.index(other)), RangeError);
      }
      for (const value of values) await list.remove(value);
      assertEquals(await list.length(), 0);
      const words = await manager.list(["b", "a", "ä", "B"]);
      await words.sort();
      assertEquals(await words.toArray(), ["B", "a", "b", "ä"]);
      const mixed = await manager.list<unknown>([2, "a", 1]);
      assertInstanceOf(await rejection(mixed.sort()), TypeError);
      assertEquals(await mixed.toArray(), [2, "a", 1]);
      const numbers = await manager.list<number | bigint>([10, 9n, 1.5]);
      await numbers.sort();
      assertEquals(await numbers.toArray(), [1.5, 9n, 10]);
    });

    it("namespace() has typed names", async () => {
      await using manager = await start();
      const names = await manager.namespace({ host: "h", port: 80 });
      await names.set("port", 8080);
      const port: number | undefined = await names.get("port");
      assertEquals([port, await names.get("host")], [8080, "h"]);
      assertEquals([await names.delete("host"), await names.delete("host")], [true, false]);
      assertEquals(await names.get("host"), undefined);
      const open = await manager.namespace();
      await open.set("constructor", 1);
      assertEquals([await open.get("constructor"), await open.get("toString")], [1, undefined]);
    });

    it("locks, queues and their like are what their classes make", async () => {
      const manager = await start();
      const lock = await manager.rlock();
      const made = [
        [await manager.lock(), Lock],
        [lock, RLock],
        [await manager.semaphore(2), Semaphore],
        [await manager.boundedSemaphore(2), BoundedSemaphore],
        [await manager.condition(lock), Condition],
        [await manager.event(), Event],
        [await manager.barrier(1, { action: () => {} }), Barrier],
        [await manager.queue({ maxsize: 1 }), Queue],
        [await manager.joinableQueue(), JoinableQueue],
        [await manager.value("i32", 5), Value],
        [await manager.array("u8", [1, 2]), SharedArray],
      ] as const;
      const all = await manager.list<unknown>(made.map(([one]) => one));
      for (const [i, [one, Class]] of made.entries()) {
        assertInstanceOf(one, Class);
        assert(await all.get(i) === one, Class.name);
      }
      assertEquals(await (await all.get(9) as Value<"i32">).get(), 5);
      assertEquals(await (await all.get(2) as Semaphore).getValue(), 2);
      assertInstanceOf(await rejection(manager.barrier(0)), RangeError);
      assertInstanceOf(await rejection(manager.value("i7" as "i8")), TypeError);
      await manager.shutdown();
      assertInstanceOf(await rejection(manager.queue()), InvalidStateError);
      await using _held = await lock.acquire();
    });

    it("values are copied, also those inside others", async () => {
      await using manager = await start();
      for (const filler of ["", LARGE]) {
        const value = { list: [1], filler };
        const dict = await manager.dict<string, typeof value>({ given: value });
        await dict.set("value", value);
        value.list.push(2);
        const got = (await dict.get("value"))!;
        got.list.push(3);
        assertEquals((await dict.get("value"))?.list, [1]);
        assertEquals((await dict.get("given"))?.list, [1]);
        (await dict.entries())[0]![1].list.push(4);
        assertEquals((await dict.setDefault("given", value)).list, [1]);
      }
    });

    it("a value whose getter calls stays whole, and so does that call", async () => {
      await using manager = await start();
      const dict = await manager.dict<string, unknown>();
      let inner: Promise<void> | undefined;
      const value = {
        get first() {
          inner ??= dict.set("inner", "inner ".repeat(10));
          return 1;
        },
        second: "outer",
        third: [1, 2, 3],
      };
      await dict.set("outer", value);
      await inner;
      assertEquals(await dict.get("outer"), { first: 1, second: "outer", third: [1, 2, 3] });
      assertEquals(await dict.get("inner"), "inner ".repeat(10));
    });

    it("proxies and locks inside values stay what they are", async () => {
      await using manager = await start();
      const inner = await manager.list<unknown>(), lock = await manager.lock();
      const outer = await manager.dict<string, { at: unknown[] }>({ k: { at: [inner, lock] } });
      await inner.append("live");
      const got = (await outer.get("k"))!.at as [ListProxy, typeof lock];
      assert(got[0] === inner && got[1] === lock);
      assertEquals(await got[0].toArray(), ["live"]);
      await inner.append(outer);
      assert(await inner.get(1) === outer);
      assert((await outer.pop("k")).at[0] === inner);
      assertEquals(await inner.length(), 2);
    });

    it("values keep classes that the manager does not know, and errors", async () => {
      await using manager = await start();
      const inner = await manager.list();
      const dict = await manager.dict<string, unknown>();
      await dict.set("point", [new Point(3)]);
      await dict.set("odd", new OddError("odd", { cause: { point: new Point(4), inner } }));
      await dict.set("look-alike", { "@pool/core": "class", name: "Point" });
      const [point] = await dict.get("point") as Point[];
      assertInstanceOf(point, Point);
      assertEquals(point.x, 3);
      const odd = await dict.get("odd") as OddError & { cause: { point: Point; inner: unknown } };
      assertInstanceOf(odd, OddError);
      assertInstanceOf(odd.cause.point, Point);
      assert(odd.cause.inner === inner);
      assertEquals(await dict.get("look-alike"), { "@pool/core": "class", name: "Point" });
    });

    it("calls of one client run in their order, whatever their size", async () => {
      await using manager = await start();
      const list = await manager.list<string>();
      const seen: Promise<string>[] = [], expected: string[] = [];
      for (let i = 0; i < 300; i++) {
        const value = i % 7 === 0 ? `${i} ${LARGE}` : `${i}`;
        void list.append(value);
        seen.push(list.get(-1));
        expected.push(value);
        if (i % 11 === 0) await seen.at(-1);
      }
      assertEquals(await Promise.all(seen), expected);
      assertEquals(await list.length(), 300);
    });

    it("bad input is refused at the call that brings it", async () => {
      await using manager = await start();
      const dict = await manager.dict<DictKey, unknown>(), list = await manager.list([1]);
      const names = await manager.namespace();
      const wrong: [() => Promise<unknown>, new () => Error, RegExp][] = [
        [() => dict.get({} as never), TypeError, /a key must be .*, not an object/],
        [() => dict.set(undefined as never, 1), TypeError, /a key must be/],
        [() => dict.has(Symbol("s") as never), TypeError, /a key must be/],
        [() => dict.update([[{}, 1]] as never), TypeError, /a key must be/],
        [() => dict.update("ab" as never), TypeError, /expected a Map/],
        [() => dict.update([["a"]] as never), TypeError, /no pair/],
        [() => dict.update(dict as never), TypeError, /expected a Map/],
        [() => dict.update(undefined as never), TypeError, /expected a Map/],
        [() => dict.set("f", () => 1), MaybeEncodingError, /Cannot send args\[1\]: a function/],
        [() => list.get(1.5), TypeError, /whole number/],
        [() => list.get("0" as never), TypeError, /whole number/],
        [() => list.get(1), RangeError, /Cannot get item 1 of list: it has 1/],
        [() => list.set(-2, 1), RangeError, /Cannot set item -2/],
        [() => list.pop(5), RangeError, /Cannot pop item 5/],
        [() => list.extend("ab" as never), TypeError, /expected an array/],
        [() => list.sort({ reverse: 1 } as never), TypeError, /reverse/],
        [() => list.sort({ key: 1 } as never), TypeError, /no option "key"/],
        [() => list.remove(9), RangeError, /not there/],
        [() => names.get(5 as never), TypeError, /Cannot use name/],
        [() => manager.dict(5 as never), TypeError, /expected a Map/],
        [() => manager.list(5 as never), TypeError, /expected an array/],
        [() => manager.dict({ f: () => 1 }), MaybeEncodingError, /Cannot send args\[0\]/],
        [() => manager.semaphore(-1), RangeError, /./],
        [() => dict.set("m", manager), MaybeEncodingError, /a Manager cannot be sent/],
      ];
      for (const [call, kind, words] of wrong) {
        const error = await rejection(call());
        assertInstanceOf(error, kind, String(call));
        assertMatch(error.message, words);
      }
      assertEquals(await dict.size(), 0);
      assertEquals(await list.toArray(), [1]);
      for (const one of [manager, dict, list, names]) {
        assertThrows(() => JSON.stringify(one), TypeError);
      }
    });

    it("two objects are two, and two managers too", async () => {
      await using manager = await start();
      await using other = new Manager({ backend, name: "Ada" });
      const [a, b, c] = [await manager.dict(), await manager.dict(), await other.dict()];
      assertNotStrictEquals(a, b);
      await a.set("k", 1);
      assertEquals([await b.size(), await c.size()], [0, 0]);
      await c.set("a", a);
      assert(await c.get("a") === a);
      assertEquals(other.name, "Ada");
    });

    it("shutdown() ends it; calls reject from then on", async () => {
      const manager = await start();
      const dict = await manager.dict<string, number>();
      const last = dict.set("k", 1);
      await Promise.all([manager.shutdown(), manager.shutdown()]);
      assertEquals(await last, undefined);
      for (const call of [() => dict.get("k"), () => dict.set("k", 1), () => dict.set("k", NaN)]) {
        const error = await rejection(call());
        assert(error instanceof ProcessError || error instanceof InvalidStateError, String(error));
      }
      assertInstanceOf(await rejection(manager.dict()), InvalidStateError);
      await manager.shutdown();
      const unused = new Manager({ backend });
      await unused.shutdown();
      assertInstanceOf(await rejection(unused.list()), InvalidStateError);
    });
  });
}
