/** What Value and SharedArray promise. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type CellType, SharedArray, Value } from "@pool/core";
import * as tasks from "../tasks/cells.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";

/** For each type: the lowest and the highest value, and those that are refused. */
const LIMITS: { readonly [T in CellType]: readonly unknown[] } = {
  i8: [-128, 127, -129, 128, 1.5, NaN, Infinity],
  u8: [0, 255, -1, 256, 0.5, NaN],
  i16: [-32_768, 32_767, -32_769, 32_768],
  u16: [0, 65_535, -1, 65_536],
  i32: [-(2 ** 31), 2 ** 31 - 1, -(2 ** 31) - 1, 2 ** 31],
  u32: [0, 2 ** 32 - 1, -1, 2 ** 32],
  i64: [-(2n ** 63n), 2n ** 63n - 1n, -(2n ** 63n) - 1n, 2n ** 63n],
  u64: [0n, 2n ** 64n - 1n, -1n, 2n ** 64n],
  f32: [-3.4028234663852886e38, 3.4028234663852886e38, 3.5e38, -1e300],
  f64: [-Number.MAX_VALUE, Number.MAX_VALUE],
  bool: [false, true],
};
const TYPES = Object.keys(LIMITS) as CellType[];
/** What no cell takes, but some take the one or the other of the first three. */
const KINDS = [1, 1n, true, "1", null, {}];

export function cellsSuite(backend: Backend): void {
  suite("Value and SharedArray", backend, (b) => {
    useTests(b);
    atomicityTests(b);
    lockTests(b);
    if (!b.traits.sharedMemory) return;
    typeTests();
    inputTests();
  });
}

function useTests(b: SuiteBackend): void {
  const pool = b.sharedPool(2);

  it("Value does the same here and in workers, and all see what one does", async () => {
    for (
      const use of [tasks.useValue, (cell: Value<"f64">) => pool().apply(tasks.useValue, [cell])]
    ) {
      const cell = new Value("f64", 1);
      assertEquals(await use(cell), ["f64", 1, 2.5, 1.25, "TypeError", "TypeError"]);
      assertEquals(cell.value, 1.25);
    }
  });

  it("SharedArray does the same here and in workers, and all see what one does", async () => {
    for (
      const use of [
        tasks.useArray,
        (all: SharedArray<"u8">) => pool().apply(tasks.useArray, [all]),
      ]
    ) {
      const all = new SharedArray("u8", [7, 8, 9]);
      assertEquals(
        await use(all),
        ["u8", 3, 7, 255, [7, 255, 9], [255, 9], [255], ...Array(4).fill("RangeError")],
      );
      assertEquals([...all.view], [7, 255, 9]);
    }
  });

  it("what needs shared memory is refused where there is none", async () => {
    const seen = await pool().apply(tasks.withoutMemory, [
      new Value("i32"),
      new SharedArray("i32", 1),
    ]);
    const shared = ["done: 0", "done: 1", "done: 2", "done: 0", "done: 1"];
    assertEquals(seen, b.traits.sharedMemory ? shared : Array(5).fill("InvalidStateError"));
  });
}

function atomicityTests(b: SuiteBackend): void {
  const pool = b.sharedPool(2);

  it("no sum is lost, whatever the type", async () => {
    const times = b.traits.sharedMemory ? 20_000 : 100;
    const task = b.traits.sharedMemory ? tasks.addOftenSync : tasks.addOften;
    for (const [type, addend] of [["u16", 1], ["i64", -3n], ["f32", 0.5], ["f64", 0.25]] as const) {
      const cell = new Value<CellType>(type);
      const calls = [1, 2].map(() =>
        pool().apply(task as typeof tasks.addOften, [cell, addend, times])
      );
      await Promise.all([...calls, tasks.addOften(cell, addend, times)]);
      assertEquals(
        cell.value,
        typeof addend === "bigint" ? addend * BigInt(3 * times) : addend * 3 * times,
      );
    }
  });
}

function lockTests(b: SuiteBackend): void {
  const pool = b.sharedPool(2);

  it("getLock() keeps several steps together", async () => {
    const all = new SharedArray("i32", [1, 2, 3]);
    await Promise.all([1, 2, 3, 4, 5].map(() => pool().apply(tasks.doubleAll, [all])));
    assertEquals(await all.toArray(), [32, 64, 96]);
  });

  it("getLock() is the same object for all who have the value", async () => {
    const cell = new Value("bool", true), lock = cell.getLock();
    assertEquals(cell.getLock(), lock);
    const [same, cellBack, lockBack] = await pool().apply(tasks.sameLock, [cell, lock]);
    assert(same && cellBack === cell && lockBack === lock);
  });
}

