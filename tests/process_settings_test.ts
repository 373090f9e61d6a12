/** What a child process is given, what it says at its end, and what cannot be sent to it. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import {
  BrokenProcessPool,
  importTasks,
  MaybeEncodingError,
  Pool,
  PoolError,
  type PoolOptions,
  TaskLookupError,
  TimeoutError,
  transfer,
  WorkerDiedError,
} from "@pool/core";
import { it } from "./conformance/bounded.ts";
import { rejection } from "./conformance/rejection.ts";

const onDeno = "deno" in process.versions;
const onBun = "bun" in process.versions;

const createPool = (options: Omit<PoolOptions, "backend"> = {}): Pool =>
  new Pool({ workers: 1, ...options, backend: "process" });

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A child that has ended is there until the system has looked at it. */
async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("settings of child processes", () => {
  it("env is the whole environment of a child", async () => {
    process.env.POOL_TEST_OURS = "host";
    const read = (name: string): string | undefined => process.env[name];
    await using own = createPool({ env: { POOL_TEST_ONLY: "given" } });
    const names = ["POOL_TEST_ONLY", "POOL_TEST_OURS", "NODE_COMPILE_CACHE", "DENO_DIR"];
    assertEquals(await own.map(read, names), ["given", undefined, undefined, undefined]);
    await using inherited = createPool();
    assertEquals(await inherited.apply(read, ["POOL_TEST_OURS"]), "host");
    delete process.env.POOL_TEST_OURS;
  });

  it("execArgv reaches the runtime", async () => {
    const flag = onDeno ? "--v8-flags=--expose-gc" : onBun ? "--smol" : "--expose-gc";
    await using pool = createPool({ execArgv: [flag] });
    const look = (): unknown => [typeof (globalThis as { gc?: unknown }).gc, process.execArgv];
    const [gc, args] = await pool.apply(look) as [string, string[]];
    assert(gc === "function" || args.includes(flag), `${gc} ${args}`);
  });

  // Bun takes flags that it does not know.
  if (!onBun) {
    it("a flag that the runtime refuses breaks the pool with the runtime's words", async () => {
      await using pool = createPool({ execArgv: ["--no-such-flag-exists"] });
      const error = await rejection(pool.apply(() => 1));
      assertInstanceOf(error, BrokenProcessPool);
      assertMatch(error.message, /no-such-flag-exists/);
    });
  }

  it("a child sees none of the arguments by which it was started", async () => {
    await using pool = createPool();
    assertEquals(await pool.apply(() => process.argv.length), 2);
  });

  it("the folder where child and host meet is gone when they have met", async () => {
    const folders = (): string[] =>
      readdirSync(tmpdir()).filter((name) => /^pool-.{6}$/.test(name));
    const before = new Set(folders());
    await using pool = createPool({ workers: 2 });
    await pool.broadcast(() => 1);
    const left = folders().filter((name) =>
      !before.has(name) && existsSync(join(tmpdir(), name, "cells"))
    );
    assertEquals(left, []);
  });

  it("maxMemoryPerChild replaces a child that holds more, and the next call finds another", async () => {
    await using pool = createPool({ maxMemoryPerChild: 400 * 2 ** 20 });
    const hold = (bytes: number): number => {
      const kept = globalThis as { kept?: Uint8Array[] };
      (kept.kept ??= []).push(new Uint8Array(bytes).fill(1));
      return process.pid;
    };
    const first = await pool.apply(hold, [1]);
    assertEquals(await pool.apply(hold, [600 * 2 ** 20]), first);
    const second = await pool.apply(hold, [1]);
    assert(second !== first);
    await untilGone(first);
    assertEquals(pool.stats().workers.died, 0);
  });

  if (!onBun) {
    it("resourceLimits ends a child that needs more, and its call says why", async () => {
      await using pool = createPool({ resourceLimits: { maxOldGenerationSizeMb: 40 } });
      const error = await rejection(pool.apply(() => {
        const kept: number[][] = [];
        for (;;) kept.push(new Array(10_000).fill(kept.length));
      }));
      assertInstanceOf(error, WorkerDiedError);
      assertEquals(error.outOfMemory, true);
    });

    it("arguments that no child has room for end their call after three of them", async () => {
      await using pool = createPool({
        workers: 1,
        resourceLimits: { maxOldGenerationSizeMb: 40 },
      });
      const large = Array.from({ length: 1_500_000 }, (_, i) => [i]);
      const error = rejection(pool.apply((rows: number[][]) => rows.length, [large]));
      const next = pool.apply(() => "next");
      assertInstanceOf(await error, WorkerDiedError);
      assertMatch((await error).message, /before it began/);
      assertEquals([await next, pool.stats().workers.died], ["next", 3]);
    });
  }

  it("resourceLimits of which the runtime knows nothing are refused", () => {
    assertThrows(
      () => createPool({ resourceLimits: { stackSizeMb: 4 } }),
      TypeError,
      "Cannot use resourceLimits",
    );
  });
});

