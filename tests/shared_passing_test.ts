import { describe } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Pool, ProcessError, type SharedArray, Thread, type Value } from "@pool/core";
import { it } from "./conformance/bounded.ts";
import * as tasks from "./tasks/passing.ts";
import { contents, makeBag } from "./tasks/passing.ts";

const KINDS = ["thread", "process"] as const;

const added = (bag: tasks.Bag): Promise<number[]> => {
  const [cell, all] = [...bag.cells] as [Value<"i32">, SharedArray<"u8">];
  return Promise.all([cell.get(), all.get(1)]);
};

describe("locks, semaphores, events and cells inside values", () => {
  for (const outer of KINDS) {
    for (const inner of KINDS) {
      it(`a ${inner} within a ${outer} uses those of the main program, and they come back`, async () => {
        const bag = makeBag();
        const [faults, back] = await tasks.passOn([outer, inner], bag);
        assertEquals(faults, []);
        assert(contents(bag).every((thing, i) => thing === contents(back)[i]));
        assertEquals(await added(bag), [6, 3]);
      });

      it(`a ${inner} uses those that a ${outer} beside it made`, async () => {
        await using makers = new Pool({ workers: 1, backend: outer });
        await using users = new Pool({ workers: 2, backend: inner });
        const bag = await makers.apply(makeBag, []);
        assertEquals(await users.map(tasks.useBag, [bag, bag, bag]), [[], [], []]);
        assertEquals(await makers.apply(tasks.useBag, [bag]), []);
        assertEquals(await tasks.useBag(bag), []);
        assertEquals(await added(bag), [10, 7]);
      });
    }
  }

  for (const backend of KINDS) {
    it(`what stands twice in a message is one object in a ${backend}`, async () => {
      await using pool = new Pool({ workers: 1, backend });
      const bag = makeBag();
      assert(await pool.apply(tasks.compare, [bag, { bag }]));
      assert(await pool.apply(tasks.compare, [bag, { bag: makeBag() }]) === false);
    });

    it(`initargs hand them to each ${backend} of a pool`, async () => {
      const bag = makeBag();
      const options = { initializer: tasks.keepBag, initargs: [bag] };
      await using pool = new Pool({ workers: 2, backend, ...options });
      assertEquals(await pool.broadcast(tasks.useKept, []), [[], []]);
      assertEquals(await added(bag), [7, 4]);
    });
  }

  it("what using gives back after the end of its process harms nobody", async () => {
    await using makers = new Pool({ workers: 1, backend: "process" });
    const bag = await makers.apply(makeBag, []);
    {
      using held = await bag.lock.acquire();
      assert(held);
      makers.terminate();
      await makers.join();
    }
    // A rejection that nobody handles would end the program.
    await assertRejects(() => bag.lock.acquire(), ProcessError);
  });

  it("a Thread of its own uses them", async () => {
    const bag = makeBag();
    const thread = new Thread({ target: tasks.useBag, args: [bag] });
    thread.start();
    assert(await thread.join({ timeout: 10_000 }));
    assertEquals(await added(bag), [6, 3]);
  });
});
