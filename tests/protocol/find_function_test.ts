import { describe, it } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { TaskLookupError } from "../../src/protocol/errors.ts";
import { findFunction } from "../../src/protocol/find_function.ts";
import { realm } from "../../src/protocol/realm.ts";

describe("findFunction()", () => {
  // What Node, Bun and Deno call the module of `-e` and of standard input.
  const paths = [
    "[eval1]",
    "[stdin]",
    "%5Beval%5D",
    "%5Bstdin%5D",
    "$deno$eval.mts",
    "$deno$stdin.mts",
  ];
  for (const path of paths) {
    it(`says of ${path} that it exists in the memory of the host alone`, async () => {
      const url = `file:///no/such/folder/${path}`;
      await assertRejects(
        async () => await findFunction({ kind: "export", url, name: "work" }, false),
        TaskLookupError,
        "only in the memory of the host",
      );
    });
  }

  it("an import without a mark does not end the mark of one that goes on", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    Object.assign(globalThis, { gate: promise });
    const url = import.meta.resolve("../tasks/gated_import.ts");
    const found = findFunction({ kind: "export", url, name: "work" }, true);
    const missing = { kind: "export", url: "file:///no/such/module.ts", name: "work" } as const;
    await assertRejects(async () => await findFunction(missing, false), TaskLookupError);
    assertEquals(realm.importing, url);
    resolve();
    await found;
    assertEquals(realm.importing, null);
  });
});
