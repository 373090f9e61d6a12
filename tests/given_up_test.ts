/** Threads that ignore their end: what a program sees of them where the runtime cannot stop them. */
import { describe } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { Lock, Pool, Queue, Semaphore, Thread } from "@pool/core";
import { threads } from "../src/adapters/detect.ts";
import { it } from "./conformance/bounded.ts";
import { runScenario } from "./crash/run_scenario.ts";
import { acquireBlocking, getBlocking } from "./tasks/acquiring.ts";

const { killable } = threads().traits;

describe("a thread that ignores its end", () => {
  it("is replaced, counted and told of once, and the program ends", async () => {
    const { code, stdout, stderr, late, lingered } = await runScenario("given_up");
    const count = killable ? 0 : 1;
    assertEquals(JSON.parse(stdout || "null"), {
      names: ["TimeoutError", "TimeoutError"],
      replaced: [2, 2],
      exitCode: -15,
      counts: [count, count],
    }, stderr);
    assertEquals({ code, late }, { code: 0, late: false });
    assert(lingered < 1000, `the program took ${lingered} ms to end`);
    const warnings = stderr.match(/Cannot stop a worker thread/g) ?? [];
    assertEquals(warnings.length, killable ? 0 : 1, stderr);
    if (!killable) assert(stderr.includes('backend: "process"'), stderr);
  }, 40_000);
});

describe("a thread that is ended while a wait blocks it", () => {
  /** Time to begin the wait, and later to take something. */
  const moment = () => new Promise((resolve) => setTimeout(resolve, 150));

  async function endOneThatWaits(target: typeof getBlocking, queue: Queue<number>, lock: Lock) {
    const sign = new Semaphore(0);
    const thread = new Thread({ target, args: [queue, lock, sign] });
    thread.start();
    await sign.acquire();
    await moment();
    thread.kill();
    await thread.join();
  }

  it("gets no item any more", async () => {
    const queue = new Queue<number>();
    await endOneThatWaits(getBlocking, queue, new Lock());
    await queue.put(1);
    await moment();
    assertEquals(await queue.get({ timeout: 1000 }), 1);
  });

  it("gets no lock any more", async () => {
    const lock = new Lock(), held = await lock.acquire();
    await endOneThatWaits(acquireBlocking, new Queue(), lock);
    await held!.release();
    await moment();
    assertEquals((await lock.acquire({ timeout: 1000 }))?.ownerDied, false);
  });
});

describe("a thread that ends when it is told to", () => {
  const givenUp = async (act: (pool: Pool) => unknown): Promise<number> => {
    const pool = new Pool(2);
    await act(pool);
    await pool.terminate();
    await pool.join();
    return pool.stats().workers.givenUp;
  };

  it("is not counted, at whatever step of its life it is ended", async () => {
    const acts: ((pool: Pool) => unknown)[] = [
      () => {},
      () => Promise.resolve(),
      () => new Promise((resolve) => setTimeout(resolve, 5)),
      () => new Promise((resolve) => setTimeout(resolve, 15)),
      (pool) => pool.apply(() => 1),
      (pool) => void pool.applyAsync(() => new Promise(() => {})),
      async (pool) => {
        await pool.apply(() => 1);
        pool.applyAsync(() => {
          for (const end = performance.now() + 100; performance.now() < end;);
        });
      },
    ];
    for (const [index, act] of acts.entries()) {
      assertEquals(await givenUp(act), 0, `act ${index}`);
    }
  });

  it("is not counted as a Thread", async () => {
    const thread = new Thread({ target: () => new Promise(() => {}) });
    thread.start();
    await thread.join({ timeout: 100 });
    thread.kill();
    await thread.join();
    assertEquals(thread.exitCode, -9);
  });
});
