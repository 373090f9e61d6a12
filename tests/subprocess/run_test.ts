/** `run` and its like, with real commands. */
import { Buffer } from "node:buffer";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { describe } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import * as core from "@pool/core";
import { Pool, PoolError, TimeoutError } from "@pool/core";
import {
  call,
  CalledProcessError,
  checkCall,
  checkOutput,
  CompletedProcess,
  DEVNULL,
  PIPE,
  run,
  STDOUT,
  TimeoutExpired,
} from "@pool/core/subprocess";
import { it, within } from "../conformance/bounded.ts";
import { rejection } from "../conformance/rejection.ts";
import { assertGone, sh, WINDOWS } from "./commands.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("run()", { skip: WINDOWS }, () => {
  it("resolves to what the command wrote and how it ended", async () => {
    const args = sh("echo out; echo err >&2; exit 3");
    const result = await run(args, { captureOutput: true, text: true });
    assertInstanceOf(result, CompletedProcess);
    assertEquals({ ...result }, { args, returncode: 3, stdout: "out\n", stderr: "err\n" });
    assertEquals(args === result.args, false, "it keeps a copy of the arguments");
  });

  it("gives bytes, and no Buffer, without text", async () => {
    const { stdout, stderr } = await run(sh("printf 'a\\377b'"), { captureOutput: true });
    assertEquals(Object.getPrototypeOf(stdout), Uint8Array.prototype);
    assertEquals([...stdout], [97, 255, 98]);
    assertEquals(stderr, new Uint8Array());
  });

  it("gives null for what is not captured", async () => {
    const { stdout, stderr } = await run(sh("exit 0"), { stdout: DEVNULL });
    assertEquals([stdout, stderr], [null, null]);
  });

  it("says which signal ended the command by a negative number", async () => {
    for (const [name, number] of [["TERM", 15], ["KILL", 9], ["HUP", 1]] as const) {
      assertEquals((await run(sh(`kill -${name} $$`))).returncode, -number);
    }
  });

  it("sends input as bytes or as text", async () => {
    const options = { captureOutput: true, text: true } as const;
    assertEquals((await run(["cat"], { ...options, input: "grüß" })).stdout, "grüß");
    assertEquals((await run(["cat"], { ...options, input: bytes("漢字") })).stdout, "漢字");
    assertEquals((await run(["cat"], { ...options, input: "" })).stdout, "");
  });

  it("check rejects with CalledProcessError and all that is known", async () => {
    const args = sh("echo out; echo err >&2; exit 3");
    const error = await rejection(run(args, { captureOutput: true, text: true, check: true }));
    assertInstanceOf(error, CalledProcessError);
    assertInstanceOf(error, PoolError);
    assertEquals([error.name, error.returncode, error.cmd], ["CalledProcessError", 3, args]);
    assertEquals([error.stdout, error.output, error.stderr], ["out\n", "out\n", "err\n"]);
    assertMatch(error.message, /exited with 3$/);
    const killed = await rejection(run(sh("kill -9 $$"), { check: true }));
    assertMatch(killed.message, /was ended by signal 9$/);
  });

  it("checkReturncode() throws for any exit code but 0", async () => {
    (await run(sh("exit 0"))).checkReturncode();
    const failed = await run(sh("exit 1"));
    const error = await rejection((async () => await failed.checkReturncode())());
    assertInstanceOf(error, CalledProcessError);
  });

  it("timeout kills the command and tells what it wrote until then", async () => {
    const script = "echo $$; printf 'caf\\303'; echo err >&2; exec sleep 100";
    const error = await rejection(
      run(sh(script), { captureOutput: true, text: true, timeout: 300 }),
    );
    assertInstanceOf(error, TimeoutExpired);
    assertInstanceOf(error, TimeoutError);
    assertEquals([error.timeout, error.stderr], [300, "err\n"]);
    // What is left of the cut letter is told by U+FFFD, as the output has ended.
    assertMatch(String(error.output), /^\d+\ncaf\uFFFD$/);
    await assertGone(parseInt(String(error.stdout)));
  });

  it("timeout ends the wait although a grandchild holds the output", async () => {
    const started = performance.now();
    const error = await rejection(
      run(sh("sleep 100 & echo $!; wait"), { captureOutput: true, text: true, timeout: 200 }),
    );
    assert(performance.now() - started < 3000);
    assertInstanceOf(error, TimeoutExpired);
    const grandchild = Number(error.stdout);
    process.kill(grandchild);
    await assertGone(grandchild);
  });

  it("a timeout of 0 or less tries once, and an endless one does not count", async () => {
    for (const timeout of [0, -5]) {
      const error = await rejection(run(["sleep", "100"], { timeout }));
      assertInstanceOf(error, TimeoutExpired);
      assertEquals(error.timeout, 0);
    }
    for (const timeout of [Infinity, 2 ** 40]) {
      assertEquals((await run(sh("exit 5"), { timeout })).returncode, 5);
    }
  });

  it("an abort kills the command and rejects with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = { why: "no more interest" };
    const path = join(mkdtempSync(join(tmpdir(), "pool-test-")), "pid");
    const running = run(sh(`echo $$ > ${path}; exec sleep 100`), { signal: controller.signal });
    while (!existsSync(path) || !readFileSync(path, "utf8").endsWith("\n")) await sleep(5);
    controller.abort(reason);
    assertEquals(await running.catch((error) => error), reason);
    await assertGone(Number(readFileSync(path, "utf8")));
    rmSync(dirname(path), { recursive: true });
    const late = run(["touch", "/nope/nope"], { signal: controller.signal });
    assertEquals(await late.catch((error) => error), reason);
  });

  it("leaves no listener on a signal", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: unknown[]) => {
      listeners++;
      addEventListener.apply(signal, args as never);
    };
    signal.removeEventListener = (...args: unknown[]) => {
      listeners--;
      removeEventListener.apply(signal, args as never);
    };
    await run(sh("exit 0"), { signal });
    assertEquals(listeners, 0);
    await rejection(run(["no-such-command"], { signal }));
    assertEquals(listeners, 0);
  });

  it("shell runs a command line, with further arguments as its words", async () => {
    const options = { shell: true, captureOutput: true, text: true } as const;
    assertEquals((await run("echo a b | tr ' ' +", options)).stdout, "a+b\n");
    const hostile = "$(echo no); `no` '";
    assertEquals(
      (await run(['echo "$0:$1"', "zero", hostile], options)).stdout,
      `zero:${hostile}\n`,
    );
    const missing = await run("no-such-command", options);
    assertEquals(missing.returncode, 127);
    assertMatch(missing.stderr, /not found/);
    assertEquals([await call("", { shell: true }), await call([""], { shell: true })], [0, 0]);
  });

  it("stderr: stdout makes one stream of both", async () => {
    const script = "echo 1; echo 2 >&2; echo 3; echo 4 >&2";
    const options = { stdout: PIPE, stderr: STDOUT, text: true } as const;
    const shell = await run(script, { ...options, shell: true });
    assertEquals([shell.stdout, shell.stderr], ["1\n2\n3\n4\n", null]);
    const plain = await run(sh("echo 1; sleep 0.1; echo 2 >&2; sleep 0.1; echo 3"), options);
    assertEquals([plain.stdout, plain.stderr], ["1\n2\n3\n", null]);
  });

  it("cwd may be a path or a URL", async () => {
    const options = { captureOutput: true, text: true } as const;
    assertEquals((await run(["pwd"], { ...options, cwd: "/" })).stdout, "/\n");
    assertEquals(
      (await run(["pwd"], { ...options, cwd: new URL("file:///usr/") })).stdout,
      "/usr\n",
    );
  });

  it("env is all that the command gets", async () => {
    const env = { B: "two words\n", A: "", "odd.name": "=x", gone: undefined, __proto__x: "1" };
    const { stdout } = await run(["/usr/bin/env", "-0"], { env, stdout: PIPE, text: true });
    const lines = stdout.split("\0").filter((line) => line !== "").sort();
    assertEquals(lines, ["A=", "B=two words\n", "__proto__x=1", "odd.name==x"]);
    const none = await run(["/usr/bin/env"], { env: {}, stdout: PIPE, text: true });
    assertEquals(none.stdout, "");
  });

  it("may be called many times at once", async () => {
    const calls = Array.from({ length: 30 }, (_, index) => {
      return checkOutput(sh('echo "$1"', String(index)), { text: true });
    });
    assertEquals(await Promise.all(calls), calls.map((_, index) => `${index}\n`));
  });

  it("its errors are the same classes under both names of the package", () => {
    assertEquals(core.TimeoutExpired, TimeoutExpired);
    assertEquals(core.CalledProcessError, CalledProcessError);
  });

  it("rejects in a task as it does here", async () => {
    await using pool = new Pool(1);
    const url = import.meta.resolve("@pool/core/subprocess");
    const error = await rejection(pool.apply(async (from: string) => {
      const { run } = await import(from);
      await run(["/bin/sh", "-c", "echo no; exit 9"], { stdout: "pipe", text: true, check: true });
    }, [url]));
    assertInstanceOf(error, CalledProcessError);
    assertEquals([error.returncode, error.stdout, error.output], [9, "no\n", "no\n"]);
  });
});

