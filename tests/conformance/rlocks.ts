/** What RLock has beyond Lock: its holder may take it again. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Event, RLock, Semaphore, TimeoutError } from "@pool/core";
import * as locks from "../tasks/acquiring.ts";
import * as tasks from "../tasks/rlocks.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite } from "./leaks.ts";

export function rlockSuite(backend: Backend): void {
  suite("RLock: taken again", backend, (b) => {
    const pool = b.sharedPool(2);

    it("its holder takes it again, and gives it back as many times", async () => {
      const lock = new RLock();
      assertEquals(await pool().apply(tasks.nest, [lock]), "RangeError");
      assertEquals(await tasks.nest(lock), "RangeError");
      tasks.nestSync(lock);
      if (b.traits.sharedMemory) await pool().apply(tasks.nestSync, [lock]);
    });

    it("others get it after the last release, not before", async () => {
      const lock = new RLock();
      const first = await lock.acquire(), second = await lock.acquire();
      assertEquals(await pool().apply(locks.take, [lock, 0]), null);
      await first!.release();
      assertEquals(await pool().apply(locks.take, [lock, 50]), null);
      await second!.release();
      assertEquals(await pool().apply(locks.take, [lock, 0]), false);
    });

    it("the second wait of a worker is over with its first, whoever waits between them", async () => {
      const lock = new RLock(), ready = new Semaphore(0), end = new Event();
      const holder = pool().apply(locks.holdUntil, [lock, ready, end]);
      await ready.acquire();
      const first = lock.acquire();
      const between = pool().apply(locks.takeLater, [lock, ready]);
      await ready.acquire();
      const second = lock.acquire();
      await end.set();
      const held = [await first, await second];
      for (const one of held) await one!.release();
      assertEquals(await between, false);
      await holder;
    });

    it("two waits of each of two workers are over in pairs", async () => {
      const lock = new RLock();
      const held = await lock.acquire();
      const calls = [1, 2].map(() => pool().apply(tasks.nest, [lock]));
      await held!.release();
      // One release too many is refused, whether the other has it in this moment or nobody.
      for (const end of await Promise.all(calls)) assertMatch(end, /^(Range|InvalidState)Error$/);
    });

    it("a worker that dies lets go of it, however often it took it", async () => {
      const lock = new RLock(), ready = new Semaphore(0);
      const call = pool().apply(locks.keep, [lock, ready, 3], { timeout: 400 });
      await assertRejects(() => call, TimeoutError);
      const next = await lock.acquire({ timeout: 3000 });
      assert(next?.ownerDied);
      await next.release();
      assertEquals(await pool().apply(locks.take, [lock, 0]), false);
    });
  });
}