describe("a program that is its own runtime", () => {
  it("starts no children when it was started as one", () => {
    process.argv.push("@pool/core");
    try {
      assertThrows(() => createPool(), PoolError, "started as a worker of itself");
    } finally {
      process.argv.pop();
    }
  });
});

describe("permissions of child processes", () => {
  if (!onDeno) {
    it("are refused where the runtime has none", () => {
      assertThrows(() => createPool({ permissions: "none" }), TypeError, "Cannot use permissions");
    });
    return;
  }

  const folder = mkdtempSync(join(tmpdir(), "pool-test-"));
  writeFileSync(join(folder, "text"), "readable");
  after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "text");

  type DenoGlobal = {
    readonly Deno: {
      readTextFileSync(path: string): string;
      readonly permissions: { querySync(descriptor: { name: string }): { state: string } };
    };
  };
  const read = (path: string): string =>
    (globalThis as unknown as DenoGlobal).Deno.readTextFileSync(path);
  const states = (names: string[]): string[] =>
    names.map((name) =>
      (globalThis as unknown as DenoGlobal).Deno.permissions.querySync({ name }).state
    );

  it('"none" gives a child nothing but its wire to the host', async () => {
    await using pool = createPool({ permissions: "none" });
    const error = await rejection(pool.apply(read, [path]));
    assertMatch(String(error), /NotCapable|PermissionDenied|Requires read access/);
    for (const state of await pool.apply(states, [["run", "env", "net", "ffi", "sys"]])) {
      assert(state !== "granted", state);
    }
  });

  it("a list gives a child what is in it", async () => {
    await using pool = createPool({ permissions: { read: [folder] } });
    assertEquals(await pool.apply(read, [path]), "readable");
    assertMatch(String(await rejection(pool.apply(read, ["/etc/hostname"]))), /read access/);
  });

  it('"inherit" gives a child what the program has', async () => {
    for (const permissions of [undefined, "inherit"]) {
      await using pool = createPool({ permissions });
      assertEquals(await pool.apply(states, [["run", "env"]]), ["granted", "granted"]);
    }
  });

  it("are refused where they make no sense", () => {
    for (const permissions of ["all", 5, { everything: true }, { read: 5 }, { net: [1] }, null]) {
      assertThrows(() => createPool({ permissions }), TypeError, "Cannot use permissions");
    }
  });
});