describe("a storm of runs", { skip: WINDOWS }, () => {
  /** Runs a command that is ended after so many milliseconds, if it has not ended: what came of it. */
  async function runFor(after: number, sleep: string, bySignal: boolean): Promise<string> {
    const script = "echo $$; head -c 200000 /dev/zero; sleep $1; cat > /dev/null";
    const bound = bySignal ? { signal: AbortSignal.timeout(after) } : { timeout: after };
    const input = new Uint8Array(500_000);
    try {
      const { stdout } = await run(sh(script, sleep), { captureOutput: true, input, ...bound });
      await assertGone(pidIn(stdout)!);
      return stdout.byteLength > 200_000 ? "ended" : "ended without all of its output";
    } catch (error) {
      if (!(error instanceof TimeoutExpired)) return (error as Error).name;
      const pid = pidIn(error.stdout as Uint8Array);
      if (pid !== undefined) await assertGone(pid);
      return error.name;
    }
  }

  /** The number in the first line, if it has come. */
  function pidIn(output: Uint8Array): number | undefined {
    const [line, more] = new TextDecoder().decode(output.subarray(0, 20)).split("\n");
    return more === undefined ? undefined : Number(line);
  }

  it("every call settles at its timeout, abort or end, and no command is left", async () => {
    const outcomes = new Set<string>();
    let index = 0;
    const lane = async () => {
      for (let at = index++; at < 120; at = index++) {
        // At all moments of a child's life: before its start is known, while it runs, as it ends.
        const after = at % 40 === 39 ? 10_000 : at % 40;
        outcomes.add(await runFor(after, `0.0${at % 4}`, at % 2 === 0));
      }
    };
    await Promise.all(Array.from({ length: 6 }, lane));
    assertEquals([...outcomes].sort(), ["TimeoutError", "TimeoutExpired", "ended"]);
  });
});

