/** What the slot lane must leave as it is: order, timers, messages, progress, aborts, and other calls. */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { describe } from "node:test";
import { Pool, WorkerDiedError } from "@pool/core";
import { it } from "./conformance/bounded.ts";
import { passTime, recordEvents } from "./conformance/pool_scene.ts";
import { warmPool } from "./slots/warm_pool.ts";
import * as tasks from "./tasks/slots.ts";

const LARGE = "x".repeat(100_000);

/** A number of calls that follow one another without end, some always on their way. */
class Traffic {
  calls = 0;
  #on = true;
  readonly #done: Promise<void>;

  constructor(call: (n: number) => Promise<unknown>, lines = 4) {
    this.#done = Promise.all(Array.from({ length: lines }, () => this.#run(call))).then(() => {});
  }

  async #run(call: (n: number) => Promise<unknown>): Promise<void> {
    while (this.#on) await call(this.calls++);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#on = false;
    await this.#done;
  }
}

describe("event loops under traffic by slots", () => {
  /** Ticks of an interval of 20 ms in 0.4 s in which the worker is never without a call. */
  async function ticksUnder(call: (pool: Pool, n: number) => Promise<unknown>): Promise<number> {
    await using pool = await warmPool(1);
    await pool.apply(tasks.startTicking, [20]);
    await using traffic = new Traffic((n) => call(pool, n));
    const before = await pool.apply(tasks.readTicks);
    await passTime(400);
    const after = await pool.apply(tasks.readTicks);
    assertGreater(traffic.calls, 100);
    return after - before;
  }

  const loads: Record<string, (pool: Pool, n: number) => Promise<unknown>> = {
    "sync calls": (pool, n) => pool.apply(tasks.echo, [n]),
    "async calls": (pool, n) => pool.apply(tasks.echoSoon, [n]),
    "calls that throw": (pool, n) => pool.apply(tasks.failSoon, [n]).catch(() => {}),
    "calls and pauses": async (pool, n) => {
      await pool.apply(tasks.echo, [n]);
      await passTime(n % 3);
    },
  };
  for (const [name, call] of Object.entries(loads)) {
    it(`a worker's timers fire under ${name}`, async () => {
      const ticks = await ticksUnder(call);
      assert(ticks >= 4 && ticks <= 40, `${ticks} ticks of 20 ms in 0.4 s`);
    });

    it(`the host's timers fire under ${name}`, async () => {
      await using pool = await warmPool(2);
      let ticks = 0;
      const timer = setInterval(() => ticks++, 5);
      try {
        await using _traffic = new Traffic((n) => call(pool, n), 200);
        // A machine that is busy elsewhere may hold up a window; a host that starves does so in each.
        for (let window = 0; window < 4 && ticks <= 6; window++) {
          ticks = 0;
          await passTime(300);
        }
      } finally {
        clearInterval(timer);
      }
      assertGreater(ticks, 6);
    });
  }

  it("a worker's timers fire while it is idle", async () => {
    await using pool = await warmPool(1);
    await pool.apply(tasks.startTicking, [20]);
    const before = await pool.apply(tasks.readTicks);
    await passTime(500);
    const ticks = await pool.apply(tasks.readTicks) - before;
    assert(ticks >= 15 && ticks <= 40, `${ticks} ticks of 20 ms in half a second`);
  });
});

describe("messages beside slots", () => {
  it("a large call under traffic does not wait long", async () => {
    await using pool = await warmPool(1);
    await using _traffic = new Traffic((n) => pool.apply(tasks.echo, [n]));
    const times: number[] = [];
    for (let i = 0; i < 30; i++) {
      const began = performance.now();
      await pool.apply(tasks.echo, [LARGE]);
      times.push(performance.now() - began);
      await passTime(3);
    }
    assertLess(times.sort((a, b) => a - b)[15], 10);
  });

  it("an abort reaches an async task under traffic, whose worker lives on", async () => {
    await using pool = await warmPool(1);
    await using _traffic = new Traffic((n) => pool.apply(tasks.echo, [n]));
    for (let i = 0; i < 10; i++) {
      const controller = new AbortController();
      const call = pool.apply(tasks.untilAborted, [], { signal: controller.signal });
      await passTime(5);
      controller.abort("enough");
      assertEquals(await call.catch((reason) => reason), "enough");
      assertEquals(await pool.apply(tasks.echo, [i]), i);
    }
    const { killed, died } = pool.stats().workers;
    assertEquals([killed, died], [0, 0]);
  });

  it("a small result does not wait behind a long call", async () => {
    await using pool = await warmPool(1);
    // Known as short, so that more of them are sent ahead.
    for (let i = 0; i < 50; i++) await pool.apply(tasks.echoBusily, [0, i]);
    const began = performance.now();
    const small = pool.apply(tasks.echoBusily, [0, 1]);
    const long = pool.apply(tasks.echoBusily, [400, 2]);
    assertEquals(await small, 1);
    assertLess(performance.now() - began, 200);
    assertEquals(await long, 2);
  });

  it("progress comes in order, before the end of its call", async () => {
    await using pool = await warmPool(2);
    const events = recordEvents(pool);
    await using _traffic = new Traffic((n) => pool.apply(tasks.echo, [n]));
    const calls = Array.from(
      { length: 20 },
      (_, n) =>
        n % 2 === 0
          ? pool.apply(tasks.reportSteps, [n, 10])
          : pool.apply(tasks.reportStepsSlowly, [n, 10]),
    );
    assertEquals(await Promise.all(calls), calls.map((_, n) => n));
    const names = ["reportSteps", "reportStepsSlowly"];
    const seen = new Map<number, unknown[]>();
    for (const event of events) {
      if (event.type === "progress") {
        seen.set(event.jobId, [...seen.get(event.jobId) ?? [], (event.value as number[])[1]]);
      } else if (event.type === "end" && names.includes(event.task)) {
        seen.get(event.jobId)!.push("end");
      }
    }
    assertEquals(seen.size, 20);
    const steps = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, "end"];
    for (const told of seen.values()) assertEquals(told, steps);
  });
});

