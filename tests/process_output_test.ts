/** What child processes write comes as events, each piece with the job that wrote it. */
import process from "node:process";
import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import {
  type OutputMode,
  Pool,
  type PoolEvent,
  type PoolOptions,
  ProcessPoolExecutor,
  TimeoutError,
  WorkerDiedError,
} from "@pool/core";
import { MarkCutter, markOf } from "../src/adapters/process/marks.ts";
import { TOKEN_BYTES } from "../src/adapters/process/cell_file.ts";
import { it } from "./conformance/bounded.ts";
import { rejection } from "./conformance/rejection.ts";

type Output = PoolEvent & { readonly type: "output" };

const capturingPool = (options: Omit<PoolOptions, "backend"> = {}): Pool =>
  new Pool({ workers: 1, stdout: "pipe", stderr: "pipe", ...options, backend: "process" });

function collect(pool: { readonly events: Pool["events"] }): Output[] {
  const outputs: Output[] = [];
  pool.events.subscribe((event) => {
    if (event.type === "output") outputs.push(event);
  });
  return outputs;
}

/** What was written, of the jobs or streams that are asked for. */
function textOf(outputs: readonly Output[], which: Partial<Output> = {}): string {
  const decoder = new TextDecoder();
  const wanted = Object.entries(which) as [keyof Output, unknown][];
  const chosen = outputs.filter((output) =>
    wanted.every(([name, value]) => output[name] === value)
  );
  return chosen.map(({ data }) => decoder.decode(data, { stream: true })).join("") +
    decoder.decode();
}

const say = function say(text: string): string {
  console.log(text);
  return text;
};

