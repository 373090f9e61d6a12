/** Workers as realms: who takes a number in the table of the living, and gives it back. */
import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import type { Transport, WorkerAdapter, WorkerKind, WorkerSpec } from "../../src/core/backend.ts";
import { Neighbour } from "../../src/core/neighbour.ts";
import { livingRealms } from "../../src/protocol/living_realms.ts";
import { realm } from "../../src/protocol/realm.ts";

const SPEC: WorkerSpec = { workerId: 1, name: "Test-1" };
const EVENTS = { message() {}, exit() {} };

function adapterOf(kind: WorkerKind, spawn: () => Transport): WorkerAdapter {
  return {
    traits: { kind, isolated: true, sharedMemory: kind === "thread", killable: true },
    spawn,
  };
}

function silent(): Transport {
  return { post() {}, terminate() {} };
}

function living(): number {
  return new Int32Array(livingRealms().memory).subarray(1).filter((number) => number !== 0).length;
}

describe("a neighbour", () => {
  it("that is a child process makes no table of realms here", () => {
    assertEquals(new Neighbour(adapterOf("process", silent), SPEC, EVENTS).place?.membership, null);
    assertEquals(realm.membership, null);
  });

  it("that is inline has no place", () => {
    assertEquals(new Neighbour(adapterOf("inline", silent), SPEC, EVENTS).place, undefined);
  });

  it("has a number while it lives", () => {
    const before = living();
    const neighbour = new Neighbour(adapterOf("thread", silent), SPEC, EVENTS);
    assertEquals(living(), before + 1);
    neighbour.end();
    assertEquals(living(), before);
  });

  it("that cannot be started keeps no number", () => {
    const before = living();
    const fail = () => {
      throw new TypeError("no such file");
    };
    assertThrows(
      () => new Neighbour(adapterOf("thread", fail), SPEC, EVENTS),
      TypeError,
      "no such",
    );
    assertEquals(living(), before);
  });
});
