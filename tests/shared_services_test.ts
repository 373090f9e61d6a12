/** What a realm serves for others, and for how long. */
import { describe } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { Condition, Event, Lock, Pipe, Pool, Queue, SimpleQueue, Value } from "@pool/core";
import { realm } from "../src/protocol/realm.ts";
import { realmCalls } from "../src/protocol/realm_calls.ts";
import { collectGarbage } from "./collect_garbage.ts";
import { it } from "./conformance/bounded.ts";
import { rejection } from "./conformance/rejection.ts";
import * as tasks from "./tasks/services.ts";

const MANY = 2000;
/** So many may be left that something still shows at: registers, the last call. */
const FEW = 20;

/** Calls it in a frame of its own, so that nothing of it stays reachable. */
async function apart(act: () => Promise<unknown>): Promise<void> {
  await act();
}

/** Collects until no more than so many services are left of those that came after `before`. */
async function servicesLeft(before: number, most: number): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    await collectGarbage();
    if (realmCalls().offered - before <= most) break;
  }
  return realmCalls().offered - before;
}

/** As {@link servicesLeft}: handles that the worker of a pool has. */
async function handlesLeft(pool: Pool, most = FEW): Promise<number> {
  for (let tries = 0;; tries++) {
    const left = await pool.apply(tasks.drop);
    if (left <= most || tries === 50) return left;
  }
}

describe("services for other processes", () => {
  it(`${MANY} locks that were passed to a child and dropped leave nothing`, async () => {
    await using pool = new Pool({ workers: 1, backend: "process" });
    await pool.apply(tasks.takeOnce, [new Lock()]);
    const before = realmCalls().offered, handles = realm.handles.size;
    await apart(async () => {
      const locks = Array.from({ length: MANY }, () => new Lock());
      const taken = await pool.map(tasks.takeOnce, locks);
      assert(taken.every((one) => one));
      assert(realmCalls().offered - before >= MANY - FEW, "they are served while they are here");
    });
    assert(await handlesLeft(pool) <= FEW, "the child has no handles left");
    const left = await servicesLeft(before, FEW);
    assert(left <= FEW, `${left} services are left`);
    assert(realm.handles.size - handles <= FEW, `${realm.handles.size} handles`);
  }, 60_000);

  it("so do things of all kinds, also inside of messages", async () => {
    await using pool = new Pool({ workers: 1, backend: "process" });
    const before = realmCalls().offered;
    await apart(async () => {
      const queue = new Queue<unknown>();
      for (let i = 0; i < 20; i++) {
        const [ours, theirs] = Pipe();
        await queue.put([new Event(), new SimpleQueue(), theirs]);
        const items = await pool.apply(tasks.echo, [[queue, await queue.get(), new Lock()]]);
        assertEquals(items.length, 3);
        await ours.close();
      }
    });
    assert(await handlesLeft(pool) <= FEW, "the child has no handles left");
    const left = await servicesLeft(before, FEW);
    assert(left <= FEW, `${left} services are left`);
  }, 60_000);

  it("what a child holds, or is on its way to one, goes on working", async () => {
    await using pool = new Pool({
      workers: 1,
      backend: "process",
      initializer: tasks.keep,
      initargs: [new Lock()],
    });
    const queue = new SimpleQueue<Lock>();
    await queue.put(new Lock());
    for (let round = 0; round < 2; round++) {
      await collectGarbage();
      assertEquals(await pool.apply(tasks.takeKept), true);
      // The next worker gets the same.
      await rejection(pool.apply(tasks.exit));
    }
    assertEquals(await pool.apply(tasks.takeQueued, [queue]), true);
  }, 60_000);

  it("what is on its way to a child comes with its lock", async () => {
    await using pool = new Pool({ workers: 1, backend: "process" });
    const queue = new SimpleQueue<Value<"i32"> | Condition>();
    const before = realmCalls().offered;
    await apart(async () => {
      await queue.put(new Value("i32", 5));
      await queue.put(new Condition());
    });
    await servicesLeft(before, 2);
    assertEquals(await pool.apply(tasks.takeQueuedLocks, [queue]), [true, true]);
    await handlesLeft(pool, 1);
    assert(await servicesLeft(before, 1) <= 1, "the queue's is left");
  }, 60_000);

  it("it goes from one child to another after its maker has dropped it", async () => {
    await using one = new Pool({ workers: 1, backend: "process" });
    await using other = new Pool({ workers: 1, backend: "process" });
    const queue = new SimpleQueue<Lock>();
    const before = realmCalls().offered;
    await apart(() => one.apply(tasks.putInto, [queue, new Lock()]));
    await handlesLeft(one, 1);
    await collectGarbage();
    assertEquals(await other.apply(tasks.takeQueued, [queue]), true);
    await handlesLeft(other, 1);
    assert(await servicesLeft(before, 1) <= 1, "the queue's is left");
  }, 60_000);

  it("what a killed child held, and calls that never ran, count no more", async () => {
    const before = realmCalls().offered;
    await apart(async () => {
      await using pool = new Pool({ workers: 1, backend: "process" });
      const locks = Array.from({ length: 50 }, () => new Lock());
      await pool.map(tasks.takeOnce, locks);
      const calls = locks.map((lock) => rejection(pool.apply(tasks.takeAndHang, [lock])));
      pool.terminate();
      await Promise.all(calls);
    });
    const left = await servicesLeft(before, FEW);
    assert(left <= FEW, `${left} services are left`);
  }, 60_000);
});
