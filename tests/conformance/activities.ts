/** What processes and threads of their own promise, both alike; Python's tests of Process are the guide. */
import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import {
  activeChildren,
  importTasks,
  InvalidStateError,
  MaybeEncodingError,
  Process,
  type Thread,
  transfer,
} from "@pool/core";
import * as tasks from "../tasks/activities.ts";
import { it, within } from "./bounded.ts";
import { rejection } from "./rejection.ts";

/** Calls `act` and returns what came out on stderr by way of the console. */
async function reported(act: () => Promise<unknown>): Promise<string> {
  const { error } = console;
  const lines: string[] = [];
  console.error = (...words: unknown[]) => void lines.push(words.join(" "));
  try {
    await act();
  } finally {
    console.error = error;
  }
  return lines.join("\n");
}

export function activitySuite(Kind: typeof Process | typeof Thread): void {
  const kind = Kind === Process ? "Process" : "Thread";
  const headline = kind === "Process" ? "Process" : "Exception in thread";

  describe(`${kind}`, () => {
    it("start() runs the target, and join() waits for its end", async () => {
      const one = new Kind({ target: tasks.sleep, args: [50] });
      assertEquals([one.isAlive(), one.exitCode], [false, null]);
      one.start();
      assertEquals([one.isAlive(), one.exitCode], [true, null]);
      assertEquals(await one.join(), true);
      assertEquals([one.isAlive(), one.exitCode], [false, 0]);
      assertEquals(await one.join(), true);
    });

    it("an inline function is a target too, and what it returns is no matter", async () => {
      const one = new Kind({ target: (x: number) => () => x, args: [1] });
      one.start();
      await one.join();
      assertEquals(one.exitCode, 0);
    });

    it("args are copied or moved", async () => {
      const bytes = new Uint8Array(5);
      const copied = new Kind({ target: tasks.exitWithLength, args: [bytes] });
      copied.start();
      assertEquals(bytes.length, 5);
      const moved = new Kind({ target: tasks.exitWithLength, args: [transfer(bytes)] });
      moved.start();
      assertEquals(bytes.length, 0);
      await Promise.all([copied.join(), moved.join()]);
      assertEquals([copied.exitCode, moved.exitCode], [15, 15]);
    });

    it("env is the whole environment", async () => {
      const env = { POOL_TEST_ONLY: "given" };
      const one = new Kind({ target: tasks.exitWhenEnv, args: ["POOL_TEST_ONLY", "given"], env });
      one.start();
      await one.join();
      assertEquals(one.exitCode, 7);
    });

    it("exitCode is that of process.exit()", async () => {
      const codes = [0, 1, 3, 256 + 4, -1];
      const some = codes.map((code) => new Kind({ target: tasks.exitWith, args: [code] }));
      for (const one of some) one.start();
      await Promise.all(some.map((one) => one.join()));
      // The system counts to 255.
      assertEquals(some.map((one) => one.exitCode), [0, 1, 3, 4, 255]);
    });

    it("an error that nobody catches is reported with the name, its cause and both stacks", async () => {
      const one = new Kind({ target: tasks.fail, args: ["no such luck"], name: "Ada" });
      const text = await reported(() => {
        one.start();
        return one.join();
      });
      assertEquals(one.exitCode, 1);
      assert(text.startsWith(`${headline} Ada: RangeError: no such luck\n`), text);
      assertMatch(text, /\n\s+at .*activities\.ts[^]*\n\s+at .*conformance\/activities\.ts/);
      assertMatch(text, /\nCaused by TypeError: the reason\n/);
    });

    it("what comes of a start is reported likewise: a module that is missing, an unseen variable", async () => {
      const { f } = importTasks<{ f(): void }>(new URL("./nowhere.ts", import.meta.url));
      const unseen = (): unknown => f.name;
      for (const [target, words] of [[f, /Cannot import/], [unseen, /inline function/]] as const) {
        const one = new Kind({ target });
        const text = await reported(() => {
          one.start();
          return one.join();
        });
        assertEquals(one.exitCode, 1);
        assertMatch(text, words);
      }
    });

    it("terminate() and kill() end a busy loop, with the exit codes of signals", async () => {
      for (const [act, code] of [["terminate", -15], ["kill", -9]] as const) {
        const one = new Kind({ target: tasks.spin });
        one.start();
        assertEquals(await one.join({ timeout: 300 }), false);
        one[act]();
        one[act]();
        await within(5000, () => one.join());
        assertEquals(one.exitCode, code);
        one[act]();
      }
    });

    it("terminate() ends what has hardly started", async () => {
      const one = new Kind({ target: tasks.waitForever });
      one.start();
      one.terminate();
      await within(5000, () => one.join());
      assertEquals([one.isAlive(), one.exitCode], [false, -15]);
    });

    it("states in which a call makes no sense are told", async () => {
      const one = new Kind({ target: tasks.nothing });
      await rejection(one.join()).then((error) => assertInstanceOf(error, InvalidStateError));
      assertThrows(() => one.terminate(), InvalidStateError, "it was not started");
      assertThrows(() => one.kill(), InvalidStateError, "it was not started");
      one.start();
      assertThrows(() => one.start(), InvalidStateError, "it was started before");
      assertThrows(() => one.close(), InvalidStateError, "it is still running");
      await one.join();
      assertThrows(() => one.start(), InvalidStateError, "it was started before");
      one.close();
      one.close();
      for (const use of [() => one.start(), () => one.isAlive(), () => one.exitCode]) {
        assertThrows(use, InvalidStateError, "it is closed");
      }
      assertInstanceOf(await rejection(one.join()), InvalidStateError);
      assertMatch(one.name, new RegExp(`^${kind}-\\d+$`));
    });

    it("its own code knows its name and whether it is a daemon, and so do its children", async () => {
      for (const [name, daemon] of [["Grace", true], [undefined, false], ["", false]] as const) {
        const plain = new Kind({ target: tasks.nothing });
        const number = Number(plain.name.split("-")[1]) + 1;
        const own = name ?? `${kind}-${number}`;
        const one = new Kind({
          target: tasks.checkIdentity,
          args: [kind, own, daemon],
          daemon,
          ...(name !== undefined && { name }),
        });
        assertEquals([one.name, one.daemon], [own, daemon]);
        const text = await reported(() => {
          one.start();
          return one.join();
        });
        assertEquals([text, one.exitCode], ["", 0]);
      }
    });

    it("ends after its own children, but for daemons", async () => {
      const began = performance.now();
      const parent = new Kind({ target: tasks.leaveChild, args: [400] });
      const other = new Kind({ target: tasks.leaveDaemon });
      const text = await reported(() => {
        parent.start();
        other.start();
        return within(10_000, () => Promise.all([parent.join(), other.join()]));
      });
      assertEquals([text, parent.exitCode, other.exitCode], ["", 0, 0]);
      assert(performance.now() - began >= 400);
    });

    it("await using waits for the end, and ends a daemon", async () => {
      let one: Process | Thread, daemon: Process | Thread;
      {
        await using first = new Kind({ target: tasks.sleep, args: [50] });
        await using second = new Kind({ target: tasks.waitForever, daemon: true });
        await using _unused = new Kind({ target: tasks.nothing });
        [one, daemon] = [first, second];
        one.start();
        daemon.start();
      }
      assertThrows(() => one.isAlive(), InvalidStateError, "it is closed");
      assertThrows(() => daemon.isAlive(), InvalidStateError, "it is closed");
    });

    it("bad input is refused at the call that brings it", async () => {
      const make = (options: unknown) => () => new Kind(options as { target: () => void });
      const wrong: [unknown, string][] = [
        [undefined, "Cannot use target"],
        [5, "options must be an object"],
        [() => {}, "options must be an object"],
        [{ target: "spin" }, "Cannot use target"],
        [{ target: Math.max }, "native or bound function"],
        [{ target: class A {} }, "Cannot submit class A"],
        [{ target: tasks.nothing, args: "abc" }, "Cannot use args"],
        [{ target: tasks.nothing, args: { length: 1 } }, "Cannot use args"],
        [{ target: tasks.nothing, name: 5 }, "Cannot use name"],
        [{ target: tasks.nothing, daemon: "yes" }, "Cannot use daemon"],
        [{ target: tasks.nothing, deamon: true }, "there is no option"],
        [{ target: tasks.nothing, env: { A: 5 } }, "Cannot use env"],
        [{ target: tasks.nothing, workerUrl: "nowhere" }, "Cannot use workerUrl"],
      ];
      for (const [options, words] of wrong) assertThrows(make(options), TypeError, words);
      const one = new Kind({ target: tasks.sleep, args: [0] });
      one.start();
      assertInstanceOf(await rejection(one.join({ timeout: NaN })), RangeError);
      assertInstanceOf(await rejection(one.join(5 as never)), TypeError);
      assertEquals(await one.join({ timeout: -5 }), false);
      await one.join();
    });

    it("arguments that cannot be sent are refused at start(), and nothing runs", () => {
      const one = new Kind({ target: (x: unknown) => x, args: [{ save() {} }] });
      assertThrows(() => one.start(), MaybeEncodingError, "Cannot send args[0].save");
      assertEquals([one.isAlive(), one.exitCode, activeChildren()], [false, null, []]);
    });
  });
}