describe("order beside slots", () => {
  /** Small ones go by slot, large ones by message. */
  const loadOf = (n: number): string => n % 7 === 0 || n % 11 === 5 ? LARGE : "";

  it("one worker runs small and large calls in the order in which they were made", async () => {
    await using pool = await warmPool(1);
    const calls: Promise<number>[] = [];
    for (let n = 0; n < 2000; n++) {
      calls.push(pool.apply(tasks.remember, [n, loadOf(n)]));
      if (n % 100 === 99) await passTime(n % 3);
    }
    await Promise.all(calls);
    assertEquals(await pool.apply(tasks.readRecord), calls.map((_, n) => n));
  });

  it("calls of a key run in order on one worker, small and large", async () => {
    await using pool = await warmPool(3);
    const calls: Promise<number>[] = [];
    for (let n = 0; n < 1500; n++) {
      const key = `key ${n % 5}`;
      calls.push(pool.apply(tasks.remember, [n, loadOf(n)], { key }));
      if (n % 100 === 99) await passTime(n % 3);
    }
    await Promise.all(calls);
    const records = await pool.broadcast(tasks.readRecord);
    assertEquals(records.flat().length, 1500);
    for (let key = 0; key < 5; key++) {
      const own = records.map((record) => record.filter((n) => n % 5 === key));
      const all = own.filter(({ length }) => length > 0);
      assertEquals(all.length, 1, `${key} ran on ${all.length} workers`);
      assertEquals(all[0], all[0]!.toSorted((a, b) => a - b));
    }
  });
});

describe("a worker that ends beside slots", () => {
  it("results that stand in its slots arrive, and what it had not begun runs elsewhere", async () => {
    await using pool = await warmPool(1);
    for (let at = 0; at < 12; at++) {
      const calls = Array.from(
        { length: 12 },
        (_, n) => n === at ? pool.apply(tasks.leave, [3]) : pool.apply(tasks.echo, [n]),
      );
      const ends = await Promise.allSettled(calls);
      ends.forEach((end, n) => {
        if (n !== at) return assertEquals(end, { status: "fulfilled", value: n });
        assert(end.status === "rejected" && end.reason instanceof WorkerDiedError);
      });
    }
    assertEquals(pool.stats().workers.died, 12);
  });

  it("at any access to shared memory, it loses at most the call that it runs", async () => {
    const workerUrl = new URL("./slots/stepping_entry.ts", import.meta.url);
    await using pool = new Pool({ workers: 1, workerUrl });
    let lost = 0;
    // Every access would take long on Node, where a worker's start takes 50 ms.
    for (let accesses = 1; accesses <= 80; accesses += 2) {
      // Tasks that a worker has met go by slot.
      await pool.apply(tasks.lightFuse, [Infinity]);
      await pool.apply(tasks.echoSoon, [0]);
      await pool.apply(tasks.echo, [0]);
      const fuse = pool.apply(tasks.lightFuse, [accesses]);
      const calls = Array.from({ length: 4 }, (_, n) => pool.apply(tasks.echo, [n]));
      calls.push(pool.apply(tasks.echoSoon, [4]));
      const ends = await Promise.allSettled([fuse, ...calls]);
      const died = ends.filter(({ status }) => status === "rejected");
      assert(died.length <= 1, `${died.length} calls were lost at access ${accesses}`);
      ends.slice(1).forEach((end, n) => {
        if (end.status === "fulfilled") assertEquals(end.value, n);
        else assert(end.reason instanceof WorkerDiedError, String(end.reason));
      });
      lost += died.length;
      // What is left of the fuse may still burn down, in this call.
      await pool.apply(tasks.lightFuse, [Infinity]).catch(() => {});
    }
    // Some ends came while a call ran; most between two, where nothing is lost.
    assertGreater(lost, 0);
    assertGreater(pool.stats().workers.died, 8);
  }, 60_000);
});
