/** Queues whose producers and consumers die. */
import { assert, assertEquals } from "@std/assert";
import { JoinableQueue, type Process, Queue, type SharedQueue, type Thread } from "@pool/core";
import * as tasks from "../tasks/queues.ts";
import { it } from "./bounded.ts";
import type { SuiteBackend } from "./leaks.ts";
import { type Diary, passTime, rejection, type Scene } from "./pool_scene.ts";

const ROUNDS = 20;
const MIB = 1024 * 1024;

export function queueDeathTests(
  { traits }: SuiteBackend,
  Kind: typeof Thread | typeof Process,
  scene: Scene,
): void {
  it("who is killed while it waits for an item takes none, 20 times over", async () => {
    const queue = new Queue<number>();
    for (let round = 0; round < ROUNDS; round++) {
      const diary = scene.diary();
      const one = new Kind({ target: tasks.getLater, args: [queue, diary.path] });
      one.start();
      await diary.has(1);
      await passTime(round);
      one.kill();
      await one.join();
      await queue.put(round);
      assertEquals(await queue.get({ timeout: 5000 }), round);
    }
  }, 60_000);

  it("what killed producers had acknowledged comes out once and in order", async () => {
    for (const maxsize of [0, 10]) {
      const queue = new Queue<tasks.Numbered>(maxsize);
      const diaries = [0, 1, 2].map(() => scene.diary());
      const producers = diaries.map((diary, n) =>
        new Kind({ target: tasks.putForEver, args: [queue, n, diary.path] })
      );
      for (const one of producers) one.start();
      const got: number[][] = [[], [], []];
      const take = async (wait: number) => {
        const [n, i] = await queue.get({ timeout: wait });
        got[n]!.push(i);
      };
      while (got.some((list) => list.length < 100)) await take(10_000);
      for (const one of producers) {
        one.kill();
        await one.join();
      }
      await rejection((async () => {
        for (;;) await take(300);
      })());
      for (const [n, list] of got.entries()) {
        assertEquals(list, Array.from({ length: list.length }, (_, i) => i), "in order and once");
        const acknowledged = diaries[n]!.lines.length;
        assert(
          list.length >= acknowledged && list.length <= acknowledged + 1,
          `${list.length} items of ${acknowledged} acknowledged ones`,
        );
      }
      assertEquals(await tasks.sizes(queue), [0, true, false]);
    }
  }, 60_000);

  it("a killed consumer loses nothing but what it had taken", async () => {
    const queue = new Queue<tasks.Numbered>(20);
    const seen = new Set<number>();
    let next = 0;
    for (let round = 0; round < 5; round++) {
      const diary = scene.diary();
      const one = new Kind({ target: tasks.getForEver, args: [queue, diary.path] });
      one.start();
      while (diary.lines.length < 30) {
        for (let i = 0; i < 10; i++) await queue.put([0, next++], { timeout: 10_000 });
      }
      one.kill();
      await one.join();
      for (const line of diary.lines) {
        const index = Number(line.split(" ")[1]);
        assert(!seen.has(index), `item ${index} came out twice`);
        seen.add(index);
      }
    }
    while (!await queue.empty()) seen.add((await queue.get({ timeout: 5000 }))[1]);
    assert(next - seen.size <= 5, `${next - seen.size} items were lost with 5 consumers`);
    assertEquals(await queue.qsize(), 0);
  }, 60_000);

  it(
    "a producer that dies with an unfinished item takes neither a place nor the queue along",
    async () => {
      for (const maxsize of [0, 2]) {
        const queue = new Queue<unknown>(maxsize);
        for (let round = 0; round < 5; round++) {
          await killAfterPut(Kind, scene.diary(), queue);
          // Where the creator serves the queue it has the item, as it was acknowledged.
          if (!traits.sharedMemory) {
            assertEquals((await queue.get({ timeout: 5000 }) as Uint8Array).length, 8 * MIB);
          }
          for (const item of [1, 2]) await queue.put(item, { timeout: 5000 });
          for (const item of [1, 2]) assertEquals(await queue.get({ timeout: 5000 }), item);
        }
      }
    },
    60_000,
  );

  it("what was put comes out after its producer has exited, 5 times over", async () => {
    for (let round = 0; round < 5; round++) {
      const queue = new Queue<Uint8Array>(), exitCode = round % 2 * 3;
      const one = new Kind({ target: tasks.putAndExit, args: [queue, 10, exitCode] });
      one.start();
      await one.join();
      assertEquals(one.exitCode, exitCode);
      for (let i = 0; i < 10; i++) assertEquals((await queue.get({ timeout: 5000 }))[0], i);
      assertEquals(await queue.empty(), true);
    }
  }, 60_000);

  it("a consumer that dies in the middle of an item leaves the next one whole", async () => {
    const queue = new Queue<Uint8Array>();
    for (let round = 0; round < 5; round++) {
      const diary = scene.diary();
      const one = new Kind({ target: tasks.getLater, args: [queue, diary.path] });
      one.start();
      await diary.has(1);
      const puts = queue.put(new Uint8Array(30 * MIB).fill(1));
      await passTime(round * 3);
      one.kill();
      await puts;
      await one.join();
      await queue.put(new Uint8Array(2).fill(2));
      let item = await queue.get({ timeout: 5000 });
      if (item[0] === 1) {
        assertEquals(item.length, 30 * MIB);
        item = await queue.get({ timeout: 5000 });
      }
      assertEquals([...item], [2, 2]);
      assert(await queue.empty());
    }
  }, 60_000);

  it("join() of a JoinableQueue does not wait for items that died with their producer", async () => {
    if (!traits.sharedMemory) return;
    const queue = new JoinableQueue<unknown>();
    await killAfterPut(Kind, scene.diary(), queue);
    await queue.put(1);
    assertEquals(await queue.get({ timeout: 5000 }), 1);
    await queue.taskDone();
    assertEquals(await queue.join({ timeout: 5000 }), true);
  });
}

/** Kills a producer of which one large item is on its way. */
async function killAfterPut(
  Kind: typeof Thread | typeof Process,
  diary: Diary,
  queue: SharedQueue<unknown>,
): Promise<void> {
  const one = new Kind({ target: tasks.putAndStay, args: [queue, 8 * MIB, diary.path] });
  one.start();
  await diary.has(1);
  one.kill();
  await one.join();
}
