/** Futures without an executor: states, callbacks, and what waiting for many of them costs and leaves. */
import process from "node:process";
import { describe } from "node:test";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  asCompleted,
  CancelledError,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  Future,
  InvalidStateError,
  TimeoutError,
  wait,
} from "@pool/core";
import { it } from "./conformance/bounded.ts";

/** A future that counts the callbacks which it has. */
class CountedFuture<R> extends Future<R> {
  callbacks = 0;

  override addDoneCallback(callback: (future: this) => unknown): void {
    if (!this.done()) this.callbacks++;
    super.addDoneCallback(callback);
  }

  override removeDoneCallback(callback: (future: this) => unknown): number {
    const removed = super.removeDoneCallback(callback);
    this.callbacks -= removed;
    return removed;
  }
}

const make = (length: number): CountedFuture<number>[] =>
  Array.from({ length }, () => new CountedFuture<number>());

/** The next warning of the process. */
function nextWarning(): Promise<Error & { readonly detail?: string }> {
  return new Promise((resolve) => process.once("warning", resolve));
}

describe("a future", () => {
  it("goes from pending to running to fulfilled", async () => {
    const future = new Future<number>();
    const states = (): boolean[] => [future.running(), future.done(), future.cancelled()];
    assertEquals(states(), [false, false, false]);
    assert(future.setRunningOrNotifyCancel());
    assertEquals(states(), [true, false, false]);
    assertFalse(future.cancel());
    future.setResult(3);
    assertEquals(states(), [false, true, false]);
    assertFalse(future.cancel());
    assertEquals([await future.result(), await future.exception()], [3, undefined]);
  });

  it("is rejected by setException()", async () => {
    const future = new Future<number>();
    const error = new RangeError("no");
    future.setException(error);
    await assertRejects(() => future.result(), RangeError, "no");
    assertEquals(await future.exception(), error);
    assertThrows(() => new Future().setException(undefined), TypeError);
  });

  it("that was cancelled does not run", async () => {
    const future = new Future<number>();
    assert(future.cancel());
    assert(future.cancel());
    assertFalse(future.setRunningOrNotifyCancel());
    await assertRejects(() => future.result(), CancelledError);
    await assertRejects(() => future.exception({ timeout: 0 }), CancelledError);
  });

  it("is settled once: everything after that is an InvalidStateError", () => {
    const done = new Future<number>();
    done.setResult(1);
    assertThrows(() => done.setResult(2), InvalidStateError, "fulfilled");
    assertThrows(() => done.setException(new Error()), InvalidStateError);
    assertThrows(() => done.setRunningOrNotifyCancel(), InvalidStateError);
    const cancelled = new Future<number>();
    cancelled.cancel();
    assertThrows(() => cancelled.setResult(2), InvalidStateError, "cancelled");
    const running = new Future<number>();
    running.setRunningOrNotifyCancel();
    assertThrows(() => running.setRunningOrNotifyCancel(), InvalidStateError, "running");
  });

  it("wakes all who wait for it", async () => {
    const future = new Future<number>();
    const waiting = [future.result(), future.result({ timeout: 5000 }), future.exception()];
    future.setResult(7);
    assertEquals(await Promise.all(waiting), [7, 7, undefined]);
  });

  it("keeps neither timer nor callback of a result() that was late", async () => {
    const [future] = make(1);
    await assertRejects(() => future!.result({ timeout: 1 }), TimeoutError);
    assertEquals(future!.callbacks, 0);
  });

  it("calls back in order, one added while it does so at once, and each as often as it was added", () => {
    const future = new Future<number>();
    const heard: string[] = [];
    const twice = (): unknown => heard.push("twice");
    future.addDoneCallback(() => {
      heard.push("first");
      future.addDoneCallback(() => heard.push("inner"));
    });
    future.addDoneCallback(twice);
    future.addDoneCallback(twice);
    future.addDoneCallback(() => heard.push("last"));
    future.setResult(1);
    assertEquals(heard, ["first", "inner", "twice", "twice", "last"]);
    future.addDoneCallback((done) => heard.push(String(done === future)));
    assertEquals(heard.at(-1), "true");
  });

  it("forgets removed callbacks", () => {
    const future = new Future<number>();
    const heard: string[] = [];
    const one = (): unknown => heard.push("one");
    future.addDoneCallback(one);
    future.addDoneCallback(() => heard.push("other"));
    future.addDoneCallback(one);
    assertEquals(future.removeDoneCallback(one), 2);
    assertEquals(future.removeDoneCallback(one), 0);
    future.cancel();
    assertEquals(heard, ["other"]);
  });

  it("reports a callback that throws, and calls the others", async () => {
    const future = new Future<number>();
    const heard: number[] = [];
    future.addDoneCallback(() => {
      throw new RangeError("a bad callback");
    });
    future.addDoneCallback((done) => heard.push(Number(done.done())));
    const warning = nextWarning();
    future.setResult(1);
    assertEquals(heard, [1]);
    assertEquals(await future.result(), 1);
    const { name, detail } = await warning;
    assertEquals(name, "PoolWarning");
    assert(detail?.includes("a bad callback"));
  });

  it("reports a callback whose promise rejects", async () => {
    const future = new Future<number>();
    future.setResult(1);
    const warning = nextWarning();
    future.addDoneCallback(() => Promise.reject(new RangeError("a late callback")));
    assert((await warning).detail?.includes("a late callback"));
  });
});

