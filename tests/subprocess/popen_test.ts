/** `Popen`, with real commands. */
import { Buffer } from "node:buffer";
import { describe } from "node:test";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import { InvalidStateError } from "@pool/core";
import { Popen, run, SpawnError, TimeoutExpired } from "@pool/core/subprocess";
import { it, within } from "../conformance/bounded.ts";
import { rejection } from "../conformance/rejection.ts";
import { assertGone, program, sh, WINDOWS } from "./commands.ts";

describe("Popen", { skip: WINDOWS }, () => {
  it("has a pid, streams where they are pipes, and no exit code while it runs", async () => {
    await using child = new Popen(["cat"], { stdin: "pipe", stdout: "pipe" });
    assert(child.pid! > 0);
    assertEquals([child.returncode, child.poll(), child.stderr], [null, null, null]);
    assertEquals(child.args, ["cat"]);
    assertInstanceOf(child.stdout, ReadableStream);
    assertInstanceOf(child.stdin, WritableStream);
    await child.stdin.close();
    assertEquals(await child.wait(), 0);
    assertEquals([child.returncode, child.poll(), await child.wait()], [0, 0, 0]);
  });

  it("its streams take part in pipelines of the web", async () => {
    await using child = new Popen(["tr", "a-z", "A-Z"], { stdin: "pipe", stdout: "pipe" });
    const source = new Blob(["some text"]).stream();
    const [text] = await Promise.all([
      new Response(child.stdout).text(),
      source.pipeTo(child.stdin),
    ]);
    assertEquals(text, "SOME TEXT");
  });

  it("one child may read what another writes", async () => {
    await using first = new Popen(sh("seq 1 100000"), { stdout: "pipe" });
    await using second = new Popen(["wc", "-l"], { stdin: "pipe", stdout: "pipe", text: true });
    await first.stdout.pipeTo(second.stdin);
    assertEquals((await second.communicate()).stdout.trim(), "100000");
  });

  it("stdin takes strings, and answers come while the child runs", async () => {
    await using child = new Popen(sh('while read line; do echo "<$line>"; done'), {
      stdin: "pipe",
      stdout: "pipe",
    });
    const writer = child.stdin.getWriter();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    for (const word of ["one", "zwölf"]) {
      await writer.write(`${word}\n`);
      assertEquals((await reader.read()).value, `<${word}>\n`);
    }
    await writer.close();
    assertEquals((await reader.read()).done, true);
    assertEquals(await child.wait(), 0);
  });

  it("output that is read long after the end is all there", async () => {
    await using child = new Popen(sh("echo out; echo err >&2"), { stdout: "pipe", stderr: "pipe" });
    assertEquals(await child.wait(), 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assertEquals(await new Response(child.stdout).text(), "out\n");
    assertEquals(await new Response(child.stderr).text(), "err\n");
  });

  it("output that nobody reads holds the child back and fills no memory", async () => {
    await using child = new Popen(["yes"], { stdout: "pipe" });
    const before = process.memoryUsage().rss;
    await rejection(child.wait({ timeout: 500 }));
    assert(process.memoryUsage().rss - before < 50_000_000);
    child.kill();
    assertEquals(await child.wait(), -9);
  });

  it("a write to a child that reads no more rejects with EPIPE", async () => {
    await using child = new Popen(sh("exit 0"), { stdin: "pipe" });
    await child.wait();
    const writer = child.stdin.getWriter();
    const error = await rejection((async () => {
      for (;;) await writer.write(new Uint8Array(100_000));
    })());
    assertEquals(error.code, "EPIPE");
    assertEquals(error.message, "Cannot write to stdin: the pipe is closed (EPIPE)");
  });

  it("wait() rejects with TimeoutExpired, and the child goes on", async () => {
    await using child = new Popen(["sleep", "100"]);
    const error = await rejection(child.wait({ timeout: 20 }));
    assertInstanceOf(error, TimeoutExpired);
    assertEquals([error.timeout, error.cmd, error.stdout], [20, ["sleep", "100"], null]);
    assertEquals(child.poll(), null);
    child.terminate();
    assertEquals(await child.wait({ timeout: 5000 }), -15);
  });

  it("sendSignal() takes names and numbers, and refuses what is no signal", async () => {
    await using child = new Popen(
      sh("trap 'exit 7' USR1; echo ready; while :; do sleep 0.01; done"),
      {
        stdout: "pipe",
      },
    );
    const reader = child.stdout.getReader();
    await reader.read();
    for (const wrong of ["USR1", "SIGNOPE", 0, 999, 1.5, NaN, "toString"]) {
      assertThrows(() => child.sendSignal(wrong), RangeError, "Cannot send signal");
    }
    child.sendSignal("SIGUSR1");
    assertEquals(await child.wait(), 7);
    // To one that has ended: nothing, as in Python.
    child.sendSignal(9);
    child.kill();
    assertEquals(child.returncode, 7);
  });

  it("a signal that the child survives changes nothing, and a second one is sent", async () => {
    await using child = new Popen(sh("trap '' TERM; echo ready; cat; echo done; exec sleep 100"), {
      stdin: "pipe",
      stdout: "pipe",
    });
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assertEquals((await reader.read()).value, "ready\n");
    child.terminate();
    assertInstanceOf(await rejection(child.wait({ timeout: 100 })), TimeoutExpired);
    const writer = child.stdin.getWriter();
    await writer.write("still here\n");
    assertEquals((await reader.read()).value, "still here\n");
    await writer.close();
    assertEquals((await reader.read()).value, "done\n");
    child.kill();
    assertEquals(await child.wait({ timeout: 5000 }), -9);
  });

  it("an abort kills it and rejects those who wait", async () => {
    const controller = new AbortController();
    const child = new Popen(["sleep", "100"], { stdout: "pipe", signal: controller.signal });
    const waits = [child.wait(), child.communicate(), child.wait({ timeout: 10_000 })];
    const outcomes = waits.map((wait) => wait.catch((error: unknown) => error));
    controller.abort("enough");
    assertEquals(await Promise.all(outcomes), ["enough", "enough", "enough"]);
    assertEquals(child.returncode, -9);
    assertEquals(await child.wait().catch((error) => error), "enough");
    assertThrows(() => new Popen(["sleep", "100"], { signal: AbortSignal.abort() }), DOMException);
  });

  it("an abort after the end changes nothing", async () => {
    const controller = new AbortController();
    const child = new Popen(sh("exit 6"), { signal: controller.signal });
    assertEquals(await child.wait(), 6);
    controller.abort();
    assertEquals([await child.wait(), (await child.communicate()).stdout], [6, null]);
  });

  it("its end as a resource closes the pipes, waits and does not kill", async () => {
    let pid: number;
    {
      // Ends by the end of its input.
      await using child = new Popen(["cat"], { stdin: "pipe", stdout: "pipe" });
      pid = child.pid!;
    }
    await assertGone(pid);
    const slow = new Popen(sh("sleep 0.2; exit 4"));
    await slow[Symbol.asyncDispose]();
    assertEquals(slow.returncode, 4);
    // One that still writes gets SIGPIPE or an error, as the runtime's pipes are.
    const writing = new Popen(["yes"], { stdout: "pipe", stderr: "ignore" });
    await within(5000, () => writing[Symbol.asyncDispose]());
    assert(writing.returncode !== 0);
    await new Popen(["no-such-command"])[Symbol.asyncDispose]();
  });
});

describe("Popen.communicate()", { skip: WINDOWS }, () => {
  it("keeps what came before a timeout for the next call", async () => {
    await using child = new Popen(
      sh("cat; printf 'gr\\303'; sleep 0.6; printf '\\274n'"),
      {
        stdin: "pipe",
        stdout: "pipe",
        text: true,
      },
    );
    const error = await rejection(child.communicate({ input: "in ", timeout: 300 }));
    assertInstanceOf(error, TimeoutExpired);
    assertEquals([error.stdout, error.stderr], ["in gr", null]);
    await rejection(child.communicate({ timeout: 0 }));
    assertInstanceOf(await rejection(child.communicate({ input: "x" })), InvalidStateError);
    const { stdout, stderr } = await child.communicate();
    assertEquals([stdout, stderr], ["in grün", null]);
    assertEquals((await child.communicate()).stdout, "in grün");
  });

  it("goes on with a large input after timeouts", async () => {
    const child = new Popen(sh("sleep 0.2; cat"), { stdin: "pipe", stdout: "pipe" });
    const input = new Uint8Array(5_000_000).fill(1);
    let timeouts = 0;
    const first = await rejection(child.communicate({ input, timeout: 1 }));
    assertInstanceOf(first, TimeoutExpired);
    for (;;) {
      try {
        const { stdout } = await child.communicate({ timeout: 20 });
        assert(Buffer.from(stdout).equals(input));
        break;
      } catch (error) {
        assertInstanceOf(error, TimeoutExpired);
        timeouts++;
      }
    }
    assert(timeouts > 0);
    assertEquals(child.returncode, 0);
  });

  it("reads no more after a timeout until it is called again", async () => {
    await using child = new Popen(["yes"], { stdout: "pipe" });
    const error = await rejection(child.communicate({ timeout: 20 }));
    const before = process.memoryUsage().rss;
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert(process.memoryUsage().rss - before < 50_000_000);
    assert((error as unknown as TimeoutExpired).stdout!.length > 0);
    child.kill();
    const { stdout } = await child.communicate({ timeout: 5000 });
    assertEquals([stdout[0], stdout[1], child.returncode], [121, 10, -9]);
  });

  it("is not held past its timeout by a grandchild, and goes on when that has ended", async () => {
    await using child = new Popen(sh("(sleep 0.7; echo late) & echo $!; exit 5"), {
      stdout: "pipe",
      text: true,
    });
    const started = performance.now();
    const error = await rejection(child.communicate({ timeout: 200 }));
    assert(performance.now() - started < 600);
    assertInstanceOf(error, TimeoutExpired);
    assertEquals(child.returncode, 5);
    assertEquals(await child.wait(), 5);
    assert((await child.communicate({ timeout: 10_000 })).stdout.endsWith("\nlate\n"));
  });

  it("an abort ends a wait for a grandchild", async () => {
    const controller = new AbortController();
    await using child = new Popen(sh("sleep 100 & echo $!"), {
      stdout: "pipe",
      text: true,
      signal: controller.signal,
    });
    await child.wait();
    const held = await rejection(child.communicate({ timeout: 100 }));
    assertInstanceOf(held, TimeoutExpired);
    const waiting = child.communicate().catch((error) => error);
    controller.abort("enough");
    assertEquals(await waiting, "enough");
    const grandchild = Number(held.stdout);
    process.kill(grandchild);
    await assertGone(grandchild);
  });

  it("may be called twice at once", async () => {
    await using child = new Popen(sh("echo a; sleep 0.1; echo b"), { stdout: "pipe", text: true });
    const [first, second] = await Promise.all([child.communicate(), child.communicate()]);
    assertEquals([first.stdout, second.stdout], ["a\nb\n", "a\nb\n"]);
  });

  it("waits its turn where somebody has a writer or a reader, and loses nothing", async () => {
    await using child = new Popen(sh("echo head; cat"), {
      stdin: "pipe",
      stdout: "pipe",
      text: true,
    });
    const assertInUse = async (stream: string): Promise<void> => {
      const error = await rejection(child.communicate({ input: " second" }));
      assertInstanceOf(error, InvalidStateError);
      assertMatch(error.message, new RegExp(`^Cannot communicate: ${stream} is in use; `));
    };
    const writer = child.stdin.getWriter();
    await writer.write("first");
    await assertInUse("stdin");
    writer.releaseLock();
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    await assertInUse("stdout");
    reader.releaseLock();
    const { stdout } = await child.communicate({ input: " second" });
    assertEquals(new TextDecoder().decode(value) + stdout, "head\nfirst second");
  });
});

function permissionTests(): void {
  const path = fileURLToPath(new URL("./permissions_program.ts", import.meta.url));
  const start = (...flags: string[]) =>
    run([process.execPath, "run", "--no-check", "--quiet", "--no-prompt", ...flags, path], {
      captureOutput: true,
      text: true,
      timeout: 15_000,
    });

  it("a child is killed where only its command is allowed", async () => {
    const { stdout, stderr } = await start("--allow-env", "--allow-run=sleep");
    assertMatch(stdout, /^TimeoutExpired Command "sleep 100" has not ended after 50 ms\n$/);
    assertEquals(stderr, "");
  });

  it("a command that is not allowed is one that cannot be started", async () => {
    const { stdout } = await start("--allow-env");
    assertMatch(stdout, /^SpawnError Cannot start "sleep": Requires run access/);
  });
}

if ("deno" in process.versions) describe("Deno's permissions", permissionTests);

describe("a command that cannot be started", () => {
  const starts: [string, () => Popen, string, RegExp][] = [
    ["that does not exist", () => new Popen(["no-such-command"]), "ENOENT", /no such command/],
    [
      "in a folder that does not exist",
      () => new Popen([process.execPath], { cwd: "/no/such/folder" }),
      "ENOENT",
      /cwd "\/no\/such\/folder" does not exist/,
    ],
  ];
  if (!WINDOWS) {
    starts.push(
      ["that is a folder", () => new Popen(["/"]), "EACCES", /may not be executed/],
      ["in a file", () => new Popen(["ls"], { cwd: "/bin/sh" }), "ENOTDIR", /is no folder/],
      [
        "by an env without PATH",
        () => {
          return new Popen(["no-such-command"], { env: {} });
        },
        "ENOENT",
        /no such command/,
      ],
      [
        "by too long words",
        () => {
          return new Popen(["echo", "x".repeat(3_000_000)]);
        },
        "E2BIG",
        /too long/,
      ],
    );
  }
  for (const [name, start, code, message] of starts) {
    it(`${name} rejects the first wait`, async () => {
      const child = start();
      const error = await rejection(child.wait());
      assertInstanceOf(error, SpawnError);
      assertEquals([error.name, error.code, child.pid, child.returncode], [
        "SpawnError",
        code,
        null,
        null,
      ]);
      assert(message.test(error.message), error.message);
      assertEquals(await rejection(child.communicate()), error);
      assertThrows(() => child.poll(), SpawnError);
      child.kill();
      await child[Symbol.asyncDispose]();
    });
  }

  it("fails its streams, in place of ending them", async () => {
    const commands = [["no-such-command"], ...WINDOWS ? [] : [["echo", "x".repeat(3_000_000)]]];
    for (const command of commands) {
      const child = new Popen(command, { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
      assertInstanceOf(await rejection(child.stdout.getReader().read()), SpawnError);
      assertInstanceOf(await rejection(child.stderr.getReader().read()), SpawnError);
      assertInstanceOf(await rejection(child.stdin.getWriter().write("x")), SpawnError);
      assertInstanceOf(await rejection(child.wait()), SpawnError);
    }
  });

  it("rejects run() and communicate() with pipes and input", async () => {
    const error = await rejection(
      run(["no-such-command"], { input: new Uint8Array(1_000_000), captureOutput: true }),
    );
    assertInstanceOf(error, SpawnError);
    const child = new Popen(["no-such-command"], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
    assertInstanceOf(await rejection(child.communicate({ input: "x", timeout: 5000 })), SpawnError);
  });

  if (WINDOWS) return;
  it("and a grandchild that holds the output of a killed command do not hold the program", async () => {
    const path = fileURLToPath(new URL("./lingering_program.ts", import.meta.url));
    const started = performance.now();
    const result = await run(program(path), { captureOutput: true, text: true, timeout: 15_000 });
    const took = performance.now() - started;
    const grandchild = Number(result.stdout);
    process.kill(grandchild);
    assertEquals([result.stderr, result.returncode], ["", 0]);
    assert(took < 5000, `it took ${took} ms`);
    await assertGone(grandchild);
  });

  it("and failures that nobody looks at do not end the program", async () => {
    const path = fileURLToPath(new URL("./unread_program.ts", import.meta.url));
    const result = await run(program(path), { captureOutput: true, text: true, timeout: 15_000 });
    assertEquals([result.stdout, result.stderr, result.returncode], ["the end\n", "", 0]);
  });
});