describe("call(), checkCall() and checkOutput()", { skip: WINDOWS }, () => {
  it("call() resolves to the exit code", async () => {
    assertEquals(await call(sh("exit 4")), 4);
    assertEquals(await call("exit 5", { shell: true }), 5);
    // A pipe that nobody would read in Python, where this hangs.
    assertEquals(await call(sh("head -c 1000000 /dev/zero"), { stdout: PIPE }), 0);
    assertInstanceOf(await rejection(call(["sleep", "100"], { timeout: 50 })), TimeoutExpired);
  });

  it("checkCall() rejects for any exit code but 0", async () => {
    assertEquals(await checkCall(sh("exit 0")), 0);
    const error = await rejection(checkCall(sh("exit 4")));
    assertInstanceOf(error, CalledProcessError);
    assertEquals([error.returncode, error.stdout], [4, null]);
  });

  it("checkOutput() resolves to stdout alone", async () => {
    assertEquals(await checkOutput(["echo", "hi"], { text: true }), "hi\n");
    assertEquals(await checkOutput(["echo", "hi"]), bytes("hi\n"));
    assertEquals(await checkOutput(["cat"], { input: "x", text: true }), "x");
    const options = { stderr: STDOUT, text: true, shell: true } as const;
    assertEquals(await checkOutput("echo a >&2; echo b", options), "a\nb\n");
    const error = await rejection(checkOutput(sh("echo most; exit 1"), { text: true }));
    assertInstanceOf(error, CalledProcessError);
    assertEquals(error.output, "most\n");
  });
});

describe("large data", { skip: WINDOWS }, () => {
  it("a command that fills both pipes at once is read to its end", async () => {
    const script = "head -c 3000000 /dev/zero >&2 & head -c 5000000 /dev/zero; wait";
    const { stdout, stderr } = await run(sh(script), { captureOutput: true });
    assertEquals([stdout.byteLength, stderr.byteLength], [5_000_000, 3_000_000]);
  });

  it("one that fills stderr before it reads its input, too", async () => {
    const input = new Uint8Array(2_000_000).fill(7);
    const script = "head -c 2000000 /dev/zero >&2; cat";
    const { stdout, stderr } = await run(sh(script), { input, captureOutput: true });
    assertEquals([stdout.byteLength, stderr.byteLength], [2_000_000, 2_000_000]);
  });

  it("100 MB go there and back unharmed", async () => {
    const input = new Uint8Array(100_000_000);
    const words = new Uint32Array(input.buffer);
    for (let i = 0, word = 1; i < words.length; i++) {
      words[i] = word = Math.imul(word, 1664525) + 1013904223;
    }
    const { stdout } = await run(["cat"], { input, captureOutput: true });
    assertEquals(stdout.byteLength, input.byteLength);
    assert(Buffer.from(stdout.buffer, stdout.byteOffset, stdout.byteLength).equals(input));
  });

  it("a million small writes are one text", async () => {
    const script = 'BEGIN { for (i = 0; i < 200000; i++) { print "größe"; fflush() } }';
    const { stdout } = await run(["awk", script], { captureOutput: true, text: true });
    assertEquals(stdout.length, 200_000 * 6);
    assert(!stdout.includes("\uFFFD"));
  });

  it("a letter that is cut between two chunks arrives whole", async () => {
    const script = "printf 'a\\360\\237'; sleep 0.1; printf '\\230\\200z'";
    assertEquals(await checkOutput(sh(script), { text: true }), "a😀z");
    assertEquals(await checkOutput(["printf", "\\357\\273\\277x"], { text: true }), "\uFEFFx");
  });

  it("a command that does not read its input is no error", async () => {
    const input = new Uint8Array(10_000_000);
    assertEquals((await run(sh("exit 3"), { input })).returncode, 3);
    const some = await run(["head", "-c", "5"], { input, captureOutput: true });
    assertEquals([some.returncode, some.stdout.byteLength], [0, 5]);
    const closed = await within(5000, () => run(sh("exec <&-; sleep 0.1; echo x"), { input }));
    assertEquals(closed.returncode, 0);
  });
});
