/**
 * Ends of workers and programs, on any backend that isolates tasks. Each scenario is a program of this
 * folder in a process of its own, on the runtime under test.
 */
import { describe, it } from "node:test";
import process from "node:process";
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { runScenario, type ScenarioEnd, type ScenarioOptions } from "./run_scenario.ts";
import type { DeathReport } from "./deaths_scenario.ts";
import { threads } from "../../src/adapters/detect.ts";
import { knownGap } from "../known_gaps.ts";

const onDeno = "deno" in process.versions;
const onBun = "bun" in process.versions;

/** Runs a scenario that must end well, with nothing on stderr. */
export async function runWell(
  name: string,
  args: string[],
  options?: ScenarioOptions & { readonly quiet?: boolean },
): Promise<ScenarioEnd> {
  const end = await runScenario(name, args, options);
  assert(!end.late, `it did not end; so far: ${end.stdout}${end.stderr}`);
  if (options?.quiet !== false) assertEquals(end.stderr, "");
  assertEquals([end.code, end.signal], [0, null], end.stderr);
  assert(!end.orphans, "it left a process behind");
  return end;
}

/** All of them. */
export function crashSuites(backend: "thread" | "process"): void {
  // What cannot be stopped is told of on stderr.
  const stoppable = backend === "process" || threads().traits.killable;
  const run: typeof runWell = (name, args, options) => runWell(name, args, { backend, ...options });

  async function death(name: string, options?: { readonly quiet: boolean }): Promise<DeathReport> {
    const { stdout } = await run("deaths", [name], options);
    const report = JSON.parse(stdout) as DeathReport;
    assertEquals(report.victim.state === "pending", false, `${name}: it never settled`);
    assertLess(report.took, 2000);
    return report;
  }

  /** A worker ends in its task: that call rejects, the others and later ones do not notice. */
  async function diesAlone(name: string, exitCode: number, cause?: RegExp): Promise<void> {
    const { victim, others, after, died } = await death(name);
    assertEquals([victim.name, victim.exitCode], ["WorkerDiedError", exitCode], victim.message);
    if (cause) assertMatch(String(victim.cause), cause);
    assertEquals([others, after.value, died], [[], "after", 1]);
  }

  describe(`a worker that ends in a task on backend ${backend}`, () => {
    it("process.exit(0) rejects the call with WorkerDiedError", () => diesAlone("exit 0", 0));
    it("process.exit(1) rejects the call with WorkerDiedError", () => diesAlone("exit 1", 1));
    it("process.exit(3) rejects the call with its code", () => diesAlone("exit 3", 3));
    it("a throw in a timer rejects the call with the error as its cause", () =>
      diesAlone("throw in timer", 1, /RangeError: out of the blue/));
    it("a throw of undefined rejects the call", () => diesAlone("throw undefined", 1));
    it("an unhandled rejection rejects the call with the error as its cause", () =>
      diesAlone("unhandled rejection", 1, /RangeError: nobody looks/));
    it("a stack overflow in a timer rejects the call with the error as its cause", () =>
      diesAlone("overflow in timer", 1, /RangeError/));
    it("an exit while the argument is read rejects the call", () => diesAlone("receive", 4));
    it("an exit while the result is encoded rejects the call", () => diesAlone("encode", 6));
    it("an exit in an item of a chunk rejects the map", () => diesAlone("item of a chunk", 9));

    if (onDeno) {
      it("Deno.exit() rejects the call with its code", () => diesAlone("Deno.exit", 5));
      it("self.close() rejects the call", () => diesAlone("self.close", 0));
    }

    it("a stack overflow in the task itself is an error as any other", async () => {
      const { victim, others, died } = await death("overflow");
      assertEquals([victim.name, others, died], ["RangeError", [], 0]);
    });

    it("a module that throws on import rejects the call and costs no worker", async () => {
      const { victim, others, after, died } = await death("module throws");
      assertEquals(victim.name, "TaskLookupError");
      assertMatch(victim.message!, /this module throws/);
      assertEquals([others, after.value, died], [[], "after", 0]);
    });

    it("retries are spent on deaths, too", async () => {
      const { victim, others, died } = await death("retry");
      assertEquals([victim.name, others, died], ["WorkerDiedError", [], 3]);
    });

    it("all workers at once, with a full queue: only what ran is lost", async () => {
      const { victim, others, after } = await death("all workers, full queue");
      assertEquals([victim.name, others, after.value], ["WorkerDiedError", [], "after"]);
    });

    it("ten times over: each call has its own exit code", async () => {
      const { victim, after, died } = await death("ten deaths, one after the other");
      assertEquals([victim.exitCode, after.value, died], [9, "after", 10]);
    });

    const outOfMemory = async (): Promise<void> => {
      const { victim, others, after } = await death("out of memory", {
        quiet: backend === "thread",
      });
      assertEquals([victim.name, victim.outOfMemory], ["WorkerDiedError", true]);
      assertMatch(victim.message!, /because memory ran out/);
      assertEquals([others, after.value], [[], "after"]);
    };
    // Bun has no limit for processes either.
    if (backend === "thread") knownGap("worker-out-of-memory", outOfMemory);
    else if (!onBun) it("a child beyond its limit ends alone, and its call says why", outOfMemory);
  });

  describe(`a worker that ends with its result on backend ${backend}`, () => {
    for (const when of ["a microtask", "an immediate", "a timer"]) {
      it(`loses nothing when it leaves in ${when}`, async () => {
        const { victim, after } = await death(`answer, exit in ${when}`);
        assertEquals([victim.state, after.value], ["fulfilled", "after"], victim.message);
      });
    }
  });

  describe(`a worker that ends while idle on backend ${backend}`, () => {
    for (const how of ["idle exit", "idle throw", "unused exit"]) {
      it(`is replaced, and nobody notices (${how})`, async () => {
        const { victim, after, died } = await death(how);
        assertEquals([victim.state, after.value, died], ["fulfilled", "after", 1]);
      });
    }
  });

  describe(`workers that cannot be brought up on backend ${backend}`, () => {
    /** Every call rejects with the pool's error, after a few tries. */
    async function isBroken(name: string, cause: RegExp, quiet = true): Promise<void> {
      const { victim, others, after, spawned } = await death(name, { quiet });
      for (const told of [victim, ...others, after]) {
        assertEquals(told.name, backend === "thread" ? "BrokenThreadPool" : "BrokenProcessPool");
        assertMatch(told.message!, /^Cannot start workers: /);
      }
      assertMatch(String(victim.cause), cause);
      assert(spawned! <= 6, `${spawned} workers were started`);
    }

    // Deno prints what ends a worker before any of our code runs in it; so does every process.
    const entryIsQuiet = !onDeno && backend === "thread";

    it("an initializer that throws breaks the pool with its error", () =>
      isBroken("initializer throws", /RangeError: no start/));
    it("an initializer that exits breaks the pool with the exit code", () =>
      isBroken("initializer exits", /exit code 7/));
    it("an initializer that never ends breaks the pool after spawnTimeout", () =>
      isBroken("initializer never ends", /150 ms \(spawnTimeout\)/));
    it("an entry that throws breaks the pool", () =>
      isBroken("entry throws", /this entry throws/, entryIsQuiet));
    it("an entry that does not exist breaks the pool", () =>
      isBroken("entry missing", /no_such_entry/, entryIsQuiet));
    it("an entry that says nothing breaks the pool after spawnTimeout", () =>
      isBroken("entry silent", /300 ms \(spawnTimeout\)/));
  });

  describe(`a pool in a storm of calls, aborts, timeouts and deaths on backend ${backend}`, () => {
    for (const seed of [1, 2]) {
      it(`settles every call, and ends (seed ${seed})`, async () => {
        const { stdout } = await run("storm", [String(seed)], { timeout: 40_000 });
        const { calls, settled, wrong, open, ends } = JSON.parse(stdout);
        assertEquals([settled, wrong, open], [calls, 0, 0], stdout);
        // All kinds of ends were met.
        for (const how of ["fulfilled", "WorkerDiedError", "TimeoutError", "aborted"]) {
          assert(ends[how] > 0, `nothing ended with ${how}`);
        }
      });
    }
  });

  describe(`a program that ends on backend ${backend}`, () => {
    /** It ends by itself, soon after its last word, having said what it should. */
    async function endsWith(
      name: string,
      output: RegExp,
      { within = 1000, quiet = true } = {},
    ): Promise<void> {
      const { stdout, lingered } = await run("exits", [name], { quiet });
      assertMatch(stdout, output);
      assertLess(lingered, within);
    }

    const silent = /^$/;
    // The whole program counts where there is no last word: its start takes a second on a busy machine.
    const start = 3000;

    it("with an idle pool", () => endsWith("idle pool", /1, 2/));
    it("with a pool that was never used", () => endsWith("unused pool", silent, { within: start }));
    it("with an unused pool without workers", () =>
      endsWith("unused pool, kept small", silent, { within: start }));
    it("with a pool that was closed and never joined", () =>
      endsWith("closed, never joined", /1, 2/));
    it("with a pool that was closed at once", () =>
      endsWith("closed at once", silent, { within: start }));
    it("with a pool that was terminated at once", () =>
      endsWith("terminated, not awaited", silent, { within: start }));
    it("with an iterator that was left alone", () =>
      endsWith("abandoned iterator", /value: 0.*value: 1/s));
    it("with an iterator of a closed pool that was left alone", () =>
      endsWith("abandoned iterator, closed", /false/));
    it("with a stream that was left alone", () => endsWith("abandoned stream", /value: 0/));
    it("with failed results that nobody looks at", () =>
      endsWith("failed results", /submitted/, { within: start }));
    it("not before a pending result has arrived", () => endsWith("pending result", /^arrived$/m));
    it("not before a pending result has arrived after a death", () =>
      endsWith("pending result after a death", /^arrived$/m));
    it("not before the map of a closed pool has arrived", () =>
      endsWith("pending map of a closed pool", /^3 arrived$/m));
    it("not before the finalizers of a closed pool have run", () =>
      endsWith("finalizer of a closed pool", /^finalized\nfinalized$/m));
    it("after join(), with nothing left of the pool", () => endsWith("after join", /^\[\]$/m));
    it("after terminate(), with nothing left of the pool", () =>
      endsWith("after terminate", /^\[\]$/m));
    it("after a task in a busy loop ran out of time, and its worker was replaced", () =>
      endsWith("busy loop with timeout", /^TimeoutError next soon$/m, { quiet: stoppable }));
    it("after a task in a busy loop was terminated", () =>
      endsWith("busy loop, terminated", /^PoolClosedError soon$/m, { quiet: stoppable }));
    it("after options that the runtime refused", () =>
      endsWith("bad flags", /^(refused|ignored)$/m, { quiet: false }));
    it("after a listener threw, which harms no call", () =>
      endsWith("throwing listener", /^fine$/m));

    it("without a main guard: with the error that names it, and without end of workers", async () => {
      const { code, stderr, stdout, late, orphans } = await runScenario("guardless");
      assertEquals([late, orphans, code, stdout], [false, false, 1, ""]);
      assertMatch(stderr, /put the code that uses the pool under `if \(import\.meta\.main\)`/);
    });
  });

  describe(`a program that gets a signal on backend ${backend}`, () => {
    /** Sends it as soon as the workers are busy. */
    function interrupted(
      name: string,
      signal: NodeJS.Signals,
      group = false,
    ): Promise<ScenarioEnd> {
      let sent = false;
      return runScenario("signals", [name], {
        backend,
        onOutput(text, child) {
          if (sent || !text.includes("READY")) return;
          sent = true;
          // After child.kill() Deno tells of that signal, however the program ended.
          process.kill(group ? -child.pid! : child.pid!, signal);
        },
      });
    }

    const signals = ["SIGINT", "SIGTERM", "SIGKILL"] as const;
    for (const signal of process.platform === "win32" ? [] : signals) {
      for (const state of ["idle", "sleeping", "spinning"]) {
        it(`${signal} ends it while its workers are ${state}, and leaves nothing`, async () => {
          const end = await interrupted(state, signal);
          assertEquals([end.late, end.orphans, end.stderr], [false, false, ""]);
          assertEquals(end.signal, signal);
          assertLess(end.lingered, 2000);
        });
      }
    }

    if (process.platform !== "win32") {
      // As a terminal does: to the program and everything that it started.
      for (const state of ["idle", "sleeping", "spinning"]) {
        it(`Ctrl-C ends it while its workers are ${state}, without a word`, async () => {
          const end = await interrupted(state, "SIGINT", true);
          assertEquals([end.late, end.orphans, end.stderr], [false, false, ""]);
          assertEquals([end.signal, end.stdout], ["SIGINT", "READY\n"]);
        });
      }

      it("Ctrl-C that aborts a map ends it cleanly, and the pool goes on", async () => {
        const end = await interrupted("handled", "SIGINT", true);
        assertEquals([end.late, end.code, end.stderr], [false, 0, ""]);
        assertMatch(end.stdout, /^READY\ninterrupted\nstill there\n$/);
      });
    }
  });
}
