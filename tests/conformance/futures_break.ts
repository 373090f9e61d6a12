import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type LocalExecutor, wait, WorkerDiedError } from "@pool/core";
import { die, echo, exitLater, fail, hold, square } from "../tasks/pool_tasks.ts";
import { it } from "./bounded.ts";
import { type ExecutorBackend, executorSuite } from "./executor_backend.ts";
import { rejection, Scene, until } from "./pool_scene.ts";

/** What happens when workers do not come up, or die. */
export function breakSuite(backend: ExecutorBackend): void {
  executorSuite("breaking", backend, (own) => {
    const scene = new Scene();
    initializerTests(own);
    if (!own.traits.isolated) return;
    if (own.breaksOnDeath) deathTests(own, scene);
    else replaceTests(own, scene);
  });
}

function initializerTests({ create, broken }: ExecutorBackend): void {
  it("an initializer that throws breaks the executor at once, and is the cause", async () => {
    const executor = create(2, { initializer: fail, initargs: ["cannot begin"] });
    const futures = [1, 2, 3].map((x) => executor.submit(square, [x]));
    await wait(futures);
    for (const future of futures) {
      const error = await future.exception() as Error;
      assertInstanceOf(error, broken);
      assertEquals(error.constructor, broken);
      assertStringIncludes(error.message, "cannot begin");
      assertInstanceOf(error.cause, RangeError);
    }
    assertThrows(() => executor.submit(square, [1]), broken);
    assertThrows(() => executor.map(square, [1]), broken);
    await executor.shutdown();
    assertThrows(() => executor.submit(square, [1]), broken);
  });

  it("an executor that breaks while it shuts down ends nevertheless", async () => {
    const executor = create(1, { initializer: fail, initargs: ["cannot begin"] });
    const future = executor.submit(square, [1]);
    await executor.shutdown();
    assertInstanceOf(await future.exception(), broken);
  });
}

function replaceTests({ create }: ExecutorBackend, scene: Scene): void {
  it("a worker that dies rejects its call alone, and is replaced", async () => {
    await using executor = create(2);
    using gate = scene.gate();
    const held = executor.submit(hold, [gate.path]);
    await gate.has(1);
    const dead = executor.submit(die, ["3"]);
    const error = await rejection(dead.result());
    assertInstanceOf(error, WorkerDiedError);
    assertEquals(error.exitCode, 3);
    assertEquals(await executor.submit(square, [4]).result(), 16);
    gate.open();
    assertEquals(await held.result(), "in");
  });
}

function deathTests({ create, broken }: ExecutorBackend, scene: Scene): void {
  it("a worker that dies breaks the executor: every call gets the same error", async () => {
    await using executor = create(2);
    using gate = scene.gate();
    const held = executor.submit(hold, [gate.path]);
    await gate.has(1);
    const dead = executor.submit(die, ["3"]);
    const waiting = Array.from({ length: 50 }, (_, i) => executor.submit(square, [i]));
    const all = [held, dead, ...waiting];
    await wait<(typeof all)[number]>(all);
    for (const future of all) {
      const error = await future.exception() as Error;
      assertInstanceOf(error, broken);
      assertInstanceOf(error.cause, WorkerDiedError);
      assertEquals(error.cause.exitCode, 3);
    }
    assertThrows(() => executor.submit(square, [1]), broken);
    assertThrows(() => executor.map(square, [1]), broken);
  });

  it("calls with large arguments that wait hear of a death", async () => {
    await using executor = create(1);
    const dead = executor.submit(die, ["1"]);
    const large = [1, 2, 3].map(() => executor.submit(echo, [new Uint8Array(8 << 20)]));
    await wait<(typeof large)[number]>(large);
    for (const future of large) assertInstanceOf(await future.exception(), broken);
    assertInstanceOf(await dead.exception(), broken);
  });

  it("a death while the executor shuts down breaks it, and it ends", async () => {
    const executor = create(1);
    const dead = executor.submit(die, ["1"]);
    const waiting = executor.submit(square, [1]);
    await executor.shutdown();
    assertInstanceOf(await dead.exception(), broken);
    assertInstanceOf(await waiting.exception(), broken);
  });

  it("an idle worker that dies breaks the executor: nothing is accepted any more", async () => {
    await using executor = create(1);
    await executor.submit(exitLater, [5]).result();
    await until(() => !accepts(executor), "the end of the worker");
    assertThrows(() => executor.submit(square, [1]), broken);
  });

  it("a map whose worker dies rejects", async () => {
    await using executor = create(1);
    const results = executor.map(die, ["1", "2"], { chunksize: 2 });
    assertInstanceOf(await rejection(results.next()), broken);
    assertEquals((await results.next()).done, true);
  });

  it("a call that is killed by its timeout breaks nothing", async () => {
    await using executor = create(1);
    using gate = scene.gate();
    const late = executor.submit(hold, [gate.path], { timeout: 20, grace: 0 });
    assertEquals((await rejection(late.result()) as Error).name, "TimeoutError");
    assertEquals(await executor.submit(square, [3]).result(), 9);
  });

  it("recover: true gives up on an initializer that keeps failing", async () => {
    await using executor = create(1, { recover: true, initializer: fail, initargs: ["never"] });
    const error = await executor.submit(square, [1]).exception() as Error;
    assertInstanceOf(error, broken);
    assertStringIncludes(error.message, "never");
  });

  it("recover: true replaces the worker instead", async () => {
    await using executor = create(1, { recover: true });
    assertInstanceOf(await executor.submit(die, ["3"]).exception(), WorkerDiedError);
    assertEquals(await executor.submit(square, [3]).result(), 9);
    assert(executor.stats().workers.died > 0);
  });
}

/** Asks without leaving a call behind. */
function accepts(executor: LocalExecutor): boolean {
  try {
    executor.map(square, []);
    return true;
  } catch {
    return false;
  }
}