function typeTests(): void {
  for (const type of TYPES) {
    const [lowest, highest, ...refused] = LIMITS[type];

    it(`${type} holds what it can, and refuses the rest`, async () => {
      const cell = new Value<CellType>(type), all = new SharedArray<CellType>(type, 2);
      for (const value of [lowest, highest]) {
        cell.value = value as never;
        assertEquals([cell.value, await cell.get()], [value, value]);
        await all.set(1, value as never);
        assertEquals((await all.toArray())[1], value);
        assertEquals(new SharedArray<CellType>(type, [value as never]).length, 1);
      }
      for (const value of refused) {
        assertThrows(() => cell.value = value as never, RangeError, `${type} holds`);
        assertThrows(() => new Value<CellType>(type, value as never), RangeError);
        assertThrows(() => new SharedArray<CellType>(type, [value as never]), RangeError);
        await assertRejects(() => cell.set(value as never), RangeError);
        await assertRejects(() => all.set(1, value as never), RangeError, "element 1");
      }
      for (const value of KINDS.filter((kind) => typeof kind !== typeof lowest)) {
        assertThrows(() => cell.value = value as never, TypeError, `${type} takes a`);
        await assertRejects(() => all.set(0, value as never), TypeError, "element 0");
      }
      assertEquals(cell.value, highest);
    });
  }

  it("sums that the type cannot hold are refused, and change nothing", async () => {
    for (const type of TYPES.filter((type) => type !== "bool" && type !== "f64")) {
      const [lowest, highest] = LIMITS[type];
      const cell = new Value<CellType>(type, highest as never);
      const one = typeof highest === "bigint" ? 1n : type === "f32" ? 1e38 : 1;
      assertThrows(() => cell.addSync(one as never), RangeError, `${type} holds`);
      assertEquals(cell.value, highest);
      cell.value = lowest as never;
      await assertRejects(() => cell.add(-one as never), RangeError);
      assertEquals(cell.value, lowest);
    }
    assertThrows(() => new Value("i32").addSync(0.5), RangeError, "whole numbers");
    assertThrows(() => new Value("bool").addSync(1 as never), TypeError, "true or false");
    assertEquals(new Value("u8", 9).addSync(-9), 0);
  });

  it("floating-point numbers may be no numbers, or infinite", async () => {
    for (const type of ["f32", "f64"] as const) {
      const all = new SharedArray(type, [NaN, Infinity, -Infinity, -0]);
      assertEquals(await all.toArray(), [NaN, Infinity, -Infinity, -0]);
    }
    assertEquals(new Value("f32", 0.1).value, Math.fround(0.1));
  });
}

function inputTests(): void {
  it("types and lengths that do not exist are refused", () => {
    for (const type of ["d", "I32", "", undefined, null, 5, "constructor"]) {
      assertThrows(() => new Value(type as never), TypeError, "Cannot use type");
      assertThrows(() => new SharedArray(type as never, 1), TypeError, "Cannot use type");
    }
    for (const length of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
      assertThrows(() => new SharedArray("i8", length), RangeError);
    }
    for (const values of [null, true, {}, "12", 5n]) {
      assertThrows(() => new SharedArray("i8", values as never), TypeError);
    }
    assertEquals(new SharedArray("f64", 0).length, 0);
    assertEquals(new SharedArray("f64", new Set([1, 2])).length, 2);
  });

  it("indices out of range are refused, in slice() they count as those of arrays", async () => {
    const all = new SharedArray("i16", [0, 1, 2, 3]), plain = [0, 1, 2, 3];
    for (const index of [-1, 4, 0.5, NaN]) {
      await assertRejects(() => all.get(index), RangeError, "there are 4");
      await assertRejects(() => all.set(index, 0), RangeError);
      assertThrows(() => all.addSync(index, 1), RangeError);
    }
    await assertRejects(() => all.get("0" as never), TypeError, "index");
    for (const from of [undefined, -9, -2, 0, 1, 3, 4, 9, Infinity]) {
      for (const to of [undefined, -9, -1, 0, 2, 4, Infinity]) {
        assertEquals(await all.slice(from, to), plain.slice(from, to));
      }
    }
  });

  it("JSON is refused", () => {
    assertThrows(() => JSON.stringify(new Value("i8")), TypeError, "Cannot turn Value");
    assertThrows(() => JSON.stringify([new SharedArray("i8", 1)]), TypeError, "SharedArray");
  });
}
