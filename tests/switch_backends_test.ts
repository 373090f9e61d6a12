/** The same program on each backend, and on an executor of somebody else. */
import { describe } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { type Executor, type ExecutorMapOptions, type ExecutorResults, Future } from "@pool/core";
import { report } from "../examples/switch_backends.ts";
import { it } from "./conformance/bounded.ts";
import { start } from "./programs.ts";

const EXPECTED = "true false true\n2 95 false 25 21 16\n";

/** The smallest executor that somebody could write: each call runs at once. */
class ImmediateExecutor implements Executor {
  submit(fn: (...args: never[]) => unknown, args: readonly unknown[] = []): Future<never> {
    const future = new Future<never>();
    Promise.try(fn as (...args: readonly unknown[]) => unknown, ...args)
      .then((value) => future.setResult(value as never), (error) => future.setException(error));
    return future;
  }

  async *#results(futures: Future<never>[]): AsyncGenerator<never, undefined> {
    for (const future of futures) yield await future.result();
    return undefined;
  }

  map(
    fn: (...args: never[]) => unknown,
    ...rest: readonly (Iterable<unknown> | ExecutorMapOptions | undefined)[]
  ): ExecutorResults<never> {
    const columns = rest.map((items) => [...items as Iterable<unknown>]);
    const rows = columns[0]!.map((_, i) => columns.map((column) => column[i]));
    return this.#results(rows.map((row) => this.submit(fn, row)));
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}

describe("a program that switches its backend by a word", () => {
  for (const backend of ["inline", "thread", "process"]) {
    it(`says the same on ${backend}`, async () => {
      const { outcome } = start("switch_backends.ts", [backend]);
      assertEquals(await outcome, { end: 0, stdout: EXPECTED, stderr: "" });
    });
  }

  it("takes an executor of somebody else", async () => {
    await using executor = new ImmediateExecutor();
    assertEquals(`true false true\n${await report(executor)}\n`, EXPECTED);
    const failing = executor.submit(() => {
      throw new RangeError("as any other");
    });
    await assertRejects(() => failing.result(), RangeError);
  });
});
