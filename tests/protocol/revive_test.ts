import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { MARK } from "../../src/protocol/encode.ts";
import type { ErrorRecord } from "../../src/protocol/error_record.ts";
import { RemoteError, TaskLookupError, TimeoutError } from "../../src/protocol/errors.ts";
import { revive, reviveOrFault } from "../../src/protocol/revive.ts";

const UNKNOWN = { [MARK]: "class", name: "Nobody knows", data: 1 };

function errorMark(record: Partial<ErrorRecord>): object {
  const whole = { class: "Error", name: "Error", message: "m", stack: "the stack" };
  return { [MARK]: "error", record: { ...whole, properties: {}, hidden: {}, ...record } };
}

describe("revive()", () => {
  it("revive() leaves alone what holds no marks", () => {
    const value = { list: [1, new Date(1)], bytes: new Uint8Array(2), nothing: null };
    assertStrictEquals(revive(value), value);
    assertEquals(revive(5), 5);
  });

  it("revive() finds marks wherever they stand", () => {
    const mark = (): object => errorMark({});
    const value = revive({
      property: mark(),
      list: [mark()],
      map: new Map<unknown, unknown>([[mark(), 1], ["k", mark()]]),
      set: new Set([mark()]),
    }) as { property: Error; list: Error[]; map: Map<unknown, unknown>; set: Set<unknown> };
    const found = [value.property, value.list[0], ...value.map.keys(), value.map.get("k")];
    assertEquals([...found, ...value.set].map((part) => part instanceof Error), [
      true,
      true,
      true,
      false,
      true,
      true,
    ]);
  });

  it("revive() finds marks in what another realm has made, as messages do for Jest's modules", () => {
    const make = runInNewContext("(mark, record) => ({ value: { [mark]: 'error', record } })");
    const record = (errorMark({}) as { readonly record: unknown }).record;
    assertInstanceOf((revive(make(MARK, record)) as { value: unknown }).value, Error);
  });

  it("revive() makes one object of one mark", () => {
    const mark = errorMark({});
    const [a, b] = revive([mark, mark]) as [Error, Error];
    assertStrictEquals(a, b);
  });

  it("revive() makes the library's errors again", () => {
    const error = revive(errorMark({ class: "TimeoutError", name: "TimeoutError" })) as Error;
    assertInstanceOf(error, TimeoutError);
    assertEquals([error.name, error.message, error.stack], ["TimeoutError", "m", "the stack"]);
  });

  it("revive() makes a RemoteError for a class that is unknown here", () => {
    const record = { class: "Elsewhere", name: "Elsewhere", properties: { name: "n", code: 1 } };
    const error = revive(errorMark(record)) as RemoteError & { code: number };
    assertInstanceOf(error, RemoteError);
    assertEquals([error.name, error.remoteName, error.code], ["RemoteError", "Elsewhere", 1]);
  });

  it("revive() trusts no record with the name of something that is no error class", () => {
    for (const name of ["Object", "Function", "toString", "__proto__", "constructor"]) {
      assertInstanceOf(revive(errorMark({ class: name, name })), RemoteError);
    }
  });

  it("revive() throws for a class that is not registered here", () => {
    assertThrows(() => revive([UNKNOWN]), TaskLookupError, "Cannot decode class Nobody knows");
  });

  it("reviveOrFault() gives the reason instead", () => {
    assertInstanceOf(reviveOrFault({ value: UNKNOWN, marked: true }), TaskLookupError);
    assertStrictEquals(reviveOrFault({ value: UNKNOWN, marked: false }), UNKNOWN);
    assertInstanceOf(reviveOrFault({ value: errorMark({}), marked: true }), Error);
  });
});
