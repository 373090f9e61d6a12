/** What `@pool/core/subprocess` refuses, at the call and before anything is started. */
import { describe } from "node:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  call,
  checkCall,
  checkOutput,
  type Command,
  Popen,
  type PopenOptions,
  run,
  type RunOptions,
} from "@pool/core/subprocess";
import { it } from "../conformance/bounded.ts";
import { rejection } from "../conformance/rejection.ts";
import { sh, WINDOWS } from "./commands.ts";

type Wrong = [value: unknown, type: ErrorConstructor, named: string];

const WRONG_ARGS: Wrong[] = [
  [["echo", 5], TypeError, "args[1]"],
  [["echo", "a", undefined], TypeError, "args[2]"],
  [["echo", null], TypeError, "args[1]"],
  // deno-lint-ignore no-sparse-arrays
  [["echo", , "b"], TypeError, "args[1]"],
  [[new URL("file:///bin/ls")], TypeError, "args[0]"],
  [["echo", "a\0b"], TypeError, "args[1]"],
  [["ec\0ho"], TypeError, "args[0]"],
  ["ec\0ho", TypeError, "args"],
  [[], TypeError, "args"],
  [[""], TypeError, "args[0]"],
  ["", TypeError, "args"],
  [undefined, TypeError, "args"],
  [null, TypeError, "args"],
  [5, TypeError, "args"],
  [{ length: 1, 0: "ls" }, TypeError, "args"],
];

const WRONG_OPTIONS: Wrong[] = [
  [5, TypeError, "options"],
  [null, TypeError, "options"],
  [["x"], TypeError, "options"],
  [{ tiemout: 5 }, TypeError, "tiemout"],
  [{ stdin: "stdout" }, TypeError, "stdin"],
  [{ stdout: "stdout" }, TypeError, "stdout"],
  [{ stdout: 1 }, TypeError, "stdout"],
  [{ stderr: "PIPE" }, TypeError, "stderr"],
  [{ shell: "bash" }, TypeError, "shell"],
  [{ text: "utf8" }, TypeError, "text"],
  [{ cwd: 5 }, TypeError, "cwd"],
  [{ cwd: "" }, TypeError, "cwd"],
  [{ cwd: "a\0b" }, TypeError, "cwd"],
  [{ cwd: new URL("https://example.com/") }, TypeError, "cwd"],
  [{ env: "A=1" }, TypeError, "env"],
  [{ env: null }, TypeError, "env"],
  [{ env: ["A=1"] }, TypeError, "env"],
  [{ env: { A: 1 } }, TypeError, "env.A"],
  [{ env: { A: "a\0b" } }, TypeError, "env.A"],
  [{ env: { "A=B": "1" } }, TypeError, "env"],
  [{ env: { "": "1" } }, TypeError, "env"],
  [{ signal: {} }, TypeError, "signal"],
];

const WRONG_RUNS: Wrong[] = [
  [{ timeout: NaN }, RangeError, "timeout"],
  [{ timeout: "5" }, TypeError, "timeout"],
  [{ timeout: null }, TypeError, "timeout"],
  [{ check: 1 }, TypeError, "check"],
  [{ captureOutput: "yes" }, TypeError, "captureOutput"],
  [{ captureOutput: true, stdout: "pipe" }, TypeError, "captureOutput"],
  [{ captureOutput: true, stderr: "stdout" }, TypeError, "captureOutput"],
  [{ input: 5 }, TypeError, "input"],
  [{ input: null }, TypeError, "input"],
  [{ input: [1, 2] }, TypeError, "input"],
  [{ input: "x", stdin: "ignore" }, TypeError, "input"],
];

function assertNamed(error: Error, type: ErrorConstructor, named: string): void {
  assert(error instanceof type, `${named} was refused with ${error}`);
  assert(error.message.startsWith("Cannot "), error.message);
  assert(error.message.includes(named), `${error.message} does not name ${named}`);
}

describe("bad input of subprocess", { skip: WINDOWS }, () => {
  it("new Popen() throws for wrong arguments and names their place", () => {
    for (const [args, type, named] of WRONG_ARGS) {
      assertNamed(assertThrows(() => new Popen(args as Command), type), type, named);
    }
  });

  it("new Popen() throws for wrong options and names them", () => {
    for (const [options, type, named] of WRONG_OPTIONS) {
      const start = () => new Popen(["true"], options as PopenOptions);
      assertNamed(assertThrows(start, type), type, named);
    }
  });

  it("run() rejects for all of these, and starts nothing", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pool-subprocess-"));
    const trace = join(folder, "trace");
    try {
      for (const [args, type, named] of WRONG_ARGS) {
        assertNamed(await rejection(run(args as Command)), type, named);
      }
      for (const [options, type, named] of [...WRONG_OPTIONS, ...WRONG_RUNS]) {
        const started = run(sh('touch "$1"', trace), options as RunOptions);
        assertNamed(await rejection(started), type, named);
      }
      assertEquals(existsSync(trace), false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("call() and its like refuse what they decide by themselves", async () => {
    for (const name of ["input", "captureOutput", "check"]) {
      const options = { [name]: undefined };
      assertNamed(await rejection(call(["true"], options)), TypeError, name);
      assertNamed(await rejection(checkCall(["true"], options)), TypeError, name);
    }
    for (const name of ["stdout", "captureOutput", "check"]) {
      const options = { [name]: undefined };
      assertNamed(await rejection(checkOutput(["true"], options)), TypeError, name);
    }
  });

  it("wait() and communicate() reject for wrong times and inputs", async () => {
    await using child = new Popen(["cat"], { stdin: "pipe" });
    for (const [timeout, type] of [[NaN, RangeError], ["5", TypeError], [{}, TypeError]] as const) {
      const options = { timeout: timeout as number };
      assertNamed(await rejection(child.wait(options)), type, "timeout");
      assertNamed(await rejection(child.communicate(options)), type, "timeout");
    }
    assertNamed(await rejection(child.wait(5 as never)), TypeError, "options");
    assertNamed(await rejection(child.communicate("x" as never)), TypeError, "options");
    assertNamed(await rejection(child.communicate({ input: 5 as never })), TypeError, "input");
    await using deaf = new Popen(["true"]);
    assertNamed(await rejection(deaf.communicate({ input: "x" })), TypeError, "stdin");
  });
});
