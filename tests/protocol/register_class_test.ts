import { describe, it } from "node:test";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { realm } from "../../src/protocol/realm.ts";
import { registerClass } from "../../src/protocol/register_class.ts";
import { isTransfer, transfer } from "../../src/protocol/transfer.ts";

describe("registerClass()", () => {
  class Twice {}
  const registration = { name: "Twice of this test", encode: () => 1, decode: () => new Twice() };

  it("registerClass() may be called again for the same class", () => {
    registerClass(Twice, registration);
    registerClass(Twice, registration);
    assertStrictEquals(realm.classesByName.get(registration.name)?.prototype, Twice.prototype);
  });

  it("registerClass() refuses another class of that name", () => {
    class Other {}
    assertThrows(
      () => registerClass(Other, { ...registration, decode: () => new Other() }),
      TypeError,
      "give this one a name of its own",
    );
  });

  it("registerClass() takes error classes without a codec, and no others", () => {
    class SomeError extends Error {}
    registerClass(SomeError);
    assertEquals(realm.classesByName.get("SomeError")?.encode, undefined);
    class Plain {}
    assertThrows(() => registerClass(Plain as never), TypeError, "only error classes");
  });
});

describe("transfer()", () => {
  it("transfer() gives a stand-in that says what moves", () => {
    const bytes = new Uint8Array(4);
    const standIn = transfer(bytes) as unknown as { value: unknown; list: unknown[] };
    assertEquals(isTransfer(standIn), true);
    assertStrictEquals(standIn.value, bytes);
    assertEquals(standIn.list, [bytes.buffer]);
    assertEquals(bytes.byteLength, 4);
  });

  it("transfer() refuses what cannot move", () => {
    for (
      const item of [1, "text", null, undefined, new Uint8Array(1), {}, [], Object.create(null)]
    ) {
      assertThrows(() => transfer({}, [item]), TypeError, "Cannot transfer");
    }
  });
});