describe("the end of a child process", () => {
  it("by a signal is told with the signal", async () => {
    await using pool = createPool();
    const error = await rejection(pool.apply(() => void process.kill(process.pid, "SIGKILL")));
    assertInstanceOf(error, WorkerDiedError);
    assertEquals([error.exitCode, error.signal], [null, "SIGKILL"]);
  });

  it("is told with the last lines of its stderr, and no more than a few thousand bytes", async () => {
    await using pool = createPool();
    const error = await rejection(pool.apply(() => {
      for (let i = 0; i < 100; i++) process.stderr.write(`a line among many: ${i}\n`);
      process.stderr.write("the last line\n");
      process.exit(3);
    }));
    assertInstanceOf(error, WorkerDiedError);
    assertEquals(error.exitCode, 3);
    assertMatch(error.stderr!, /^a line among many: .*the last line\n$/s);
    assert(error.stderr!.length <= 4096, String(error.stderr!.length));
  });

  it("costs no result that was there before", async () => {
    await using pool = createPool();
    const bytes = await pool.apply(() => {
      setImmediate(() => process.exit(1));
      return new Uint8Array(30_000_000).fill(7);
    });
    assertEquals([bytes.length, bytes.at(-1)], [30_000_000, 7]);
  });

  // Some of Node's exits hang then: https://github.com/nodejs/node/issues/54918
  it("with much on its way is an end each time", async () => {
    for (let i = 0; i < 25; i++) {
      await using pool = createPool();
      const { promise: down, resolve } = Promise.withResolvers<number | null>();
      pool.events.subscribe((event) => event.type === "workerDown" && resolve(event.exitCode));
      const bytes = await pool.apply(() => {
        setImmediate(() => process.exit(5));
        return new Uint8Array(30_000_000);
      });
      assertEquals([bytes.length, await down], [30_000_000, 5]);
    }
  }, 60_000);

  it("that hangs in a handler has a bound", async () => {
    await using pool = createPool();
    // Deno's words leave in a turn of the event loop that does not come: there it is the call's own.
    const bound = onDeno ? { timeout: 500 } : {};
    const error = await rejection(pool.apply(
      () => {
        process.on("exit", () => {
          for (;;);
        });
        process.exit(5);
      },
      [],
      bound,
    ));
    if (onDeno) return assertInstanceOf(error, TimeoutError);
    assertInstanceOf(error, WorkerDiedError);
    assertEquals([error.exitCode, error.signal], [5, null]);
  });

  it("by terminate() leaves no process", async () => {
    const pool = createPool({ workers: 2 });
    const pids = await pool.broadcast(() => process.pid) as number[];
    const spinning = pool.applyAsync(() => {
      for (;;);
    });
    await pool.terminate();
    await rejection(spinning.get());
    await Promise.all(pids.map(untilGone));
  });

  it("by close() runs the exit handlers of the child", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pool-test-"));
    const pool = createPool();
    await pool.apply(async (path: string) => {
      const { writeFileSync } = await import("node:fs");
      process.on("exit", () => writeFileSync(path, "bye"));
    }, [join(folder, "bye")]);
    pool.close();
    await pool.join();
    assert(existsSync(join(folder, "bye")));
    rmSync(folder, { recursive: true });
  });
});

describe("what cannot be sent to a child process", () => {
  it("is refused for a payload past 2 GiB, and other calls do not notice", async () => {
    await using pool = createPool();
    const huge = new ArrayBuffer(2 ** 31 + 1);
    const calls = [
      pool.apply((x: number) => x, [1]),
      pool.apply((x: ArrayBuffer) => x.byteLength, [transfer(huge)]),
      pool.apply((x: number) => x, [2]),
    ];
    const [first, refused, last] = await Promise.allSettled(calls);
    assertEquals([first, last].map((one) => one?.status), ["fulfilled", "fulfilled"]);
    assertEquals(refused?.status, "rejected");
    const error = (refused as PromiseRejectedResult).reason;
    assertInstanceOf(error, MaybeEncodingError);
    assertMatch(error.message, /2147483649 bytes are more than the 2 GiB/);
  });

  it("is refused for a result past 2 GiB, and the child lives on", async () => {
    await using pool = createPool();
    const error = await rejection(pool.apply(() => new ArrayBuffer(2 ** 31 + 1)));
    assertMatch(String(error), /2147483649 bytes are more than the 2 GiB/);
    assertEquals(await pool.apply(() => 5), 5);
    assertEquals(pool.stats().workers.died, 0);
  }, 60_000);

  it("is refused for shared memory among the arguments of an initializer", () => {
    const initargs = [{ memory: new SharedArrayBuffer(8) }];
    assertThrows(
      () => createPool({ initializer: () => {}, initargs }),
      MaybeEncodingError,
      "Cannot send initargs[0].memory",
    );
  });

  it("a module that is only in the host's memory is told so", async () => {
    const source = new Blob(["export const f = () => 1;"], { type: "text/javascript" });
    const url = URL.createObjectURL(source);
    await using pool = createPool();
    const error = await rejection(pool.apply(importTasks<{ f(): number }>(url).f));
    assertInstanceOf(error, TaskLookupError);
    assertMatch(error.message, /exists only in the memory of the host/);
    URL.revokeObjectURL(url);
  });

  it("arguments of 200 MB arrive, and so do their results", async () => {
    await using pool = createPool();
    const bytes = new Uint8Array(200_000_000);
    bytes[123_456_789] = 5;
    const back = await pool.apply((given: Uint8Array) => given, [transfer(bytes)]);
    assertEquals([back.length, back[123_456_789]], [200_000_000, 5]);
  });
});
