import { describe, it } from "node:test";
import { clearInterval, setInterval } from "node:timers";
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Pool } from "@pool/core";
import { host } from "../../src/adapters/host.ts";
import { inline } from "../../src/adapters/inline.ts";
import { threads } from "../../src/adapters/detect.ts";
import { ThreadTransport } from "../../src/adapters/thread_transport.ts";
import type { ThreadEvents } from "../../src/adapters/thread_transport.ts";
import type { WorkerEnd } from "../../src/core/backend.ts";

/** A transport whose thread is only told about. */
function transport(): {
  told: Promise<WorkerEnd>;
  ends: WorkerEnd[];
  on: ThreadEvents;
  port: MessagePort;
} {
  const { promise: told, resolve } = Promise.withResolvers<WorkerEnd>();
  const ends: WorkerEnd[] = [];
  let on!: ThreadEvents;
  let port!: MessagePort;
  new ThreadTransport({
    message() {},
    exit(end) {
      ends.push(end);
      resolve(end);
    },
  }, (theirs, events) => {
    on = events;
    port = theirs;
    return { terminate() {} };
  });
  return { told, ends, on, port };
}

/** The clock's timers do not keep a test running. */
async function held<T>(promise: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, 1000);
  const limit = AbortSignal.timeout(5000);
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) =>
        limit.addEventListener("abort", () => reject(limit.reason))
      ),
    ]);
  } finally {
    clearInterval(timer);
  }
}

describe("thread adapter", () => {
  it("refuses permissions, which threads cannot have of their own", () => {
    for (const permissions of ["none", { read: true }, false, null]) {
      assertThrows(
        () => new Pool({ workers: 1, permissions }),
        TypeError,
        "Cannot use permissions",
      );
    }
    threads().check?.({ permissions: "inherit" });
    threads().check?.({});
  });

  it("says what it can do", () => {
    const { kind, isolated, sharedMemory } = threads().traits;
    assertEquals([kind, isolated, sharedMemory], ["thread", true, true]);
    assertEquals(inline.traits.kind, "inline");
  });
});

describe("inline adapter", () => {
  it("goes on after its host failed with a message", async () => {
    const uncaught: unknown[] = [];
    const { queueMicrotask } = globalThis;
    globalThis.queueMicrotask = (act) =>
      queueMicrotask(() => {
        try {
          act();
        } catch (error) {
          uncaught.push(error);
        }
      });
    try {
      const types: string[] = [];
      const told = Promise.withResolvers<void>();
      const worker = inline.spawn({ workerId: 1, name: "Test-1" }, {
        message({ type }) {
          types.push(type);
          if (type === "ready") throw new RangeError("host");
          told.resolve();
        },
        exit() {},
      });
      worker.post({
        type: "start",
        workerId: 1,
        claims: null,
        slots: null,
        setup: [],
        finalizer: null,
        reportMemory: false,
      });
      worker.post({ type: "close" });
      await held(told.promise);
      worker.terminate();
      assertEquals(types, ["ready", "closed"]);
      assertEquals(uncaught.map(String), ["RangeError: host"]);
    } finally {
      globalThis.queueMicrotask = queueMicrotask;
    }
  });
});

describe("ThreadTransport", () => {
  it("tells an end once, after the port's close and the exit, whichever comes first", async () => {
    for (const exitFirst of [true, false]) {
      const { told, ends, on, port } = transport();
      on.error(new RangeError("first"));
      on.error(new Error("second"));
      if (exitFirst) on.exit(3);
      port.close();
      if (!exitFirst) on.exit(3);
      const end = await held(told);
      on.exit(4);
      assertEquals([end.exitCode, end.signal, end.outOfMemory], [3, null, false]);
      assertMatch(String(end.error), /first/);
      assertEquals(ends.length, 1);
    }
  });

  it("tells an end when only the port closes, and when only the exit comes", async () => {
    const silent = transport();
    silent.port.close();
    assertEquals((await held(silent.told)).exitCode, null);
    const open = transport();
    open.on.exit(1);
    assertEquals((await held(open.told)).exitCode, 1);
  });

  it("recognises an end for want of memory", async () => {
    const { told, on, port } = transport();
    on.error(Object.assign(new Error("too much"), { code: "ERR_WORKER_OUT_OF_MEMORY" }));
    on.exit(1);
    port.close();
    assert((await held(told)).outOfMemory);
  });

  it("closes its port when the thread cannot be started", async () => {
    let theirs: MessagePort | undefined;
    assertThrows(
      () =>
        new ThreadTransport({ message() {}, exit() {} }, (port) => {
          theirs = port;
          throw new RangeError("bad flag");
        }),
      RangeError,
      "bad flag",
    );
    await held(new Promise((resolve) => theirs!.addEventListener("close", resolve)));
  });
});

/** Notes each timer that is ref'd or unref'd from now on. */
function watchTimers(): { readonly seen: NodeJS.Timeout[]; stop(): void } {
  const timer = setInterval(() => {}, 2 ** 30);
  clearInterval(timer);
  const prototype = Object.getPrototypeOf(timer) as NodeJS.Timeout;
  const { ref, unref } = prototype;
  const seen: NodeJS.Timeout[] = [];
  prototype.ref = function () {
    seen.push(this);
    return ref.call(this);
  };
  prototype.unref = function () {
    seen.push(this);
    return unref.call(this);
  };
  return { seen, stop: () => void Object.assign(prototype, { ref, unref }) };
}

describe("host", () => {
  it("keepAlive() may be held, released and ended in any order", () => {
    const timers = watchTimers();
    try {
      const alive = host.keepAlive();
      alive.release();
      alive.hold();
      assertEquals(timers.seen, [], "a new timer keeps the program running");
      alive.hold();
      assertEquals(timers.seen.map((timer) => timer.hasRef()), [true]);
      alive.release();
      assertEquals(timers.seen.map((timer) => timer.hasRef()), [false, false]);
      alive.hold();
      assertEquals(timers.seen.map((timer) => timer.hasRef()), [true, true, true]);
      assertEquals(new Set(timers.seen).size, 1);
      alive.end();
      alive.end();
      alive.release();
      assertEquals(timers.seen.length, 3, "there is no timer any more");
    } finally {
      timers.stop();
    }
  });

  it("clock.setTimeout() waits also where timers of the runtime would not", async () => {
    let fired = false;
    const timer = host.clock.setTimeout(() => fired = true, 3e9);
    await new Promise((resolve) => setTimeout(resolve, 20));
    host.clock.clearTimeout(timer);
    assert(!fired);
  });

  it("clock.now() moves on", () => {
    const before = host.clock.now();
    assert(host.clock.now() >= before && before > 1.6e12);
  });
});
