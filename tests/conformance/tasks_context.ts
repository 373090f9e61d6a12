/** What `currentTask()` tells a task, and the host of it. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  currentTask,
  InvalidStateError,
  type Pool,
  type PoolEvent,
  TimeoutError,
} from "@pool/core";
import {
  keepContext,
  reasonTold,
  report,
  reportAndChange,
  reportAsAnother,
  sameContext,
  untilAborted,
  whoAmI,
  whoAmIAcross,
} from "../tasks/context.ts";
import { nested } from "../tasks/nested.ts";
import { it } from "./bounded.ts";
import type { SuiteBackend } from "./leaks.ts";
import { rejection } from "./rejection.ts";

type EventOf<Type> = PoolEvent & { readonly type: Type };

/** Collects the events of one type until the returned function is called. */
function collect<T extends PoolEvent["type"]>(pool: Pool, type: T): () => EventOf<T>[] {
  const seen: EventOf<T>[] = [];
  const stop = pool.events.subscribe((event) => {
    if (event.type === type) seen.push(event as EventOf<T>);
  });
  return () => {
    stop();
    return seen;
  };
}

/** Resolves when a task reports progress. */
function progressOf(pool: Pool): Promise<unknown> {
  return new Promise((resolve) => {
    const stop = pool.events.subscribe((event) => {
      if (event.type !== "progress") return;
      stop();
      resolve(event.value);
    });
  });
}

export function contexts({ sharedPool, createPool, traits }: SuiteBackend): void {
  // Long enough for every task here to end when it is told to.
  const pool = sharedPool({ workers: 1, grace: 10_000 });

  it("currentTask() does tell the numbers of call and worker", async () => {
    const started = collect(pool(), "start");
    const [a, b] = [await pool().apply(whoAmI), await pool().apply(whoAmI)];
    assertEquals(
      started().map(({ jobId, workerId }) => ({ jobId, workerId, aborted: false })),
      [a, b],
    );
    assert(a.jobId !== b.jobId);
  });

  it("currentTask() does throw where no task runs", () => {
    assertThrows(() => currentTask(), InvalidStateError, "no task is running here");
  });

  it("currentTask() does throw on the host while tasks run", async () => {
    const running = pool().apply(whoAmIAcross, [3]);
    assertThrows(() => currentTask(), InvalidStateError);
    await running;
    assertThrows(() => currentTask(), InvalidStateError);
  });

  it("currentTask() does give one context to one task", async () => {
    assertEquals(await pool().apply(sameContext), [true, true]);
  });

  it("currentTask() does keep tasks that overlap apart", async () => {
    await using own = createPool(3);
    const seen = await Promise.all(
      Array.from({ length: 9 }, (_, i) => own.apply(whoAmIAcross, [i % 4])),
    );
    for (const ids of seen) assertEquals(new Set(ids).size, 1);
    assertEquals(new Set(seen.map(([id]) => id)).size, 9);
  });

  it("progress() does reach the host as events, in order, with values of any kind", async () => {
    const events = collect(pool(), "progress");
    const values = [1, "two", { three: new Map([[3, new Date(3)]]) }, new TypeError("five"), null];
    const jobs = collect(pool(), "end");
    assertEquals(await pool().apply(report, [values]), "done");
    const [{ jobId }] = jobs() as [EventOf<"end">];
    const seen = events();
    assertEquals(seen.map((event) => event.jobId), values.map(() => jobId));
    assertEquals(seen.slice(0, 3).map(({ value }) => value), values.slice(0, 3));
    assertInstanceOf(seen[3]!.value, TypeError);
  });

  it("progress() does take a snapshot of its value", async () => {
    const events = collect(pool(), "progress");
    await pool().apply(reportAndChange);
    assertEquals(events().map(({ value }) => value), [{ n: 1 }, { n: 2 }]);
  });

  it("progress() does not show a call as another that runs after its end", async () => {
    const events = collect(pool(), "progress");
    await pool().apply(keepContext);
    const other = await pool().apply(reportAsAnother);
    assertEquals(events().filter(({ jobId }) => jobId === other), []);
  });

  it("progress() does cost nothing and break nothing when nobody listens", async () => {
    assertEquals(await pool().apply(report, [[1, 2]]), "done");
  });

  it("currentTask().signal does abort with the reason of the caller's signal", async () => {
    const controller = new AbortController();
    const started = progressOf(pool());
    const pending = rejection(pool().apply(untilAborted, [], { signal: controller.signal }));
    assertEquals(await started, "started");
    const reason = new RangeError("no longer wanted");
    controller.abort(reason);
    assertStrictEquals(await pending as unknown, reason);
    const told = await pool().apply(reasonTold) as RangeError;
    assertInstanceOf(told, RangeError);
    assertEquals(told.message, "no longer wanted");
  });

  it("currentTask().signal does abort when the time is up", async () => {
    const error = await rejection(pool().apply(untilAborted, [], { timeout: 30 }));
    assertInstanceOf(error, TimeoutError);
    assertInstanceOf(await pool().apply(reasonTold), TimeoutError);
  });

  it("currentTask().signal does not abort for the next call", async () => {
    assertEquals((await pool().apply(whoAmI)).aborted, false);
    assertEquals(pool().stats().workers.killed, 0);
  });

  if (traits.isolated) {
    it("new Pool() does work inside a task", async () => {
      assertEquals(await pool().apply(nested, [[1, 2]]), [3, 6]);
    });
  }
}
