import { describe, it } from "node:test";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  abortable,
  deadline,
  delay,
  MuxAsyncIterator,
  pooledMap,
  retry,
  RetryError,
} from "@std/async";

const never = () => new Promise<never>(() => {});

async function* from<T>(...items: T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

describe("@std/async", () => {
  it("delay() resolves after its time", async () => {
    const start = performance.now();
    await delay(20);
    assertGreaterOrEqual(performance.now() - start, 15);
    await delay(1, { persistent: true });
  });

  it("delay() rejects with the reason of its signal", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const start = performance.now();
    const waiting = delay(10_000, { signal: controller.signal });
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => waiting), reason);
    assertStrictEquals(
      await assertRejects(() => delay(10_000, { signal: AbortSignal.abort(reason) })),
      reason,
    );
    assertLess(performance.now() - start, 5000);
  });

  it("deadline() gives the result, or rejects with a TimeoutError", async () => {
    assertEquals(await deadline(Promise.resolve(1), 1000), 1);
    const error = await assertRejects(() => deadline(never(), 10), DOMException);
    assertEquals(error.name, "TimeoutError");
    const signal = AbortSignal.abort(new Error("enough"));
    await assertRejects(() => deadline(never(), 1000, { signal }), Error, "enough");
  });

  it("abortable() rejects with the reason of its signal", async () => {
    const controller = new AbortController();
    assertEquals(await abortable(Promise.resolve(1), controller.signal), 1);
    const waiting = abortable(never(), controller.signal);
    controller.abort(new Error("enough"));
    await assertRejects(() => waiting, Error, "enough");
  });

  it("pooledMap() keeps order and its limit", async () => {
    let running = 0;
    let most = 0;
    const results = pooledMap(2, [30, 10, 20, 1], async (ms) => {
      most = Math.max(most, ++running);
      await delay(ms);
      running--;
      return ms;
    });
    assertEquals(await Array.fromAsync(results), [30, 10, 20, 1]);
    assertEquals(most, 2);
  });

  it("pooledMap() rejects with an AggregateError", async () => {
    const results = pooledMap(2, from(1, 2, 3), (value) => {
      return value === 2 ? Promise.reject(new Error("two")) : Promise.resolve(value);
    });
    const error = await assertRejects(() => Array.fromAsync(results), AggregateError);
    assertEquals(error.errors.map((one) => one.message), ["two"]);
  });

  it("MuxAsyncIterator merges, and passes an error on", async () => {
    const mux = new MuxAsyncIterator<number>();
    mux.add(from(1, 2));
    mux.add(from(3));
    assertEquals((await Array.fromAsync(mux)).sort(), [1, 2, 3]);
    const failing = new MuxAsyncIterator<number>();
    failing.add((async function* () {
      yield await Promise.resolve(1);
      throw new Error("broken");
    })());
    await assertRejects(() => Array.fromAsync(failing), Error, "broken");
  });

  it("retry() tries until it succeeds or has tried enough", async () => {
    let tries = 0;
    const third = () => {
      if (++tries < 3) throw new Error(`try ${tries}`);
      return "done";
    };
    assertEquals(await retry(third, { minTimeout: 1 }), "done");
    const error = await assertRejects(
      () => retry(() => Promise.reject(new Error("always")), { maxAttempts: 2, minTimeout: 1 }),
      RetryError,
    );
    assert(error.cause instanceof Error);
    assertEquals(error.cause.message, "always");
  });
});
