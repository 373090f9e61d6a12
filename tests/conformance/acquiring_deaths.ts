/** Locks and semaphores when workers die that hold them, or wait for them. */
import process from "node:process";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Semaphore, WorkerDiedError } from "@pool/core";
import * as tasks from "../tasks/acquiring.ts";
import type { Acquirable } from "../tasks/acquiring.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { rejection } from "./rejection.ts";

const ROUNDS = 20;
/** What a death has let go is to be had in this time (ms). */
const SOON = 3000;

/** How a worker ends that is in the middle of a call. */
type Death = "timeout" | "abort" | "terminate" | "SIGKILL";

/** @param make one that a single worker can hold at a time */
export function acquiringDeathsSuite(
  backend: Backend,
  name: string,
  make: () => Acquirable,
): void {
  suite(`${name}: deaths`, backend, (b) => {
    const deaths: Death[] = ["timeout", "abort", "terminate"];
    if (!b.traits.sharedMemory) deaths.push("SIGKILL");
    for (const death of deaths) deathTests(b, make, death);
    exitTests(b, make);
    raceTests(b, make);
  });
}

/** Starts a task that says when it is so far; then calls `meanwhile`, and ends its worker. */
async function dieDuring(
  b: SuiteBackend,
  task: typeof tasks.keep | typeof tasks.waitAndKeep,
  thing: Acquirable,
  death: Death,
  meanwhile?: () => Promise<void>,
): Promise<void> {
  await using pool = b.createPool(1);
  const ready = new Semaphore(0), abort = new AbortController();
  const pid = await pool.apply(tasks.processId, []);
  const limits = death === "timeout" ? { timeout: 500 } : { signal: abort.signal };
  const ended = rejection(pool.apply(task, [thing, ready], limits));
  assert(await ready.acquire({ timeout: SOON }));
  await meanwhile?.();
  if (death === "abort") abort.abort(new Error("no longer needed"));
  if (death === "terminate") pool.terminate();
  if (death === "SIGKILL") process.kill(pid, "SIGKILL");
  await ended;
}

function deathTests(b: SuiteBackend, make: () => Acquirable, death: Death): void {
  const pool = b.sharedPool(1);

  it(`a holder that ends by ${death} lets go, and the next one is told`, async () => {
    const thing = make();
    await dieDuring(b, tasks.keep, thing, death);
    const next = await thing.acquire({ timeout: SOON });
    assertEquals(next?.ownerDied, true);
    await next!.release();
    assertEquals(await pool().apply(tasks.take, [thing, SOON]), false);
  });

  it(`those who wait get it when its holder ends by ${death}`, async () => {
    const thing = make(), ready = new Semaphore(0);
    let waiting: Promise<boolean | null>[] = [];
    await dieDuring(b, tasks.keep, thing, death, async () => {
      waiting = [tasks.take(thing), pool().apply(tasks.takeLater, [thing, ready])];
      await ready.acquire();
    });
    assertEquals((await Promise.all(waiting)).sort(), [false, true]);
  });

  it(`one that ends by ${death} while it waits takes nothing with it`, async () => {
    const thing = make(), ready = new Semaphore(0);
    const held = await thing.acquire();
    const dying = dieDuring(b, tasks.waitAndKeep, thing, death);
    const later = pool().apply(tasks.takeLater, [thing, ready]);
    await ready.acquire();
    await dying;
    await held!.release();
    assert(await later !== null);
    assert(await tasks.take(thing, SOON) !== null);
  });

  it(`one that has ended by ${death} while it waited gets nothing any more`, async () => {
    const thing = make();
    const held = await thing.acquire();
    await dieDuring(b, tasks.waitAndKeep, thing, death);
    await held!.release();
    const next = await thing.acquire({ timeout: SOON });
    assertEquals(next?.ownerDied, false);
  });
}

function exitTests(b: SuiteBackend, make: () => Acquirable): void {
  it("a holder that exits lets go, and the next one is told, 20 times", async () => {
    await using pool = b.createPool(1);
    const thing = make();
    for (let round = 0; round < ROUNDS; round++) {
      await assertRejects(() => pool.apply(tasks.takeAndExit, [thing]), WorkerDiedError);
      const next = await thing.acquire({ timeout: SOON });
      assertEquals(next?.ownerDied, true);
      await next!.release();
    }
  });

  it("a pool that is closed while a worker has it lets go", async () => {
    const thing = make();
    {
      await using pool = b.createPool(1);
      await pool.apply(tasks.takeOnly, [thing]);
      assertEquals(await tasks.take(thing, 0), null);
    }
    assertEquals(await tasks.take(thing, SOON), true);
  });
}

function raceTests(b: SuiteBackend, make: () => Acquirable): void {
  it("a release and the death of who waits, at the same moment, lose nothing", async () => {
    await using pool = b.createPool(1);
    const thing = make(), ready = new Semaphore(0);
    for (let round = 0; round < ROUNDS; round++) {
      const held = await thing.acquire({ timeout: SOON });
      assert(held, `in round ${round} it was not to be had`);
      const abort = new AbortController();
      const options = { signal: abort.signal, grace: 0 };
      const ended = rejection(pool.apply(tasks.waitAndKeep, [thing, ready], options));
      await ready.acquire();
      if (round % 2 === 0) abort.abort(new Error("not needed"));
      const released = held.release();
      if (round % 2 === 1) abort.abort(new Error("not needed"));
      await Promise.all([released, ended]);
    }
    assert(await thing.acquire({ timeout: SOON }));
  });
}
