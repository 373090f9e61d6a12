import { describe, it } from "node:test";
import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotInstanceOf,
  assertNotMatch,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
  unreachable,
} from "@std/assert";

const refused = (fn: () => unknown) => assertThrows(fn, AssertionError);

describe("@std/assert", () => {
  it("assert() and assertFalse() look at truth", () => {
    assert(1);
    assertFalse(0);
    refused(() => assert("", "empty"));
    refused(() => assertFalse("x"));
  });

  it("assertEquals() compares deeply and by kind", () => {
    assertEquals({ a: [1, new Map([["k", new Set([NaN])]])] }, {
      a: [1, new Map([["k", new Set([NaN])]])],
    });
    assertEquals(new Uint8Array([1, 2]), new Uint8Array([1, 2]));
    assertNotEquals<unknown>([1], [2]);
    refused(() => assertEquals<unknown>({ a: 1 }, { a: "1" }));
    refused(() => assertEquals<unknown>({ a: 1, b: undefined }, { a: 1 }));
    refused(() => assertEquals(new Date(1), new Date(2)));
    refused(() => assertNotEquals({ a: 1 }, { a: 1 }));
    assert(equal([1], [1]));
  });

  it("assertStrictEquals() compares identity", () => {
    const value = {};
    assertStrictEquals(value, value);
    assertStrictEquals(NaN, NaN);
    assertNotStrictEquals({}, {});
    refused(() => assertStrictEquals({}, {}));
    refused(() => assertNotStrictEquals(value, value));
  });

  it("the message given is part of the error's", () => {
    assertThrows(() => assertEquals(1, 2, "my words"), AssertionError, "my words");
    assertThrows(() => fail("my words"), AssertionError, "my words");
    assertThrows(() => unreachable("my words"), AssertionError, "my words");
  });

  it("assertThrows() returns the error and checks class and text", () => {
    const error = assertThrows(
      () => {
        throw new TypeError("wrong type");
      },
      TypeError,
      "type",
    );
    assertEquals(error.message, "wrong type");
    refused(() => assertThrows(() => 1));
    refused(() =>
      assertThrows(() => {
        throw new Error("x");
      }, RangeError)
    );
    refused(() =>
      assertThrows(
        () => {
          throw new Error("x");
        },
        Error,
        "y",
      )
    );
  });

  it("assertRejects() returns the error and refuses what does not reject", async () => {
    const error = await assertRejects(() => Promise.reject(new RangeError("far")), RangeError);
    assertEquals(error.message, "far");
    assertEquals(await assertRejects(() => Promise.reject(7)), 7);
    await assertRejects(() => assertRejects(() => Promise.resolve(1)), AssertionError);
    await assertRejects(
      () =>
        assertRejects(() => {
          throw new Error("synchronous");
        }),
      AssertionError,
    );
    await assertRejects(
      () => assertRejects(() => Promise.reject(new Error("x")), TypeError),
      AssertionError,
    );
  });

  it("assertInstanceOf() and assertIsError() look at the class", () => {
    assertInstanceOf(new TypeError("x"), Error);
    assertNotInstanceOf(new Error("x"), TypeError);
    assertIsError(new TypeError("my text"), TypeError, "text");
    assertIsError(new TypeError("my text"), TypeError, /^my/);
    refused(() => assertInstanceOf({}, Error));
    refused(() => assertNotInstanceOf(new TypeError("x"), Error));
    refused(() => assertIsError("no error"));
  });

  it("strings, numbers and nothing", () => {
    assertMatch("abc", /b/);
    assertNotMatch("abc", /x/);
    assertStringIncludes("abc", "bc");
    assertExists(0);
    assertAlmostEquals(1.05, 1, 0.1);
    assertGreater(2, 1);
    assertGreaterOrEqual(2, 2);
    assertLess(1, 2);
    assertLessOrEqual(2, 2);
    refused(() => assertMatch("abc", /x/));
    refused(() => assertNotMatch("abc", /a/));
    refused(() => assertStringIncludes("abc", "x"));
    refused(() => assertExists(null));
    refused(() => assertAlmostEquals(1.2, 1, 0.1));
    refused(() => assertAlmostEquals(1.2, 1));
    refused(() => assertGreater(1, 1));
    refused(() => assertGreaterOrEqual(1, 2));
    refused(() => assertLess(1, 1));
    refused(() => assertLessOrEqual(2, 1));
  });

  it("assertArrayIncludes() and assertObjectMatch() look at a part", () => {
    assertArrayIncludes([1, { a: 2 }, 3], [{ a: 2 }]);
    assertObjectMatch({ a: 1, b: { c: [1, 2], d: 3 } }, { b: { c: [1, 2] } });
    refused(() => assertArrayIncludes([1], [2]));
    refused(() => assertObjectMatch({ a: 1 }, { a: 2 }));
    refused(() => assertObjectMatch({ a: 1 }, { b: undefined }));
  });
});
