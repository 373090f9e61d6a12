/** Programs whose tests put fakes in the place of timers and clocks, and let no time pass. */
import { describe } from "node:test";
import { assertEquals } from "@std/assert";
import { type BackendName, Lock, Pool, Queue, TimeoutError } from "@pool/core";
import { it } from "./conformance/bounded.ts";
import { rejection } from "./conformance/rejection.ts";
import * as tasks from "./tasks/pool_tasks.ts";

const TIMERS = [
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
  "queueMicrotask",
] as const;

/** No timer fires, no microtask comes, and all clocks stand still, while `run` goes on. */
async function withFakes(run: () => Promise<void>): Promise<void> {
  const realm = globalThis as unknown as Record<string, unknown>;
  const real = TIMERS.map((name) => [name, realm[name]] as const);
  const { now } = performance, today = Date.now, at = performance.now();
  const timer = { ref() {}, unref() {} };
  for (const name of TIMERS) realm[name] = () => timer;
  performance.now = () => at;
  Date.now = () => 0;
  try {
    await run();
  } finally {
    for (const [name, value] of real) realm[name] = value;
    performance.now = now;
    Date.now = today;
  }
}

describe("under the fake timers of a program's tests", () => {
  for (const backend of ["thread", "process", "inline"] satisfies BackendName[]) {
    it(`calls of a pool with backend "${backend}" end, and so do their time limits`, async () => {
      await withFakes(async () => {
        await using pool = new Pool({ workers: 1, backend, grace: 10 });
        assertEquals(await pool.apply(tasks.square, [3]), 9);
        assertEquals(await pool.map(tasks.square, [1, 2, 3]), [1, 4, 9]);
        const late = pool.apply(() => new Promise(() => {}), [], { timeout: 20 });
        assertEquals(await rejection(late) instanceof TimeoutError, true);
      });
    });
  }

  it("locks and queues go on", async () => {
    await withFakes(async () => {
      const lock = new Lock(), queue = new Queue<number>();
      using _held = await lock.acquire();
      await queue.put(1);
      assertEquals(await queue.get(), 1);
      assertEquals(await lock.acquire({ timeout: 20 }), null);
    });
  });
});
