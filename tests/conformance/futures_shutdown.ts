import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { CancelledError, PoolClosedError } from "@pool/core";
import { closeDiary, hold, note, openDiary, square } from "../tasks/pool_tasks.ts";
import { it } from "./bounded.ts";
import { type ExecutorBackend, executorSuite } from "./executor_backend.ts";
import { Scene } from "./pool_scene.ts";

export function shutdownSuite(backend: ExecutorBackend): void {
  executorSuite("shutdown", backend, ({ create }) => {
    const scene = new Scene();

    it("shutdown() lets everything finish that was accepted", async () => {
      const executor = create(2);
      const futures = Array.from({ length: 100 }, (_, i) => executor.submit(square, [i]));
      await executor.shutdown();
      assert(futures.every((future) => future.done() && !future.cancelled()));
      assertEquals(executor.stats().workers.alive, 0);
    });

    it("submit() and map() after shutdown() are refused", async () => {
      const executor = create(1);
      const ending = executor.shutdown();
      assertThrows(() => executor.submit(square, [1]), PoolClosedError, "shut down");
      assertThrows(() => executor.map(square, [1]), PoolClosedError, "shut down");
      await ending;
      assertThrows(() => executor.submit(square, [1]), PoolClosedError, "shut down");
    });

    it("shutdown() may be called again, at once and later", async () => {
      const executor = create(1);
      const future = executor.submit(square, [3]);
      await Promise.all([executor.shutdown(), executor.shutdown({ wait: false })]);
      await executor.shutdown({ cancelFutures: true });
      assertEquals(await future.result(), 9);
    });

    it("shutdown({ wait: false }) resolves at once, and calls go on", async () => {
      const executor = create(1);
      using gate = scene.gate();
      const held = executor.submit(hold, [gate.path]);
      const waiting = executor.submit(square, [2]);
      await gate.has(1);
      await executor.shutdown({ wait: false });
      assertEquals([held.done(), waiting.done()], [false, false]);
      gate.open();
      assertEquals([await held.result(), await waiting.result()], ["in", 4]);
      await executor.shutdown();
    });

    it("shutdown({ cancelFutures }) cancels what has not begun, in order", async () => {
      const executor = create(1);
      using gate = scene.gate();
      const diary = scene.diary();
      const held = executor.submit(hold, [gate.path]);
      await gate.has(1);
      const heard: number[] = [];
      const waiting = [0, 1, 2, 3].map((i) => {
        const future = executor.submit(note, [diary.path, i]);
        future.addDoneCallback(() => heard.push(i));
        return future;
      });
      const ending = executor.shutdown({ cancelFutures: true });
      assertEquals(heard, [0, 1, 2, 3]);
      assert(waiting.every((future) => future.cancelled()));
      await assertRejects(() => waiting[0]!.result(), CancelledError);
      gate.open();
      await ending;
      assertEquals(await held.result(), "in");
      assertEquals(diary.lines, []);
    });

    it("shutdown({ cancelFutures }) of 10,000 calls is quick, and each call is heard of", async () => {
      const executor = create(2);
      const futures = Array.from({ length: 10_000 }, (_, i) => executor.submit(square, [i]));
      await executor.shutdown({ cancelFutures: true });
      for (const [i, future] of futures.entries()) {
        assert(future.done());
        if (!future.cancelled()) assertEquals(await future.result(), i * i);
      }
    });

    it("shutdown() of an executor that was never used resolves", async () => {
      const executor = create(2);
      await executor.shutdown();
      assertEquals(executor.stats().workers.spawned, 0);
    });

    it("await using shuts down and waits", async () => {
      let future;
      {
        await using executor = create(1);
        future = executor.submit(square, [5]);
      }
      assertEquals([future.done(), await future.result()], [true, 25]);
    });

    it("shutdown() refuses options that make no sense", async () => {
      const executor = create(1);
      const shutdown = executor.shutdown.bind(executor) as (options: unknown) => Promise<void>;
      await assertRejects(() => shutdown({ wait: 1 }), TypeError, "wait");
      await assertRejects(() => shutdown({ cancel: true }), TypeError, "cancel");
      await assertRejects(() => shutdown(true), TypeError);
      assertEquals(await executor.submit(square, [2]).result(), 4);
      await executor.shutdown();
    });

    it("initializers run in each worker, and finalizers at the end", async () => {
      const diary = scene.diary();
      const executor = create(1, {
        initializer: openDiary,
        initargs: [diary.path],
        finalizer: closeDiary,
      });
      assertEquals(await executor.submit(square, [2]).result(), 4);
      await executor.shutdown();
      assertEquals(diary.lines, ["open", "closed"]);
    });

    it("maxTasksPerChild replaces workers", async () => {
      await using executor = create(1, { maxTasksPerChild: 2 });
      for (let i = 0; i < 5; i++) await executor.submit(square, [i]).result();
      assertEquals(executor.stats().workers.spawned, 3);
      assertInstanceOf(executor, Object);
    });
  });
}
