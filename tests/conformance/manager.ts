/** Managers whose objects are used by workers, and what deaths do to them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  type Connection,
  type DictProxy,
  Manager,
  MaybeEncodingError,
  Pipe,
  PoolError,
  transfer,
} from "@pool/core";
import { startServerThread } from "../../src/multiprocessing/manager/server_thread.ts";
import type { ManagerClient } from "../../src/multiprocessing/manager/manager_client.ts";
import { reviveShared } from "../../src/protocol/shareable.ts";
import * as tasks from "../tasks/managers.ts";
import type { AnyDict } from "../tasks/managers.ts";
import type { Backend } from "./backend.ts";
import { it, within } from "./bounded.ts";
import { suite } from "./leaks.ts";
import { rejection } from "./rejection.ts";
import { startVictim } from "./victim.ts";

const ROUNDS = 20;
/** What has ended is known after this time (ms). */
const SOON = 5000;

export function managerSuite(backend: Backend): void {
  suite("Manager", backend, (b) => {
    const pool = b.sharedPool(2);

    for (const where of ["thread", "inline"] as const) {
      it(`objects of one on backend ${where} work in workers, and come back as they were`, async () => {
        await using manager = await Manager.start({ backend: where });
        const inner = await manager.dict();
        const dict = await manager.dict<string, unknown>({ inner });
        const list = await manager.list<number>();
        for (const name of ["a", "bb", "ccc", "dddd"]) {
          const result = await pool().apply(tasks.useAll, [dict, list, name]);
          assertEquals(result.slice(0, 2), [[name], true]);
          assert(result[2] === inner);
        }
        assertEquals(await list.toArray(), [1, 2, 3, 4]);
        assertEquals(await inner.size(), 4);
        assert((await dict.get("a") as { inner: unknown }).inner === inner);
      });
    }

    it("workers of workers use them too", async () => {
      await using manager = await Manager.start();
      const dict = await manager.dict();
      for (const kind of ["thread", "process"] as const) {
        assertEquals(await pool().apply(tasks.setByChild, [dict, kind, `by ${kind}`]), kind);
      }
      assertEquals(await dict.size(), 2);
    });

    it("a hundred workers count in a dict under a lock", async () => {
      await using manager = await Manager.start();
      const totals = await manager.dict<string, number>(), lock = await manager.lock();
      const args: Parameters<typeof tasks.countUnderLock> = [totals, lock, 5];
      await pool().starmap(tasks.countUnderLock, Array(100).fill(args), { chunksize: 1 });
      assertEquals(await totals.get("calls"), 500);
    });

    it("calls are atomic: many at once from several workers", async () => {
      await using manager = await Manager.start();
      const dict = await manager.dict(), list = await manager.list<number>();
      const winners = await Promise.all(
        [0, 1000, 2000].map((first) => pool().apply(tasks.enterAll, [dict, list, first, 300])),
      );
      assertEquals(winners[0], winners[1]);
      assertEquals(winners[0], winners[2]);
      assertEquals(new Set(await list.toArray()).size, 900);
    });

    it("a result that cannot be sent rejects its call alone", async () => {
      await using manager = await Manager.start();
      const dict = await manager.dict<string, unknown>({ kept: 1 });
      // Calls go by the way of small ones then.
      for (let i = 0; i < 100; i++) await dict.set("n", i);
      const [mine, other] = Pipe();
      await dict.set("end", mine);
      using taken = await dict.get("end") as Connection;
      await taken.send("works");
      assertEquals(await other.recv(), "works");
      assertInstanceOf(await rejection(dict.get("end")), MaybeEncodingError);
      assertEquals(await dict.get("kept"), 1);
      other.close();
    });

    it("arguments that the runtime refuses reject their call alone", async () => {
      await using manager = await Manager.start();
      const dict = await manager.dict<string, unknown>();
      const { port1 } = new MessageChannel();
      const set = (key: string) => dict.set(key, transfer({ port1 }, [port1]));
      const calls = [set("moved"), set("gone"), dict.set("n", "x".repeat(10_000))];
      const [, second, third] = await Promise.allSettled(calls);
      assertEquals([second!.status, third!.status], ["rejected", "fulfilled"]);
      assertInstanceOf((second as PromiseRejectedResult).reason, MaybeEncodingError);
      assertEquals((await dict.get("n") as string).length, 10_000);
    });

    it("calls of one worker run in their order", async () => {
      await using manager = await Manager.start();
      assert(await pool().apply(tasks.callInOrder, [await manager.list<string>(), 200]));
    });

    it("one that waits holds no other up", async () => {
      await using manager = await Manager.start();
      const lock = await manager.lock(), totals = await manager.dict<string, number>();
      const held = await lock.acquire();
      const waiting = pool().apply(tasks.countUnderLock, [totals, lock, 1]);
      for (let i = 0; i < 50; i++) await totals.set("other", i);
      await pool().apply(tasks.setOne, [totals as AnyDict, "mine", 1]);
      assertEquals(await totals.has("calls"), false);
      await held!.release();
      await waiting;
      assertEquals(await totals.get("calls"), 1);
    });

    it("a worker can have a manager of its own, and put its objects into others", async () => {
      await using manager = await Manager.start();
      const dict = await manager.dict<string, AnyDict>();
      const end = pool().apply(tasks.ownManager, [dict as DictProxy as AnyDict]);
      while (!await dict.has("of worker")) await new Promise((resolve) => setTimeout(resolve, 1));
      const theirs = (await dict.get("of worker"))!;
      await pool().apply(tasks.setOne, [theirs, "answer", "heard"]);
      assertEquals(await end, "heard");
      const late = await within(SOON, () => tasks.tryGet(theirs));
      assert(["ProcessError", "InvalidStateError"].includes(late), late);
    });

    it("a worker that is killed in the middle of its calls harms nobody", async () => {
      await using manager = await Manager.start();
      const dict = await manager.dict();
      for (let round = 0; round < ROUNDS; round++) {
        await dict.clear();
        const victim = startVictim(b.traits, tasks.callForever, [dict]);
        while (!await dict.has("calls")) await new Promise((resolve) => setTimeout(resolve, 1));
        await victim.kill();
        await within(SOON, () => dict.set("after", round));
        assertEquals(await dict.get("after"), round);
      }
    });

    it("shutdown() rejects calls that are on their way, and later ones", async () => {
      for (const atOnce of [1, 50]) {
        const manager = await Manager.start();
        const dict = await manager.dict();
        const end = pool().apply(tasks.callToTheEnd, [dict, atOnce]);
        while (!await dict.has("calls")) await new Promise((resolve) => setTimeout(resolve, 1));
        await manager.shutdown();
        const name = await within(SOON, () => end);
        assert(["ProcessError", "InvalidStateError"].includes(name), name);
        const later = await within(SOON, () => pool().apply(tasks.tryGet, [dict]));
        assert(["ProcessError", "InvalidStateError"].includes(later), later);
      }
    });

    it("a thread that does not come up in time is an error", async () => {
      const workerUrl = new URL("../crash/silent_entry.ts", import.meta.url);
      const options = { name: "silent", workerUrl, spawnTimeout: 100 };
      const start = startServerThread(`Manager of test ${b.name}`, options);
      const error = await within(SOON, () => rejection(start));
      assertInstanceOf(error, PoolError);
      assertEquals(error.message, "Cannot start silent: it was not ready after 100 ms");
    });

    it("one that could not be started is started by the next use", async () => {
      const folder = mkdtempSync(join(tmpdir(), "pool-test-"));
      const path = join(folder, "entry.mjs");
      await using manager = new Manager({ workerUrl: pathToFileURL(path) });
      assertInstanceOf(await rejection(manager.dict()), PoolError);
      const entry = new URL("../../src/adapters/worker.js", import.meta.url);
      writeFileSync(path, `import ${JSON.stringify(entry.href)};`);
      assertEquals(await (await manager.dict()).size(), 0);
      rmSync(folder, { recursive: true });
    });

    it("calls reject when the thread of the manager is killed", async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const id = `Manager of test ${b.name} ${round}`;
        const thread = await startServerThread(id, { name: "victim", workerUrl: undefined });
        const parts = { kind: "ManagerClient", id, via: thread.address };
        const client = reviveShared(parts) as ManagerClient;
        const dict = await client.ask("make dict", "create", [[]], "dict") as DictProxy;
        const ends = [1, 30].map((atOnce) => pool().apply(tasks.callToTheEnd, [dict, atOnce]));
        const own = tasks.callToTheEnd(dict, 3);
        while (!await dict.has("calls")) await new Promise((resolve) => setTimeout(resolve, 1));
        await thread.stop();
        const names = await within(SOON, () => Promise.all([...ends, own]));
        assertEquals(names, ["ProcessError", "ProcessError", "ProcessError"]);
        assertEquals(await within(SOON, () => tasks.tryGet(dict)), "ProcessError");
      }
    }, 60_000);
  });
}
