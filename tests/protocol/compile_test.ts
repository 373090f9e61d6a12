import { describe, it } from "node:test";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { compile } from "../../src/protocol/compile.ts";
import { hashSource } from "../../src/protocol/hash.ts";
import { realm } from "../../src/protocol/realm.ts";

describe("compile()", () => {
  const SOURCES: Record<string, unknown> = {
    "(x) => x + 1": 3,
    "x => { return x + 1; } // and why": 3,
    "function (x) { return x + 1; }": 3,
    "function named(x) { return x > 5 ? x : named(x + 2); }": 6,
    "short(x) { return x + 1; }": 3,
    '"in quotes"(x) { return x + 1; }': 3,
    "if(x) { return x + 1; }": 3,
    "[Symbol.iterator](x) { return x + 1; }": 3,
    "5(x) { return x + 1; }": 3,
    "(x) => (__name((y) => y * 2, 'inner'))(x)": 4,
  };
  for (const [source, result] of Object.entries(SOURCES)) {
    it(`compile() makes a function of ${source}`, () => {
      assertEquals(compile(source)(2), result);
    });
  }

  const FAULTY = [
    "() => import.meta.url",
    "readHidden() { return this.#hidden; }",
    "not a function",
    "",
    "(x) => {",
    "[unknownKey](x) { return x; }",
  ];
  for (const source of FAULTY) {
    it(`compile() throws a SyntaxError for ${source || "nothing"}`, () => {
      assertThrows(() => compile(source), SyntaxError);
    });
  }

  it("compile() sees nothing of the module that it stands in", () => {
    assertEquals(compile("() => typeof realm")(), "undefined");
    assertThrows(() => compile("() => compile")(), ReferenceError);
  });

  it("compile() lets no function change the globals by mistake", () => {
    assertThrows(() => compile("() => { undeclared = 1; }")(), ReferenceError);
  });
});

describe("realm", () => {
  it("hashSource() tells sources apart, and gives the same number for the same", () => {
    const sources = Array.from({ length: 20_000 }, (_, i) => `(x) => x + ${i}`);
    assertEquals(new Set(sources.map(hashSource)).size, sources.length);
    assertEquals(hashSource(sources[7]!), hashSource(`(x) => x + ${7}`));
    assertEquals(sources.map(hashSource).every(Number.isSafeInteger), true);
  });

  it("realm is one for all copies of the library", () => {
    const key = Symbol.for("@pool/core realm v1");
    assertStrictEquals((globalThis as unknown as Record<symbol, unknown>)[key], realm);
  });
});
