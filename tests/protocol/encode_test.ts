import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { define } from "../../src/protocol/define.ts";
import { encode, MARK } from "../../src/protocol/encode.ts";
import { isPrimitive } from "../../src/protocol/primitive.ts";
import { MaybeEncodingError } from "../../src/protocol/errors.ts";
import { registerClass } from "../../src/protocol/register_class.ts";
import { revive } from "../../src/protocol/revive.ts";
import { PARTS, type SharedParts } from "../../src/protocol/shareable.ts";
import { transfer } from "../../src/protocol/transfer.ts";
import { randomValues } from "../conformance/random_values.ts";
import { assertSame } from "../conformance/same.ts";

/** What a value is after its way over a wire. */
function sendAndRevive(value: unknown): unknown {
  const { value: copy, marked, transfer } = encode(value, "value");
  const arrived: unknown = structuredClone(copy, { transfer: transfer ?? [] });
  return marked ? revive(arrived) : arrived;
}

function refusal(value: unknown, options = {}): MaybeEncodingError {
  return assertThrows(() => encode(value, "value", options), MaybeEncodingError);
}

describe("encode()", () => {
  it("isPrimitive() holds for what nobody can change", () => {
    const yes = [undefined, null, 0, "", false, 1n];
    const no = [{}, [], () => {}, Symbol("s"), Object(1)];
    assertEquals([yes.map(isPrimitive), no.map(isPrimitive)], [
      yes.map(() => true),
      no.map(() => false),
    ]);
  });

  it("encode() gives primitives back as they are", () => {
    for (const value of [undefined, null, -0, NaN, "text", 5n, true]) {
      const encoded = encode(value, "value");
      assert(Object.is(encoded.value, value));
      assertEquals([encoded.marked, encoded.transfer], [false, undefined]);
    }
  });

  it("encode() copies the bytes of views of another realm, and shows the same part of them", () => {
    const views: Uint8Array[] = [
      runInNewContext("new Uint8Array([1, 2, 3])"),
      runInNewContext("new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)"),
    ];
    for (const view of views) {
      const { value } = encode(view, "value", { shared: true });
      assertEquals(value.byteLength, view.byteLength);
      assert(value.buffer !== view.buffer);
      encode(view.buffer, "value", { shared: false });
    }
  });

  it("encode() tells what a getter has thrown, whatever it is", () => {
    for (const thrown of [Symbol("odd"), Object.create(null)]) {
      const holder = {
        get bad(): never {
          throw thrown;
        },
      };
      assertEquals(refusal({ holder }).path, "value.holder.bad");
      const error = Object.defineProperty(new RangeError("arrives"), "bad", {
        enumerable: true,
        get: () => holder.bad,
      });
      const back = sendAndRevive(error);
      assert(back instanceof RangeError);
      assertEquals(back.message, "arrives");
    }
  });

  it("encode() marks only what must be revived", () => {
    const plain = [{ a: [1] }, new Map([[1, new Date()]]), new Uint8Array(5)];
    const marked = [new Error("e"), { e: [new Error("e")] }, { [MARK]: 1 }, new Set([new Error()])];
    assertEquals(plain.map((value) => encode(value, "value").marked), [false, false, false]);
    assertEquals(marked.map((value) => encode(value, "value").marked), [true, true, true, true]);
  });

  it("encode() shares no object with what it was given", () => {
    const value = {
      list: [{ n: 1 }],
      map: new Map([[{ k: 1 }, { v: 1 }]]),
      bytes: new Uint8Array(1),
    };
    const { value: copy } = encode(value, "value");
    assertSame(copy, value);
    assert(copy !== value && copy.list !== value.list && copy.list[0] !== value.list[0]);
    assert([...copy.map.keys()][0] !== [...value.map.keys()][0]);
    assert(copy.bytes.buffer !== value.bytes.buffer);
  });

  it("encode() moves its copies of large buffers, and only those", () => {
    const small = new Uint8Array(1024), large = new Uint8Array(64 * 1024);
    const encoded = encode({ small, large, again: large }, "value");
    assertEquals(encoded.transfer, [encoded.value.large.buffer]);
    assertEquals([large.byteLength, encoded.value.large.byteLength], [65_536, 65_536]);
  });

  it("encode() moves what it was told to, of any size", () => {
    const buffer = new Uint8Array([1, 2]).buffer;
    const { port1, port2 } = new MessageChannel();
    const encoded = encode({ buffer, port2 }, "value", { transfer: [buffer, port2] });
    assertEquals(buffer.byteLength, 0);
    assertEquals([...new Uint8Array(encoded.value.buffer)], [1, 2]);
    assertStrictEquals(encoded.value.port2, port2);
    assertEquals(encoded.transfer, [port2]);
    port1.close();
  });

  it("encode() detaches nothing of a value that it refuses", () => {
    const buffer = new ArrayBuffer(8);
    refusal([buffer, { no: () => {} }], { transfer: [buffer] });
    refusal([transfer(buffer), Symbol("no")]);
    assertEquals(buffer.byteLength, 8);
  });

  it("encode() keeps every view of a buffer that it moves", () => {
    const { buffer } = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]);
    const views = [
      new Uint8Array(buffer, 1, 2),
      new DataView(buffer, 4),
      new Uint32Array(buffer),
      new Uint8Array(buffer, 8, 0),
    ] as const;
    const { value } = encode(transfer(views, [buffer]), "value");
    assertEquals(value.map(({ byteOffset, byteLength }) => [byteOffset, byteLength]), [
      [1, 2],
      [4, 4],
      [0, 8],
      [8, 0],
    ]);
    assertEquals(new Set(value.map((view) => view.buffer)).size, 1);
    assertEquals([...value[0]], [1, 2]);
  });

  it("encode() refuses shared memory where there is none", () => {
    const memory = new SharedArrayBuffer(8);
    assertStrictEquals(encode({ memory }, "value").value.memory, memory);
    assertEquals(refusal({ memory }, { shared: false }).path, "value.memory");
    assertEquals(refusal([new Uint8Array(memory)], { shared: false }).path, "value[0]");
  });

  it("encode() begins the path with the name it was given", () => {
    const error = assertThrows(() => encode(() => {}, "items[3]"), MaybeEncodingError);
    assertEquals(error.path, "items[3]");
    assertEquals(error.message, "Cannot send items[3]: a function cannot be sent");
  });

  it("encode() tells the place behind parts that are sound", () => {
    const value = { a: { b: { c: 1 } }, d: [[{ e: 1 }], [2, { f: [() => {}] }]] };
    assertEquals(refusal(value).path, "value.d[1][1].f[0]");
  });

  it("encode() refuses what is nested too deeply with an error of its own", () => {
    let value: unknown = 1;
    for (let i = 0; i < 900; i++) value = [value];
    assertEquals(encode(value, "value").value, value);
    for (let i = 0; i < 1_000_000; i++) value = [value];
    assertEquals(refusal(value).message.endsWith("it is nested too deeply"), true);
    let chain: unknown = null;
    for (let i = 0; i < 1200; i++) chain = { next: chain };
    assertEquals(refusal(chain).message.endsWith("it is nested too deeply"), true);
  });

  it("encode() keeps the named properties of a match at any length", () => {
    const groups = Array.from({ length: 100 }, () => "(a)").join("");
    const match = "a".repeat(100).match(new RegExp(groups))!;
    assertEquals(match.length, 101);
    assertSame(encode(match, "value").value, structuredClone(match));
  });

  it("encode() gives what structured clone carries, and revive() what structured clone gives", () => {
    const seed = Date.now() % 2 ** 31;
    let i = 0;
    for (const value of randomValues(seed, 3000)) {
      assertSame(sendAndRevive(value), structuredClone(value), `randomValues(${seed})[${i++}]`);
    }
  });

  it("encode() is done twice without a difference", () => {
    const value = { [MARK]: "escaped", list: [{ [MARK]: { a: 1 } }], error: new TypeError("e") };
    const twice = sendAndRevive(sendAndRevive(value)) as typeof value;
    assertEquals(twice[MARK], "escaped");
    assertEquals(twice.list, [{ [MARK]: { a: 1 } }]);
    assertEquals([twice.error.constructor, twice.error.message], [TypeError, "e"]);
  });

  it("encode() calls a registered class's encode() once, where nothing is moved", () => {
    let calls = 0;
    class Counted {}
    registerClass(Counted, {
      name: "Counted of encode_test",
      encode: () => ++calls,
      decode: () => new Counted(),
    });
    const one = new Counted();
    const back = sendAndRevive([one, one]) as Counted[];
    assertEquals(calls, 1);
    assert(back[0] instanceof Counted && back[0] === back[1]);
  });

  it("encode() does not remember parts of an error that could not be sent", () => {
    const part = { fine: 1, no: () => {} };
    const inner = { n: 1 };
    const error = Object.assign(new Error("e"), {
      part,
      again: part,
      bad: [inner, () => {}],
      inner,
    });
    const back = sendAndRevive(error) as Error & Record<string, unknown>;
    assertEquals([back.part, back.again, back.bad, back.inner], [
      "an object of class Object",
      "an object of class Object",
      "an object of class Array",
      { n: 1 },
    ]);
  });

  it("encode() sends nothing along of a part of an error that cannot be sent", () => {
    const told: string[] = [];
    class Handle {
      readonly #name: string;

      constructor(name: string) {
        this.#name = name;
      }

      [PARTS](): SharedParts {
        return { kind: "handle", id: this.#name, via: "" };
      }

      left(): void {
        told.push(this.#name);
      }
    }
    const { port1, port2 } = new MessageChannel();
    const error = Object.assign(new Error("e"), {
      sent: [new Handle("sent")],
      kept: [new Handle("kept"), port2, new Uint8Array(64 * 1024), () => {}],
    });
    const encoded = encode(error, "error", { transfer: [port2] });
    assertEquals([told, encoded.transfer], [["sent"], undefined]);
    const large = encode([new Uint8Array(64 * 1024), error], "args", { transfer: [port2] });
    assertEquals(large.transfer?.length, 1);
    port1.close();
  });

  it("encode() keeps a property of an error that is called __proto__", () => {
    const error = new RangeError("e");
    define(error, "__proto__", { n: 1 });
    const back = sendAndRevive(error) as Error;
    assert(back instanceof RangeError);
    assertEquals(Object.getOwnPropertyDescriptor(back, "__proto__")?.value, { n: 1 });
  });
});
