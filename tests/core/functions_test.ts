import { describe, it } from "node:test";
import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { Functions, learn } from "../../src/core/functions.ts";
import { task } from "../../src/core/task.ts";
import { known } from "./fake_lanes.ts";

describe("Functions", () => {
  it("get() knows a function again, and byId() finds it", () => {
    const functions = new Functions();
    const double = task("file:///tasks.ts", (x: number) => x * 2, { name: "double" });
    const first = functions.get(double);
    assertEquals(functions.get(double), first);
    assertEquals(functions.byId(first.id), first);
    assertEquals([first.name, first.estimate], ["double", Infinity]);
    assertEquals(functions.byId(first.id + 1), undefined);
  });

  it("get() takes inline functions of the same source for one", () => {
    const functions = new Functions();
    const make = (): (x: number) => number => (x) => x + 1;
    const ids = Array.from({ length: 100 }, () => functions.get(make()).id);
    assertEquals(new Set(ids).size, 1);
    assertNotEquals(functions.get((x: number) => x + 2).id, ids[0]);
  });

  it("get() takes a task for itself, also where an inline function has the same source", () => {
    const functions = new Functions();
    const make = (): (x: number) => number => (x) => x + 1;
    const inline = functions.get(make());
    const marked = functions.get(task("file:///tasks.ts", make(), { name: "next" }));
    assertEquals([inline.reference.kind, marked.reference.kind], ["source", "task"]);
    assertEquals(functions.get(make()), inline);
    assertThrows(() => functions.get(String(make())), TypeError, "is no function");
  });

  it("get() refuses what cannot be sent", () => {
    const functions = new Functions();
    assertThrows(() => functions.get(Math.max), TypeError, "native or bound");
    assertThrows(() => functions.get("code"), TypeError, "is no function");
    assertThrows(() => functions.get(class A {}), TypeError, "class A");
  });
});

describe("learn()", () => {
  it("takes the first measurement as it is, later ones as a part of the mean", () => {
    const fn = known();
    learn(fn, 4, 8);
    assertEquals(fn.estimate, 2);
    learn(fn, 1, 6);
    assertEquals(fn.estimate, 3);
  });

  it("forgets what was long ago", () => {
    const fn = known();
    learn(fn, 1, 1000);
    for (let i = 0; i < 40; i++) learn(fn, 10, 1);
    assertEquals(Math.round(fn.estimate * 10) / 10, 0.1);
  });
});
