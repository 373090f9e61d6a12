import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { task } from "../../src/core/task.ts";
import { type AnyFunction, realm } from "../../src/protocol/realm.ts";

/** The `import.meta` that a module has for one run. */
function metaOf(url: string): ImportMeta {
  return Object.assign(Object.create(null), { url });
}

function placeOf(fn: AnyFunction): number {
  const reference = realm.references.get(fn);
  const known = typeof reference === "function" ? reference() : reference;
  return known?.kind === "task" ? known.index : -1;
}

describe("task()", () => {
  it("numbers tasks of one name as they come in one run of their module", () => {
    const meta = metaOf("file:///in_one_run.ts");
    const places = [1, 2, 3].map((n) => placeOf(task(meta, () => n, { name: "same" })));
    assertEquals(places, [0, 1, 2]);
  });

  it("begins anew where a module runs again, as with bun --hot", () => {
    const url = "file:///runs_again.ts";
    for (let run = 0; run < 3; run++) {
      const meta = metaOf(url);
      assertEquals(placeOf(task(meta, () => run, { name: "first" })), 0);
      assertEquals(placeOf(task(meta, () => run, { name: "second" })), 0);
    }
  });

  it("goes on where a bundler puts an object of its own in place of each import.meta", () => {
    const url = "file:///bundled.js";
    const places = [1, 2].map((n) => placeOf(task({ url } as ImportMeta, () => n, { name: "n" })));
    assertEquals([...places, placeOf(task(url, () => 3, { name: "n" }))], [0, 1, 2]);
  });
});
