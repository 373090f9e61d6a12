import { describe, it } from "node:test";
import { assertRejects } from "@std/assert";
import { TaskLookupError } from "../../src/protocol/errors.ts";
import { findFunction } from "../../src/protocol/find_function.ts";

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
});
