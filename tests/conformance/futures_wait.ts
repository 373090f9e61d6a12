import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ALL_COMPLETED,
  asCompleted,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  type Future,
  TimeoutError,
  wait,
} from "@pool/core";
import { fail, failAfter, hold, square } from "../tasks/pool_tasks.ts";
import { it } from "./bounded.ts";
import { type ExecutorBackend, executorSuite } from "./executor_backend.ts";
import { Scene } from "./pool_scene.ts";

export function waitSuite(backend: ExecutorBackend): void {
  executorSuite("wait and asCompleted", backend, (own) => {
    const scene = new Scene();
    waitTests(own, scene);
    asCompletedTests(own, scene);
  });
}

function waitTests({ create }: ExecutorBackend, scene: Scene): void {
  it("wait() resolves when all are done, however they end", async () => {
    await using executor = create(2);
    const futures = [executor.submit(square, [2]), executor.submit(fail, ["x"])];
    const { done, notDone } = await wait(futures, { returnWhen: ALL_COMPLETED });
    assertEquals([[...done], notDone.size], [futures, 0]);
  });

  it("wait(FIRST_COMPLETED) resolves with the first", async () => {
    await using executor = create(2);
    using gate = scene.gate();
    const slow = executor.submit(hold, [gate.path]);
    const fast = executor.submit(square, [2]);
    const { done, notDone } = await wait([slow, fast], { returnWhen: FIRST_COMPLETED });
    assertEquals([[...done], [...notDone]], [[fast], [slow]] as unknown[]);
    const again = await wait([slow, fast], { returnWhen: FIRST_COMPLETED });
    assertEquals([...again.notDone], [slow] as unknown[]);
    gate.open();
  });

  it("wait(FIRST_EXCEPTION) resolves with the first failure, else with all", async () => {
    await using executor = create(3);
    using gate = scene.gate();
    const slow = executor.submit(hold, [gate.path]);
    await gate.has(1);
    const fast = executor.submit(square, [2]);
    const failing = executor.submit(failAfter, [{ path: gate.path, lines: 1, text: "x" }]);
    const options = { returnWhen: FIRST_EXCEPTION } as const;
    const { notDone } = await wait([slow, fast, failing], options);
    assert(notDone.has(slow) && !notDone.has(failing));
    assert((await wait([slow, failing], options)).notDone.has(slow));
    gate.open();
    assertEquals((await wait([slow, fast], options)).done.size, 2);
  });

  it("wait({ timeout }) does not reject: it says what is not done", async () => {
    await using executor = create(1);
    using gate = scene.gate();
    const slow = executor.submit(hold, [gate.path]);
    for (const timeout of [0, -1, 10]) {
      assertEquals((await wait([slow], { timeout })).notDone.size, 1);
    }
    gate.open();
    assertEquals((await wait([slow], { timeout: 9000 })).done.size, 1);
  });

  it("a cancelled future is done, and has not failed", async () => {
    await using executor = create(1);
    using gate = scene.gate();
    const slow = executor.submit(hold, [gate.path]);
    const cancelled = executor.submit(square, [1]);
    const waiting = wait([slow, cancelled], { returnWhen: FIRST_COMPLETED });
    cancelled.cancel();
    assertEquals([...(await waiting).done], [cancelled] as unknown[]);
    const options = { returnWhen: FIRST_EXCEPTION, timeout: 10 } as const;
    assertEquals((await wait([slow, cancelled], options)).notDone.size, 1);
    gate.open();
  });

  it("futures of several executors may be waited for together", async () => {
    await using one = create(1);
    await using other = create(1);
    const futures = [one.submit(square, [1]), other.submit(square, [2])];
    assertEquals((await wait(futures)).done.size, 2);
  });

  it("ten thousand futures are waited for, and left again", async () => {
    await using executor = create(2);
    const futures = Array.from({ length: 10_000 }, (_, i) => executor.submit(square, [i]));
    assertEquals((await wait(futures)).done.size, 10_000);
  });
}

function asCompletedTests({ create }: ExecutorBackend, scene: Scene): void {
  it("asCompleted() gives those that are done first, then the others as they end", async () => {
    await using executor = create(2);
    using first = scene.gate();
    using second = scene.gate();
    const a = executor.submit(hold, [first.path, "a"]);
    const b = executor.submit(hold, [second.path, "b"]);
    const c = executor.submit(square, [3]);
    await first.has(1);
    await second.has(1);
    c.cancel();
    const order: Future<unknown>[] = [];
    for await (const future of asCompleted<Future<unknown>>([a, b, c, a])) {
      order.push(future);
      if (future === c) second.open();
      if (future === b) first.open();
    }
    assertEquals(order.map((future) => [a, b, c].indexOf(future as typeof a)), [2, 1, 0]);
  });

  it("asCompleted({ timeout }) rejects over the whole, and that is its end", async () => {
    await using executor = create(2);
    using gate = scene.gate();
    const slow = executor.submit(hold, [gate.path]);
    const fast = executor.submit(square, [2]);
    await fast.result();
    const futures = asCompleted<Future<unknown>>([slow, fast], { timeout: 20 });
    assertEquals((await futures.next()).value, fast);
    await assertRejects(() => futures.next(), TimeoutError, "1 of 2 are not done after 20 ms");
    assertEquals((await futures.next()).done, true);
    gate.open();
    assertEquals(await slow.result(), "in");
  });

  it("wait() and asCompleted() refuse what is no future, and a timeout that is none", async () => {
    await using executor = create(1);
    const future = executor.submit(square, [2]);
    const bad = [future, 3] as unknown as (typeof future)[];
    await assertRejects(() => wait(bad), TypeError, "3 is no future");
    await assertRejects(() => wait([Promise.resolve()] as unknown as (typeof future)[]), TypeError);
    await assertRejects(() => wait(future as unknown as (typeof future)[]), TypeError, "iterable");
    await assertRejects(() => wait([future], { timeout: NaN }), RangeError, "NaN");
    await assertRejects(() => wait([future], { returnWhen: "ANY" as "ALL_COMPLETED" }), TypeError);
    assertThrows(() => asCompleted(bad), TypeError, "3 is no future");
    const { done, exception, addDoneCallback, removeDoneCallback } = future;
    const part = { done, exception, addDoneCallback, removeDoneCallback } as typeof future;
    await assertRejects(() => wait([part]), TypeError, "an object is no future");
    assertThrows(() => asCompleted([future], { timeout: NaN }), RangeError, "NaN");
  });
}
