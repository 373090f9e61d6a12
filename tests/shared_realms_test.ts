import { describe } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Lock, MaybeEncodingError, Pool, ProcessError, WorkerDiedError } from "@pool/core";
import { it } from "./conformance/bounded.ts";
import * as tasks from "./tasks/realms.ts";

const KINDS = ["thread", "process"] as const;

describe("shared things among realms", () => {
  for (const outer of KINDS) {
    for (const inner of KINDS) {
      it(`a ${inner} within a ${outer} uses what the main program made`, async () => {
        const lock = new Lock();
        assertEquals(await tasks.takeWithin([outer, inner], lock), false);
        const held = await lock.acquire({ timeout: 0 });
        assert(held, "it was given back");
        const late = tasks.takeWithin([outer, inner], lock);
        setTimeout(() => void held.release(), 200);
        assertEquals(await late, false);
      });

      it(`a ${outer} uses what a ${inner} within it made`, async () => {
        await using pool = new Pool({ workers: 1, backend: outer });
        const all = await pool.apply(tasks.takeMadeWithin, [inner]);
        assertEquals(all, [false, false, false, false]);
      });

      it(`a ${inner} uses what a ${outer} beside it made`, async () => {
        await using makers = new Pool({ workers: 1, backend: outer });
        await using users = new Pool({ workers: 2, backend: inner });
        const lock = await makers.apply(tasks.make, []);
        assertEquals(await users.map(tasks.takeOnce, [lock, lock]), [false, false]);
        await assertRejects(() => users.apply(tasks.dieWith, [lock]), WorkerDiedError);
        assertEquals(await users.apply(tasks.takeOnce, [lock]), true);
      });
    }
  }

  for (const backend of [...KINDS, "inline"] as const) {
    it(`on backend ${backend} one handle stands for one thing, wherever it came from`, async () => {
      await using pool = new Pool({ workers: 1, backend });
      const lock = new Lock(), other = new Lock();
      const deep = new Map([["here", [lock, other]]]);
      const [same, back, otherBack] = await pool.apply(tasks.sameTwice, [lock, { deep }]);
      assert(same && back === lock && otherBack === other);
    });
  }

  it("what a child made is gone with it: calls that wait, and later ones, reject", async () => {
    await using users = new Pool({ workers: 1, backend: "process" });
    const makers = new Pool({ workers: 1, backend: "process" });
    const lock = await makers.apply(tasks.make, []);
    const held = await lock.acquire();
    const waiting = lock.acquire();
    const elsewhere = users.apply(tasks.waitFor, [lock]);
    setTimeout(() => void makers.terminate(), 300);
    await assertRejects(() => waiting, ProcessError, "has ended");
    assertEquals(await elsewhere, "ProcessError");
    await assertRejects(() => lock.acquire({ timeout: 0 }), ProcessError, "has ended");
    await assertRejects(() => held!.release(), ProcessError, "has ended");
    assertEquals(await users.apply(tasks.waitFor, [lock]), "ProcessError");
    await makers.join();
  });

  it("what a thread made stays: its memory is shared", async () => {
    const makers = new Pool({ workers: 1, backend: "thread" });
    const lock = await makers.apply(tasks.make, []);
    makers.terminate();
    await makers.join();
    assertEquals((await lock.acquire({ timeout: 0 }))?.ownerDied, false);
  });

  it("memory itself is refused by child processes", async () => {
    await using pool = new Pool({ workers: 1, backend: "process" });
    await assertRejects(
      () =>
        pool.apply((value: unknown) => value, [{
          lock: new Lock(),
          raw: new SharedArrayBuffer(8),
        }]),
      MaybeEncodingError,
      "args[0].raw",
    );
  });

  it("initargs hand a lock to every worker", async () => {
    const lock = new Lock();
    for (const backend of KINDS) {
      await using pool = new Pool({
        workers: 2,
        backend,
        initializer: (mine: Lock) => void Object.assign(globalThis, { mine }),
        initargs: [lock],
      });
      const take = async (): Promise<boolean> => {
        const { mine } = globalThis as unknown as { mine: Lock };
        const held = await mine.acquire();
        await held!.release();
        return held!.ownerDied;
      };
      assertEquals(await pool.broadcast(take, []), [false, false]);
    }
  });
});
