import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { Lock, MaybeEncodingError, registerClass } from "@pool/core";
import { type Message, Packer } from "../../src/multiprocessing/sharing/packer.ts";
import { randomValues } from "../conformance/random_values.ts";
import { assertSame } from "../conformance/same.ts";

/** To bytes that share nothing with the value, and back by another packer. */
function roundTrip(value: unknown, kept = false): unknown {
  const sender = new Packer(), receiver = new Packer();
  const packed = sender.pack(value, "item");
  const message: Message = kept ? sender.keep() : packed;
  const { head, headLength, rest, length } = message;
  receiver.head.set(head.subarray(0, headLength));
  const behind = new Uint8Array(length - headLength);
  let at = 0;
  for (const part of rest) {
    behind.set(part, at);
    at += part.length;
  }
  assertEquals(at + headLength, length, "the length is told as it is");
  return receiver.unpack(headLength, behind.length > 0 ? behind : undefined);
}

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}

describe("Packer", () => {
  it("pack() and unpack() give back what structured clone gives back, for 5,000 random values", () => {
    let i = 0;
    for (const value of randomValues(20261201, 5_000)) {
      assertSame(roundTrip(value, i % 2 === 0), structuredClone(value), `value ${i++}`);
    }
  });

  it("texts, objects, bytes and bigints of all sizes come back", () => {
    const values: unknown[] = [2n ** 70n, -(2n ** 64n)];
    for (const length of [0, 1, 11, 12, 255, 256, 65_534, 65_535, 65_536, 70_000, 1_000_000]) {
      values.push("x".repeat(length), "é".repeat(length), "日".repeat(length));
      values.push({ text: "x".repeat(length) }, { text: "日".repeat(length) });
      values.push(Array.from({ length }, (_, i) => i), new Map([[1, "y".repeat(length)]]));
      values.push({
        bytes: new Uint8Array(length).fill(7),
        more: new Float64Array(length).fill(0.5),
      });
    }
    values.push(Array.from({ length: 40 }, (_, i) => `text ${i}`));
    values.push(Array.from({ length: 40 }, (_, i) => `日本 ${i} \ud800`));
    values.forEach((value, i) => assertSame(roundTrip(value), structuredClone(value), `${i}`));
  });

  it("buffers and views come back with their type and bytes, Buffers as bytes", () => {
    for (const length of [0, 8, 256, 65_536]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i);
      const { buffer } = bytes;
      const types = [
        Uint8Array,
        Int8Array,
        Uint8ClampedArray,
        Uint16Array,
        Int16Array,
        Uint32Array,
      ];
      const more = [
        Int32Array,
        Float32Array,
        Float64Array,
        BigInt64Array,
        BigUint64Array,
        DataView,
      ];
      for (const type of [...types, ...more]) {
        const view = new (type as typeof Uint8Array)(buffer);
        const copy = roundTrip(view) as Uint8Array;
        assertSame(copy, view);
        assert(copy.buffer !== buffer && copy.buffer.byteLength === length);
      }
      assertSame(roundTrip(buffer), buffer);
      assertSame(roundTrip(Buffer.from(bytes)), bytes);
      assertSame(roundTrip(bytes.subarray(length / 4)), bytes.slice(length / 4));
    }
  });

  it("keep() has copied what the caller may change", () => {
    const packer = new Packer();
    const bytes = new Uint8Array(1000).fill(1);
    packer.pack(bytes, "item");
    const kept = packer.keep();
    bytes.fill(2);
    packer.pack("something else", "item");
    packer.head.set(kept.head);
    const behind = kept.rest[0] as Uint8Array<ArrayBuffer>;
    assertSame(packer.unpack(kept.headLength, behind), new Uint8Array(1000).fill(1));
  });

  it("errors, registered classes and shared things arrive as themselves", () => {
    registerClass(Point, { encode: (point) => point.x, decode: (x: number) => new Point(x) });
    const error = Object.assign(new RangeError("too far"), { code: 5 });
    const lock = new Lock();
    const copy = roundTrip({ error, point: new Point(4), lock, lists: [[lock]] }) as {
      error: RangeError & { code: number };
      point: Point;
      lock: Lock;
      lists: Lock[][];
    };
    assertInstanceOf(copy.error, RangeError);
    assertEquals([copy.error.message, copy.error.code], ["too far", 5]);
    assertInstanceOf(copy.point, Point);
    assertEquals(copy.point.x, 4);
    assert(copy.lock === lock && copy.lists[0]![0] === lock);
  });

  it("pack() refuses what cannot be sent, with its path, and works on", () => {
    const packer = new Packer();
    const detached = new Uint8Array(8);
    structuredClone(detached, { transfer: [detached.buffer] });
    const throws = {
      get name() {
        throw new Error("no name");
      },
    };
    const refused: [unknown, string][] = [
      [{ list: [1, { save() {} }] }, "item.list[1].save"],
      [() => {}, "item"],
      [Symbol("s"), "item"],
      [new SharedArrayBuffer(8), "item"],
      [new Uint8Array(new SharedArrayBuffer(800)), "item"],
      [detached, "item"],
      [throws, "item.name"],
      [{ port: new MessageChannel().port1 }, "item.port"],
    ];
    for (const [value, path] of refused) {
      const fault = assertThrows(() => packer.pack(value, "item"), MaybeEncodingError);
      assertEquals(fault.path, path);
    }
    assertSame(roundTrip({ a: 1 }), { a: 1 });
  });

  it("a value whose getter packs another one stays whole", () => {
    const packer = new Packer();
    const value = {
      first: "x".repeat(50),
      get second() {
        packer.pack("y".repeat(200), "item");
        return "z".repeat(50);
      },
    };
    packer.pack(value, "item");
    assertSame(packer.unpack(packer.headLength, undefined), {
      first: "x".repeat(50),
      second: "z".repeat(50),
    });
  });
});
