import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "node:test";
import process from "node:process";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  activeChildren,
  type Connection,
  currentProcess,
  currentThread,
  EOFError,
  local,
  Pipe,
  Pool,
  PoolError,
  Process,
} from "@pool/core";
import { activitySuite } from "./conformance/activities.ts";
import { activityEndsSuite } from "./conformance/activity_ends.ts";
import { it, within } from "./conformance/bounded.ts";
import * as tasks from "./tasks/activities.ts";

activitySuite(Process);
activityEndsSuite("Process");

describe("Process in the system", () => {
  it("pid is that of the child, and null before the start", async () => {
    const one = new Process({ target: tasks.waitForever });
    assertEquals(one.pid, null);
    one.start();
    const { pid } = one;
    assert(pid !== null && pid !== process.pid);
    assertEquals(process.kill(pid, 0), true);
    process.kill(pid, "SIGKILL");
    await within(5000, () => one.join());
    assertEquals([one.exitCode, one.pid], [-9, pid]);
  });

  it("terminate() may be handled by the child, kill() not", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pool-test-"));
    const [handling, killed] = ["a", "b"].map((sign) => {
      const one = new Process({ target: tasks.exitOnSigterm, args: [3, join(folder, sign)] });
      one.start();
      return one;
    });
    while (readdirSync(folder).length < 2) await handling!.join({ timeout: 10 });
    rmSync(folder, { recursive: true });
    handling!.terminate();
    killed!.kill();
    await within(5000, () => Promise.all([handling!.join(), killed!.join()]));
    assertEquals([handling!.exitCode, killed!.exitCode], [3, -9]);
  });

  it("a start() that fails leaves connections in args open", async () => {
    const [here, there] = Pipe<number, number>();
    const env = { BAD: "no variable can hold \0" };
    const one = new Process({ target: (_: Connection) => {}, args: [there], env });
    assertThrows(() => one.start(), PoolError, "Cannot start child process");
    await there.send(1);
    assertEquals(await here.recv(), 1);
    there.close();
    await assertRejects(() => within(5000, () => here.recv()), EOFError);
    here.close();
  });

  it("activeChildren() are those that run", async () => {
    assertEquals(activeChildren(), []);
    const some = [1, 2].map(() => new Process({ target: tasks.waitForever }));
    for (const one of some) one.start();
    assertEquals(activeChildren(), some);
    some[0]!.kill();
    await some[0]!.join();
    assertEquals(activeChildren(), [some[1]]);
    some[1]!.kill();
    await some[1]!.join();
    assertEquals(activeChildren(), []);
  });
});

describe("the main program", () => {
  it("currentProcess() and currentThread() have Python's names", () => {
    assertEquals(currentProcess(), { name: "MainProcess", pid: process.pid, daemon: false });
    assertEquals(currentThread(), { name: "MainThread", daemon: false });
  });
});

describe("a worker of a pool", () => {
  it("has the name of its pool", async () => {
    await using threads = new Pool({ workers: 1, name: "Ada" });
    assertEquals(await threads.apply(tasks.ownNames), ["MainProcess", "Ada-1"]);
    await using processes = new Pool({ workers: 1, name: "Ada", backend: "process" });
    assertEquals(await processes.apply(tasks.ownNames), ["Ada-1", "MainThread"]);
    await using inline = new Pool({ workers: 1, name: "Ada", backend: "inline" });
    assertEquals(await inline.apply(tasks.ownNames), ["MainProcess", "MainThread"]);
  });
});

describe("local()", () => {
  it("holds one value for each worker", async () => {
    await using pool = new Pool(2);
    const counts = await pool.broadcast(tasks.countLocally);
    assertEquals(counts, [1, 1]);
    assertEquals(await pool.broadcast(tasks.countLocally), [2, 2]);
    assertEquals(tasks.countLocally(), 1);
  });

  it("is made at the first use, set, cleared, and refused where there is nothing", () => {
    let made = 0;
    const one = local(() => ++made);
    assertEquals([one.has, made, one.value, one.value, one.has], [false, 0, 1, 1, true]);
    one.value = 7;
    assertEquals(one.value, 7);
    one.clear();
    assertEquals([one.has, one.value], [false, 2]);
    const empty = local<number | undefined>();
    let told = "";
    try {
      void empty.value;
    } catch (error) {
      told = (error as Error).name;
    }
    assertEquals(told, "InvalidStateError");
    empty.value = undefined;
    assertEquals([empty.has, empty.value], [true, undefined]);
  });
});
