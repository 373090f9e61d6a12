/** Items that were taken for a child process which did not live to get them. */
import { after, describe } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { JoinableQueue, Process, Queue, type SharedQueue, Thread } from "@pool/core";
import { it } from "./conformance/bounded.ts";
import { Scene, until } from "./conformance/pool_scene.ts";
import * as tasks from "./tasks/queues.ts";

const SOON = { timeout: 5000 };
const ROUNDS = 20;

describe("items that did not arrive", () => {
  const scene = new Scene();
  const victims = new Set<Process>();
  after(() => {
    for (const one of victims) one.kill();
  });

  /** A child that has asked for items and reads no answer. */
  async function freeze(queue: SharedQueue, count: number): Promise<Process> {
    const diary = scene.diary();
    const one = new Process({ target: tasks.getAndFreeze, args: [queue, count, diary.path] });
    victims.add(one);
    one.start();
    await diary.has(1);
    return one;
  }

  async function kill(one: Process): Promise<void> {
    one.kill();
    await one.join();
    victims.delete(one);
  }

  /** Puts items and waits until they were taken for somebody. */
  async function putForOthers(queue: SharedQueue, items: readonly unknown[]): Promise<void> {
    for (const item of items) await queue.put(item, SOON);
    let isEmpty = false;
    await until(() => {
      void queue.empty().then((empty) => isEmpty = empty);
      return isEmpty;
    }, "the items are taken");
  }

  for (const maxsize of [0, 1, 10]) {
    it(`they are taken next, in order, maxsize ${maxsize}`, async () => {
      const queue = new Queue<unknown>(maxsize);
      const one = await freeze(queue, 3);
      await putForOthers(queue, [1, 2, 3]);
      await queue.put(4);
      await kill(one);
      for (const item of [1, 2, 3, 4]) assertEquals(await queue.get(SOON), item);
      assertEquals(await tasks.sizes(queue as Queue<tasks.Numbered>), [0, true, false]);
    });
  }

  it("large ones come back whole, also to a thread that blocks", async () => {
    const queue = new Queue<Uint8Array>(), back = new Queue<number>();
    const one = await freeze(queue, 3);
    const sizes = [3_000_000, 10, 100_000];
    await putForOthers(queue, sizes.map((size) => new Uint8Array(size).fill(size & 255)));
    await using reader = new Thread({ target: tasks.sizesSync, args: [queue, 2, back] });
    reader.start();
    await kill(one);
    assertEquals([await back.get(SOON), await back.get(SOON)], sizes.slice(0, 2));
    const last = await queue.get(SOON);
    assertEquals([last.length, last[99_999]], [sizes[2], sizes[2]! & 255]);
  });

  it("who waits for an item gets them, here and in a child", async () => {
    const queue = new Queue<number>(), answers = new Queue<number>();
    const one = await freeze(queue, 2);
    await putForOthers(queue, [1, 2]);
    const here = queue.get(SOON);
    await using other = new Process({ target: tasks.forward, args: [queue, answers] });
    other.start();
    await kill(one);
    assertEquals([await here, await answers.get({ timeout: 10_000 })].sort(), [1, 2]);
  });

  it("join() of a JoinableQueue waits for them, and taskDone() counts them once", async () => {
    const queue = new JoinableQueue<number>();
    const one = await freeze(queue, 2);
    await putForOthers(queue, [1, 2]);
    assertEquals(await queue.join({ timeout: 50 }), false);
    await kill(one);
    for (const item of [1, 2]) {
      assertEquals(await queue.join({ timeout: 0 }), false);
      assertEquals(await queue.get(SOON), item);
      assertEquals(await queue.join({ timeout: 0 }), false);
      await queue.taskDone();
    }
    assertEquals(await queue.join(SOON), true);
    const tooMany = await queue.taskDone().catch((error) => error);
    assert(tooMany instanceof RangeError, `${tooMany}`);
  });

  it("what somebody has got does not come again, 20 times over", async () => {
    const queue = new Queue<tasks.Numbered>();
    for (let round = 0; round < ROUNDS; round++) {
      const diary = scene.diary();
      const one = new Process({ target: tasks.getAndDie, args: [queue, diary.path] });
      victims.add(one);
      one.start();
      await queue.put([round, 1]);
      await queue.put([round, 2]);
      await one.join();
      victims.delete(one);
      assertEquals(diary.lines, [`${round} 1`]);
      assertEquals(await queue.get(SOON), [round, 2]);
      assert(await queue.empty(), "nothing else is there");
    }
  }, 60_000);
});