describe("wait()", () => {
  it("waits for nothing where there is nothing", async () => {
    for (const returnWhen of ["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"] as const) {
      assertEquals(await wait([], { returnWhen }), { done: new Set(), notDone: new Set() });
    }
  });

  it("takes any iterable, counts duplicates once, and keeps the order", async () => {
    const [a, b, c] = make(3);
    const all = [c!, a!, c!, b!, a!];
    const waiting = wait(all.values());
    for (const [i, future] of [a, b, c].entries()) future!.setResult(i);
    assertEquals([...(await waiting).done], [c!, a!, b!]);
    assertEquals((await wait(new Set(all))).done.size, 3);
  });

  it("leaves no callback behind, however it ends", async () => {
    const futures = make(4);
    futures[0]!.cancel();
    await wait(futures, { returnWhen: FIRST_COMPLETED });
    await wait(futures, { returnWhen: FIRST_EXCEPTION, timeout: 1 });
    await wait(futures, { timeout: 0 });
    const first = wait(futures.slice(1), { returnWhen: FIRST_COMPLETED, timeout: 60_000 });
    futures[1]!.setResult(1);
    assertEquals((await first).done.size, 1);
    assertEquals(futures.map(({ callbacks }) => callbacks), [0, 0, 0, 0]);
  });

  it("FIRST_EXCEPTION is met by one that does not tell how it ended", async () => {
    class Silent extends Future<number> {
      override exception(): Promise<unknown> {
        return Promise.reject(new Error("no idea"));
      }
    }
    const silent = new Silent(), [pending] = make(1);
    const waiting = wait([silent, pending!], { returnWhen: FIRST_EXCEPTION });
    silent.setResult(1);
    assertEquals((await waiting).done, new Set<unknown>([silent]));
  });

  it("FIRST_EXCEPTION is not met by one that was fulfilled or cancelled", async () => {
    const [a, b, c, d] = make(4);
    const waiting = wait([a!, b!, c!, d!], { returnWhen: FIRST_EXCEPTION });
    a!.setResult(1);
    b!.cancel();
    c!.setException(new Error("this one"));
    const { done, notDone } = await waiting;
    assertEquals([done.size, [...notDone]], [3, [d!]]);
  });

  it("of 100,000 futures costs ten times that of 10,000", async () => {
    const measure = async (count: number): Promise<number> => {
      const futures = Array.from({ length: count }, () => new Future<number>());
      const began = performance.now();
      const waiting = wait(futures, { timeout: 60_000 });
      const completed = asCompleted(futures, { timeout: 60_000 });
      let first = completed.next();
      for (const future of futures) future.setResult(1);
      assertEquals((await waiting).done.size, count);
      let seen = 0;
      for (; !(await first).done; first = completed.next()) seen++;
      assertEquals(seen, count);
      return performance.now() - began;
    };
    await measure(10_000);
    const [small, large] = [await measure(10_000), await measure(100_000)];
    // Quadratic would be a hundred times as long; the machine may be busy.
    assertLess(large, 40 * Math.max(small, 5), `${small} ms, then ${large} ms`);
  });
});

describe("asCompleted()", () => {
  it("ends at once where there is nothing", async () => {
    assertEquals((await asCompleted([]).next()).done, true);
  });

  it("gives futures that are done first, each once, and the others in the order of their ends", async () => {
    const [a, b, c, d] = make(4);
    c!.setResult(1);
    d!.cancel();
    const order: unknown[] = [];
    queueMicrotask(() => b!.setException(new Error("b")));
    for await (const future of asCompleted([a!, b!, c!, d!, c!])) {
      order.push(future);
      if (future === b) a!.setResult(1);
    }
    assertEquals(order, [c, d, b, a]);
  });

  it("leaves no callback behind when it is left, is late, or is not used", async () => {
    const futures = make(3);
    futures[0]!.setResult(1);
    asCompleted(futures, { timeout: 60_000 });
    for await (const _ of asCompleted(futures, { timeout: 60_000 })) break;
    await assertRejects(async () => {
      for await (const _ of asCompleted(futures, { timeout: 1 }));
    }, TimeoutError);
    assertEquals(futures.map(({ callbacks }) => callbacks), [0, 0, 0]);
  });

  it("return() ends the next() calls that wait", async () => {
    const completed = asCompleted(make(2), { timeout: 60_000 });
    const waiting = [completed.next(), completed.next()];
    await completed.return!();
    assertEquals((await Promise.all(waiting)).map(({ done }) => done), [true, true]);
    assertEquals((await completed.next()).done, true);
  });

  it("counts the timeout from the call", async () => {
    const completed = asCompleted(make(1), { timeout: 5 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const began = performance.now();
    assertInstanceOf(await completed.next().catch((error) => error), TimeoutError);
    assertLess(performance.now() - began, 1000);
  });
});
