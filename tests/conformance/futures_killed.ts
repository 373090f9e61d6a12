import process from "node:process";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { type Future, wait, WorkerDiedError } from "@pool/core";
import { echo, hold, note, square } from "../tasks/pool_tasks.ts";
import { it } from "./bounded.ts";
import { type ExecutorBackend, executorSuite } from "./executor_backend.ts";
import { passTime, Scene, until } from "./pool_scene.ts";

const ROUNDS = 10;
const LARGE = 8 << 20;

/** Processes that somebody else kills, at any moment. */
export function killedSuite(backend: ExecutorBackend): void {
  executorSuite("killed from outside", backend, ({ create, broken }) => {
    const scene = new Scene();
    const pid = async (): Promise<number> => (await import("node:process")).default.pid;

    const assertBroken = async (futures: readonly Future<unknown>[]): Promise<void> => {
      await wait(futures);
      for (const future of futures) {
        const error = await future.exception() as Error;
        assertInstanceOf(error, broken);
        assertInstanceOf(error.cause, WorkerDiedError);
      }
    };

    it("in the middle of a call: it and all that wait, large ones too, hear of the signal", async () => {
      await using executor = create(1);
      using gate = scene.gate();
      const child = await executor.submit(pid).result();
      const held = executor.submit(hold, [gate.path]);
      const waiting = [1, 2, 3].map((n) => executor.submit(echo, [new Uint8Array(LARGE).fill(n)]));
      await gate.has(1);
      process.kill(child, "SIGKILL");
      await assertBroken([held, ...waiting]);
      const { cause } = await held.exception() as { readonly cause: WorkerDiedError };
      assertEquals(cause.signal, "SIGKILL");
      assertThrows(() => executor.submit(square, [1]), broken);
    });

    it("during shutdown(), which ends nevertheless", async () => {
      const executor = create(1);
      using gate = scene.gate();
      const child = await executor.submit(pid).result();
      const held = executor.submit(hold, [gate.path]);
      const waiting = executor.submit(echo, [new Uint8Array(LARGE)]);
      await gate.has(1);
      const ending = executor.shutdown();
      process.kill(child, "SIGKILL");
      await ending;
      await assertBroken([held, waiting]);
    });

    it("while it has nothing to do: the next call is refused", async () => {
      await using executor = create(1);
      const child = await executor.submit(pid).result();
      process.kill(child, "SIGKILL");
      await until(() => executor.stats().workers.alive === 0, "the end of the process");
      assertThrows(() => executor.submit(square, [1]), broken);
    });

    it(`at a random moment of large arguments and results, ${ROUNDS} times`, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        await using executor = create(2);
        const child = await executor.submit(pid).result();
        const futures = Array.from(
          { length: 6 },
          (_, n) => executor.submit(echo, [new Uint8Array(LARGE / 4).fill(n)]),
        );
        await passTime(round);
        process.kill(child, "SIGKILL");
        await wait<Future<unknown>>(futures);
        for (const [n, future] of futures.entries()) {
          const error = await future.exception();
          if (error === undefined) assertEquals((await future.result() as Uint8Array)[9], n);
          else assertInstanceOf(error, broken);
        }
        await until(() => executor.stats().workers.alive === 0, "the end of the executor");
      }
    });

    it("with recover: true, calls go on", async () => {
      await using executor = create(1, { recover: true });
      using gate = scene.gate();
      const diary = scene.diary();
      const child = await executor.submit(pid).result();
      const held = executor.submit(hold, [gate.path]);
      const waiting = executor.submit(note, [diary.path, "ran"]);
      await gate.has(1);
      process.kill(child, "SIGKILL");
      assertInstanceOf(await held.exception(), WorkerDiedError);
      assertEquals(await waiting.result(), "ran");
      assert(await executor.submit(pid).result() !== child);
    });
  });
}
