import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { checkCallbacks, PoolResult } from "../../src/multiprocessing/async_result.ts";
import { collectGarbage } from "../collect_garbage.ts";

/** A result whose call can be cancelled; the call, with its arguments, hangs on what cancels it. */
function boundResult(
  settle: (result: PoolResult<number>) => void,
): [PoolResult<number>, WeakRef<object>] {
  const call = { args: [1, 2, 3] };
  const result = new PoolResult<number>().bind(() => void call.args.pop());
  settle(result);
  // As for a call that ended before it was bound.
  result.bind(() => void call.args.pop());
  return [result, new WeakRef(call)];
}

describe("PoolResult", () => {
  it("calls the callbacks that it was given at the call, whatever becomes of the options", async () => {
    const told: string[] = [];
    const options = { callback: () => told.push("first"), errorCallback: () => told.push("first") };
    const results = [1, 2].map(() => new PoolResult<number>(checkCallbacks(options)));
    options.callback = options.errorCallback = () => told.push("later");
    results[0]!.resolve(1);
    results[1]!.reject(new Error("failed"));
    for (const result of results) await result.wait();
    assertEquals(told, ["first", "first"]);
  });

  const ends: Record<string, (result: PoolResult<number>) => void> = {
    resolve: (result) => result.resolve(5),
    reject: (result) => result.reject(new Error("failed")),
  };
  for (const [name, end] of Object.entries(ends)) {
    it(`${name}() lets go of the call and its arguments`, async () => {
      const [result, call] = boundResult(end);
      await collectGarbage();
      assertEquals([result.ready(), result.cancel(), call.deref()], [true, false, undefined]);
    });
  }
});
