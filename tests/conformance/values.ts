/** Values across the boundary: structured clone on every backend, and what stands on top of it. */
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite } from "./leaks.ts";
import { assertEquals } from "@std/assert";
import { echo } from "../tasks/values.ts";

export function valuesSuite(backend: Backend): void {
  suite("values", backend, ({ sharedPool }) => {
    const pool = sharedPool(1);
    it("apply() does bring a string to the task and back", async () => {
      assertEquals(await pool().apply(echo, ["a"]), "a");
    });
  });
}
