import { describe, it } from "node:test";
import process from "node:process";
import { assert, assertEquals } from "@std/assert";
import { exactJson, exactJsonOfEach } from "../../src/protocol/exact_json.ts";
import { randomValues } from "../conformance/random_values.ts";
import { assertSame } from "../conformance/same.ts";

const SEED = Number(process.env.POOL_SEED ?? 20261121);

/** Enough leaves around a value for it to be worth a text. */
function padded(value: unknown): unknown[] {
  return [value, ..."abcdefghijklmnopqrstuvwxyz"];
}

function refuses(value: unknown): void {
  assertEquals(exactJson(padded(value)), undefined);
  assertEquals(exactJson(padded({ deep: [value] })), undefined);
}

describe("exactJson()", () => {
  it("is a copy as structured clone makes one, for whatever it takes", () => {
    let taken = 0;
    for (const value of randomValues(SEED, 20_000)) {
      const all = padded(value);
      const text = exactJson(all);
      if (text === undefined) continue;
      taken++;
      assertSame(JSON.parse(text), structuredClone(all), `value of seed ${SEED}`);
    }
    assert(taken > 500, `took only ${taken}`);
  });

  it("takes what JSON carries exactly: lone surrogates, any key but one, keys in their order", () => {
    const value = { "\ud800": "\udfff", "@pool/core": "mark", 10: 1, 2: true, b: null, "": 1.5 };
    const all = padded(value);
    assertSame(JSON.parse(exactJson(all)!), structuredClone(all));
  });

  it("refuses what JSON would change", () => {
    const shared = { twice: 1 };
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const named = Object.assign([1, 2], { name: "list" });
    const own = JSON.parse('{"__proto__": 1}');
    class Point {
      x = 1;
    }
    const refused = [
      undefined,
      -0,
      NaN,
      Infinity,
      1n,
      Symbol("s"),
      () => 1,
      new Date(0),
      new Map(),
      new Uint8Array(2),
      /re/,
      new Error("e"),
      new Point(),
      Object.create(null),
      [shared, shared],
      cyclic,
      named,
      own,
      { missing: undefined },
      // deno-lint-ignore no-sparse-arrays
      [1, , 3],
      new (class extends Array {})(),
    ];
    for (const value of refused) refuses(value);
  });

  it("leaves small values, large ones and lists of fractions to faster ways", () => {
    assertEquals(exactJson([{ small: 1 }]), undefined);
    assertEquals(exactJson(Array.from({ length: 2000 }, (_, n) => n)), undefined);
    assertEquals(exactJson(Array.from({ length: 60 }, () => ({}))), undefined);
    assertEquals(exactJson(Array.from({ length: 100 }, (_, n) => n + 0.5)), undefined);
  });

  it("refuses all while a library gives arrays or objects a JSON of their own", () => {
    const list = Array.from({ length: 20 }, (_, n) => ({ n }));
    for (const holder of [Array.prototype, Object.prototype]) {
      Object.defineProperty(holder, "toJSON", { configurable: true, value: () => "other" });
      try {
        assertEquals([exactJson(list), exactJsonOfEach(list)], [undefined, undefined]);
      } finally {
        delete (holder as { toJSON?: unknown }).toJSON;
      }
    }
  });

  it("leaves a getter that throws to those who can name it", () => {
    refuses({
      get broken(): never {
        throw new Error("broken");
      },
    });
  });
});

describe("exactJsonOfEach()", () => {
  it("copies each value by itself: an object may stand in several", () => {
    const shared = { twice: [1] };
    const values = [shared, shared, "text", 1, null, { shared }];
    assertSame(JSON.parse(exactJsonOfEach(values)!), values.map((value) => structuredClone(value)));
  });

  it("refuses all where one cannot be exact, or most are fractions", () => {
    const twice = { once: 1 };
    for (const value of [undefined, -0, new Date(0), [twice, twice], 1n, () => 1]) {
      assertEquals(exactJsonOfEach([{ fine: 1 }, value]), undefined);
    }
    assertEquals(exactJsonOfEach([{ x: 0.5 }, { x: 1.5 }, { x: 2.25 }]), undefined);
  });
});