describe("captured output", () => {
  it("is there before the result, however it was written", async () => {
    await using pool = capturingPool();
    const outputs = collect(pool);
    await pool.apply(function writeInAllWays() {
      const { writeSync } = process.getBuiltinModule("node:fs");
      const { spawnSync } = process.getBuiltinModule("node:child_process");
      console.log("1 console");
      process.stdout.write("2 stream ");
      writeSync(1, "3 descriptor ");
      spawnSync("sh", ["-c", "echo 4 grandchild; echo wrong >&2"], { stdio: "inherit" });
      console.error("console");
      process.stderr.write("stream");
    });
    const stdout = outputs.filter(({ stream }) => stream === "stdout");
    assertEquals(textOf(stdout), "1 console\n2 stream 3 descriptor 4 grandchild\n");
    assertEquals(textOf(outputs, { stream: "stderr" }), "wrong\nconsole\nstream");
    for (const { task, workerId, jobId } of outputs) {
      assertEquals([task, workerId, jobId], ["writeInAllWays", 1, outputs[0]!.jobId]);
    }
  });

  it("belongs to its job, of many that are sent ahead", async () => {
    await using pool = capturingPool({ workers: 2 });
    const jobs: number[] = [];
    const outputs: Output[] = [];
    pool.events.subscribe((event) => {
      if (event.type === "queued") jobs.push(event.jobId);
      if (event.type === "output") outputs.push(event);
    });
    const texts = Array.from({ length: 400 }, (_, i) => `line ${i}`);
    await Promise.all(texts.map((text) => pool.applyAsync(say, [text])));
    assertEquals(outputs.filter(({ jobId }) => jobId === undefined), []);
    assertEquals(jobs.map((jobId) => textOf(outputs, { jobId })), texts.map((t) => `${t}\n`));
  });

  it("may be more than a pipe holds: megabytes of characters of several bytes", async () => {
    await using pool = capturingPool();
    const outputs = collect(pool);
    const write = async function write(letter: string): Promise<void> {
      process.stderr.write(letter.repeat(300_000));
      process.stdout.write(letter.repeat(300_000));
      await Promise.resolve();
    };
    const letters = ["ä", "€", "𝄞"];
    await Promise.all(letters.map((letter) => pool.applyAsync(write, [letter])));
    const jobs = [...new Set(outputs.map(({ jobId }) => jobId))];
    assertEquals(jobs.length, 3);
    jobs.forEach((jobId, i) => {
      for (const stream of ["stdout", "stderr"] as const) {
        assert(
          textOf(outputs, { jobId, stream }) === letters[i]!.repeat(300_000),
          `${i} ${stream}`,
        );
      }
    });
  });

  it("of what a task left behind belongs to no job", async () => {
    await using pool = capturingPool();
    const { promise: came, resolve } = Promise.withResolvers<Output>();
    pool.events.subscribe((event) => {
      if (event.type === "output") resolve(event);
    });
    await pool.apply(function leaveTimer() {
      setTimeout(() => console.log("later"), 20);
    });
    const { jobId, task, data } = await came;
    assertEquals([jobId, task], [undefined, undefined]);
    assertEquals(new TextDecoder().decode(data), "later\n");
  });

  it("of a part of a map is that of one job; of async tasks, too", async () => {
    await using pool = capturingPool();
    const outputs = collect(pool);
    await pool.map(say, ["a", "b", "c", "d"], { chunksize: 2 });
    const jobs = [...new Set(outputs.map(({ jobId }) => jobId))];
    assertEquals(jobs.map((jobId) => textOf(outputs, { jobId })), ["a\nb\n", "c\nd\n"]);
    outputs.length = 0;
    await pool.apply(async function slow() {
      console.log("before");
      await new Promise((resolve) => setTimeout(resolve, 5));
      console.log("after");
    });
    assertEquals(textOf(outputs, { task: "slow" }), "before\nafter\n");
  });

  it("of a task that throws or is killed is complete", async () => {
    await using pool = capturingPool();
    const outputs = collect(pool);
    await rejection(pool.apply(function fails() {
      console.log("about to fail");
      throw new Error("failed");
    }));
    assertEquals(textOf(outputs, { task: "fails" }), "about to fail\n");
    const { promise: spoke, resolve } = Promise.withResolvers<void>();
    pool.events.subscribe((event) => {
      if (event.type === "output" && event.task === "spins") resolve();
    });
    const late = await rejection(pool.apply(
      function spins() {
        console.log("spinning");
        for (;;);
      },
      [],
      { timeout: 300 },
    ));
    assertInstanceOf(late, TimeoutError);
    await spoke;
    assertEquals(textOf(outputs, { task: "spins" }), "spinning\n");
    assertEquals(await pool.apply(say, ["again"]), "again");
    assertEquals(textOf(outputs, { task: "say" }), "again\n");
  });

  it("is dropped where nobody listens", async () => {
    await using pool = capturingPool();
    const size = await pool.apply(() => {
      for (let i = 0; i < 20; i++) console.log("x".repeat(100_000));
      return 1;
    });
    assertEquals(size, 1);
  });

  it("of an executor comes as well", async () => {
    await using executor = new ProcessPoolExecutor(1, { stdout: "pipe" });
    const outputs = collect(executor);
    await executor.submit(say, ["hello"]).result();
    assertEquals(textOf(outputs, { task: "say", stream: "stdout" }), "hello\n");
  });

  it("that is lost holds up one call for a second, and no other", async () => {
    await using pool = capturingPool({ stderr: "inherit" });
    const outputs = collect(pool);
    const leave = function leave(): number {
      const { closeSync, openSync } = process.getBuiltinModule("node:fs");
      const { spawn } = process.getBuiltinModule("node:child_process");
      // It has the pipe, so that its end does not show.
      const holder = spawn("sleep", ["15"], { stdio: ["ignore", "inherit", "ignore"] });
      holder.unref();
      closeSync(1);
      openSync("/dev/null", "w");
      return holder.pid!;
    };
    const began = performance.now();
    const holder = await pool.apply(leave);
    const soon = performance.now();
    await pool.map((n: number) => n, [1, 2, 3], { chunksize: 1 });
    const end = performance.now();
    process.kill(holder, "SIGKILL");
    assert(soon - began < 5000 && end - soon < 900, `${soon - began} ms, ${end - soon} ms`);
    assertEquals(textOf(outputs), "");
  });
});

