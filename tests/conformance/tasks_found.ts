/** Functions that workers find by module and name. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { importTasks, InvalidStateError, PoolError, task, TaskLookupError } from "@pool/core";
import * as defined from "../tasks/defined.ts";
import { hostOnly, otherPlace, otherSource, whatRan } from "../tasks/differs.ts";
import { it } from "./bounded.ts";
import type { SuiteBackend } from "./leaks.ts";
import { rejection } from "./rejection.ts";

const tasksUrl = (name: string): string => import.meta.resolve(`../tasks/${name}.ts`);

export function definitions({ sharedPool, traits }: SuiteBackend): void {
  const pool = sharedPool(1);

  it("task() does return the function itself", () => {
    const fn = (x: number): number => x + 1;
    assertStrictEquals(task(import.meta, fn), fn);
    assertEquals(defined.named(3), "named 3");
  });

  it("task() does let workers find functions with and without names", async () => {
    const { named, unnamed, unnamedToo } = defined;
    const calls = [named, unnamed, unnamedToo, defined.callsOthers];
    assertEquals(await Promise.all(calls.map((fn) => pool().apply(fn, [1]))), [
      "named 1",
      "unnamed 1",
      "unnamed too 1",
      "named 1, defined.ts",
    ]);
  });

  it("task() does tell functions of one name apart", async () => {
    assertEquals(await Promise.all(defined.twins.map((fn) => pool().apply(fn))), [
      "first",
      "second",
    ]);
  });

  it("task() does take a name, and the module as a URL or as text", async () => {
    const { renamed, byUrl, byText } = defined;
    assertEquals(await Promise.all([renamed, byUrl, byText].map((fn) => pool().apply(fn))), [
      "renamed",
      "by URL",
      "by text",
    ]);
  });

  it("task() does show its name in events", async () => {
    const names: string[] = [];
    const stop = pool().events.subscribe((event) => {
      if (event.type === "end") names.push(event.task);
    });
    for (const fn of [defined.named, defined.unnamed]) await pool().apply(fn, [1]);
    await pool().apply(defined.renamed);
    stop();
    assertEquals(names, ["named", "anonymous", "a name of its own"]);
  });

  it("task() does run async functions", async () => {
    assertEquals(await pool().apply(defined.asynchronous, [1]), 2);
  });

  it("task() does import the module once in each worker", async () => {
    const here = defined.next();
    const there = await pool().apply(defined.next);
    assertEquals(there, traits.isolated ? 1 : here + 1);
    assertEquals(await pool().apply(defined.next), there + 1);
  });

  const WRONG: [string, () => unknown, string][] = [
    ["no module", () => task(undefined as never, () => {}), "must be import.meta"],
    ["an object without URL", () => task({} as never, () => {}), "must be import.meta"],
    ["a relative URL", () => task("./tasks.ts", () => {}), "must be import.meta"],
    ["a function in the module's place", () => task((() => {}) as never, () => {}), "must be imp"],
    ["no function", () => task(import.meta, undefined as never), "undefined is no function"],
    ["text as function", () => task(import.meta, "x => x" as never), '"x => x" is no function'],
    ["a number as name", () => task(import.meta, () => {}, { name: 1 as never }), "be a string"],
    [
      "options that are none",
      () => task(import.meta, () => {}, null as never),
      "must be an object",
    ],
  ];
  for (const [what, call, message] of WRONG) {
    it(`task() does refuse ${what}`, () => {
      assertThrows(call, TypeError, message);
    });
  }
}

export function lookUps({ sharedPool, traits }: SuiteBackend): void {
  const pool = sharedPool(1);

  if (!traits.isolated) {
    it("apply() does run the host's own functions where nothing isolates", async () => {
      assertEquals(await pool().apply(otherSource), "the host's");
      assertEquals(await pool().apply(defined.defineLate()), "late");
    });
    return;
  }

  it("apply() does refuse a task whose source differs in the worker", async () => {
    const error = await rejection(pool().apply(otherSource));
    assertInstanceOf(error, TaskLookupError);
    assertMatch(error.message, /^Cannot run task "otherSource".*\/differs\.ts: .*another function/);
  });

  it("apply() does refuse an unnamed task that stands elsewhere in the worker", async () => {
    const error = await rejection(pool().apply(otherPlace));
    assertInstanceOf(error, TaskLookupError);
    assertMatch(error.message, /^Cannot run unnamed task .*\/differs\.ts: .*give them names/);
  });

  it("apply() does refuse a task that is defined on the host only", async () => {
    const error = await rejection(pool().apply(hostOnly));
    assertInstanceOf(error, TaskLookupError);
    assertMatch(error.message, /^Cannot find task "hostOnly".*\/differs\.ts: .*not under a condit/);
  });

  it("apply() does refuse a task that was defined after the import", async () => {
    const error = await rejection(pool().apply(defined.defineLate()));
    assertInstanceOf(error, TaskLookupError);
    assertMatch(error.message, /task "late".*\/defined\.ts: .*inside a function/);
  });

  it("map() does refuse such a task, too, and runs nothing in its place", async () => {
    const error = await rejection(pool().map(otherSource as (n: number) => string, [1, 2, 3]));
    assertInstanceOf(error, TaskLookupError);
    assertEquals(await pool().apply(whatRan), "nothing");
    assertEquals(pool().stats().workers.spawned, 1);
  });
}

export function importedTasks({ sharedPool, traits }: SuiteBackend): void {
  const pool = sharedPool(1);
  type Module = typeof import("../tasks/imported.ts");
  const imported = importTasks<Module>(tasksUrl("imported"));

  it("importTasks() does name functions that only workers load", async () => {
    assertEquals(await pool().apply(imported.double, [4]), 8);
    assertEquals(await pool().map(imported.double, [1, 2, 3]), [2, 4, 6]);
    assertEquals(await pool().apply(imported.arrow, ["a", "b"]), "a b");
    assertEquals(await pool().apply(imported.later, [1]), 2);
    assertEquals(await pool().apply(imported.marked), "a task, too");
    assertEquals(await pool().apply(imported.default), "default");
    assertEquals(await pool().apply(imported.isMain), !traits.isolated);
  });

  it("importTasks() does give the same reference each time, and is no promise", async () => {
    assertStrictEquals(imported.double, imported.double);
    assertStrictEquals((await imported).double, imported.double);
  });

  it("importTasks() does take a URL object", async () => {
    const { double } = importTasks<Module>(new URL(tasksUrl("imported")));
    assertEquals(await pool().apply(double, [5]), 10);
  });

  it("importTasks() does give functions that cannot be called here", () => {
    assertThrows(() => imported.double(1), InvalidStateError, "Cannot call double() here");
  });

  it("importTasks() does refuse what is no absolute URL", () => {
    for (const url of ["./tasks.ts", "", undefined, 5, {}]) {
      assertThrows(() => importTasks(url as never), TypeError, "URL");
    }
  });

  it("apply() does tell which functions a module has when an export is missing", async () => {
    const { missing } = imported as unknown as { missing: () => void };
    const error = await rejection(pool().apply(missing));
    assertInstanceOf(error, TaskLookupError);
    assertMatch(error.message, /^Cannot find export "missing" of .*imported\.ts: there is none; /);
    for (const name of ["double", "arrow", "default"]) assertStringIncludes(error.message, name);
    assertEquals(error.message.includes("constant"), false);
  });

  it("apply() does refuse an export that is no function", async () => {
    const { constant } = imported as unknown as { constant: () => void };
    const error = await rejection(pool().apply(constant));
    assertInstanceOf(error, TaskLookupError);
    assertStringIncludes(error.message, "it is no function");
  });

  it("apply() does reject when the module throws on import, every time", async () => {
    const { unreachable } = importTasks<typeof import("../tasks/throws_on_import.ts")>(
      tasksUrl("throws_on_import"),
    );
    for (let i = 0; i < 2; i++) {
      const error = await rejection(pool().apply(unreachable));
      assertInstanceOf(error, TaskLookupError);
      assertMatch(error.message, /^Cannot import .*throws_on_import\.ts in the worker: .*bad mood/);
      assertInstanceOf(error.cause, RangeError);
    }
  });

  it("apply() does reject when there is no such module", async () => {
    const { anything } = importTasks<{ anything(): void }>(tasksUrl("there_is_no_such_module"));
    const error = await rejection(pool().apply(anything));
    assertInstanceOf(error, TaskLookupError);
    assertMatch(error.message, /^Cannot import .*there_is_no_such_module\.ts in the worker: /);
  });

  it("apply() does keep the worker through all of this", async () => {
    assertEquals(await pool().apply(imported.double, [1]), 2);
    const { spawned, died } = pool().stats().workers;
    assertEquals([spawned, died], [1, 0]);
  });

  if (traits.isolated) {
    it("new Pool() does refuse a module that creates one while a worker imports it", async () => {
      const { innocent } = importTasks<typeof import("../tasks/unguarded.ts")>(
        tasksUrl("unguarded"),
      );
      const error = await rejection(pool().apply(innocent));
      assertInstanceOf(error, TaskLookupError);
      assertMatch(error.message, /unguarded\.ts.*`if \(import\.meta\.main\)`/);
      assertInstanceOf(error.cause, PoolError);
      assertEquals(await pool().apply(imported.double, [1]), 2);
    });

    it("apply() does reject a result of a class that only the worker knows", async () => {
      const error = await rejection(pool().apply(imported.giveWorkerOnly));
      assertInstanceOf(error, TaskLookupError);
      assertStringIncludes(error.message, "Cannot decode class WorkerOnly");
    });

    it("stream() does reject for one item of a class that only the worker knows", async () => {
      const items = pool().stream(imported.yieldWorkerOnly);
      assertEquals((await items.next()).value, 1);
      assertInstanceOf(await rejection(items.next()), TaskLookupError);
      assertEquals((await items.next()).value, 3);
      assert((await items.next()).done);
    });
  }
}
