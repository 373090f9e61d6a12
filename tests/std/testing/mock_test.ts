import { describe, it } from "node:test";
import { assert, assertEquals, AssertionError, assertRejects, assertThrows } from "@std/assert";
import {
  assertSpyCall,
  assertSpyCallArg,
  assertSpyCallArgs,
  assertSpyCalls,
  MockError,
  resolvesNext,
  returnsNext,
  spy,
  stub,
} from "@std/testing/mock";

class Counter {
  count = 0;
  add(step: number): number {
    return this.count += step;
  }
}

describe("@std/testing/mock", () => {
  it("spy() records arguments, results and errors of a function", () => {
    const half = spy((value: number) => {
      if (value % 2) throw new RangeError("odd");
      return value / 2;
    });
    assertEquals(half(4), 2);
    assertThrows(() => half(3), RangeError);
    assertSpyCalls(half, 2);
    assertSpyCall(half, 0, { args: [4], returned: 2 });
    assertSpyCall(half, 1, { args: [3], error: { Class: RangeError, msgIncludes: "odd" } });
    assertSpyCallArgs(half, 0, [4]);
    assertSpyCallArg(half, 1, 0, 3);
    assertThrows(() => assertSpyCalls(half, 3), AssertionError);
    assertThrows(() => assertSpyCallArgs(half, 0, [5]), AssertionError);
    assertThrows(() => assertSpyCall(half, 9), AssertionError);
  });

  it("spy() without a function does nothing", () => {
    const nothing = spy();
    assertEquals(nothing(1, 2), undefined);
    assertSpyCall(nothing, 0, { args: [1, 2] });
  });

  it("spy() on a method calls it, and restore() takes the spy away", () => {
    const counter = new Counter();
    {
      using add = spy(counter, "add");
      assertEquals(counter.add(2), 2);
      assertSpyCall(add, 0, { args: [2], returned: 2, self: counter });
      assert(!add.restored);
    }
    counter.add(1);
    assertEquals(counter.count, 3);
    assertEquals(Object.hasOwn(counter, "add"), false);
  });

  it("stub() replaces a method until it is restored", () => {
    const counter = new Counter();
    const add = stub(counter, "add", () => 42);
    assertEquals(counter.add(1), 42);
    assertEquals(counter.count, 0);
    assertThrows(() => stub(counter, "add"), MockError);
    add.restore();
    assertEquals(counter.add(1), 1);
    assertSpyCalls(add, 1);
  });

  it("returnsNext() and resolvesNext() give one value a call", async () => {
    const next = returnsNext([1, new RangeError("second")]);
    assertEquals(next(), 1);
    assertThrows(() => next(), RangeError, "second");
    assertThrows(() => next(), MockError);
    const later = resolvesNext<number>([1, Promise.resolve(2), new RangeError("third")]);
    assertEquals([await later(), await later()], [1, 2]);
    await assertRejects(() => later(), RangeError, "third");
  });
});