describe("the modes of output", () => {
  for (const stderr of ["inherit", "pipe", "ignore"] as const satisfies OutputMode[]) {
    it(`stderr: "${stderr}" keeps the last lines for the error of a death`, async () => {
      await using pool = capturingPool({ stdout: "ignore", stderr });
      const outputs = collect(pool);
      const died = await rejection(pool.apply(function dies() {
        console.error("last words of a test");
        process.exit(7);
      }));
      assertInstanceOf(died, WorkerDiedError);
      assertEquals([died.exitCode, died.stderr], [7, "last words of a test\n"]);
      const told = stderr === "pipe" ? "last words of a test\n" : "";
      assertEquals(textOf(outputs, { stream: "stderr" }), told);
    });
  }

  it('stdout: "ignore" leads nowhere', async () => {
    await using pool = capturingPool({ stdout: "ignore" });
    const outputs = collect(pool);
    const [device, nowhere] = await pool.apply(() => {
      const { fstatSync, statSync } = process.getBuiltinModule("node:fs");
      console.log("nobody reads this");
      return [fstatSync(1).rdev, statSync("/dev/null").rdev];
    });
    assertEquals(device, nowhere);
    assertEquals(outputs, []);
  });

  it("are refused where there are none, and where tasks have no output of their own", () => {
    for (const backend of ["thread", "inline"] as const) {
      for (const name of ["stdout", "stderr"] as const) {
        assertThrows(
          () => new Pool({ workers: 1, backend, [name]: "pipe" }),
          TypeError,
          `Cannot use ${name}: tasks of this backend write to the output of the whole program; ` +
            "only child processes have their own",
        );
      }
    }
    assertThrows(
      () => capturingPool({ stdout: "file" as OutputMode }),
      TypeError,
      'Cannot use stdout: it must be one of "inherit", "pipe", "ignore", not "file"',
    );
  });

  it('"inherit" is what every backend does', async () => {
    await using pool = new Pool({ workers: 1, stdout: "inherit", stderr: "inherit" });
    assertEquals(await pool.apply(() => 1), 1);
  });
});

describe("MarkCutter", () => {
  const token = Uint8Array.from({ length: TOKEN_BYTES }, (_, i) => i);
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const join = (parts: readonly Uint8Array[]): Uint8Array =>
    Uint8Array.from(parts.flatMap((part) => [...part]));

  function cut(
    pieces: readonly Uint8Array[],
  ): { told: [number | undefined, string][]; ended: number } {
    const told: [number | undefined, string][] = [];
    const cutter = new MarkCutter(token, (data, jobId) => {
      const last = told.at(-1);
      const text = String.fromCharCode(...data);
      if (last && last[0] === jobId) last[1] += text;
      else told.push([jobId, text]);
    });
    for (const piece of pieces) cutter.push(piece);
    cutter.end();
    return { told, ended: cutter.ended };
  }

  it("finds marks wherever the stream is cut, and takes nothing else for one", () => {
    // Zeros, and a mark that is none in its last byte.
    const like = markOf(token, 5).slice(0, TOKEN_BYTES);
    const stream = join([
      bytes("before\0"),
      markOf(token, 7),
      bytes("\0\0seven"),
      like,
      markOf(token, undefined),
      markOf(token, 8),
      markOf(token, undefined),
      bytes("after"),
      like,
    ]);
    const alike = String.fromCharCode(...like);
    const told: [number | undefined, string][] = [
      [undefined, "before\0"],
      [7, `\0\0seven${alike}`],
      [undefined, `after${alike}`],
    ];
    for (let at = 0; at <= stream.byteLength; at++) {
      const { told: parts, ended } = cut([stream.subarray(0, at), stream.subarray(at)]);
      assertEquals([parts, ended], [told, 2], `cut at ${at}`);
    }
    assertEquals(cut([...stream].map((byte) => Uint8Array.of(byte))).told, told);
  });
});
