/** What goes through pipes; Python's tests of them are the guide. */
import process from "node:process";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  BufferTooShort,
  EOFError,
  InvalidStateError,
  Lock,
  MaybeEncodingError,
  Pipe,
  type Pool,
  waitReady,
} from "@pool/core";
import {
  type Any,
  blockElsewhere,
  collectInTurn,
  echo,
  echoBytes,
  echoSync,
  sendBlocks,
} from "../tasks/pipes.ts";
import type { Backend } from "./backend.ts";
import { it, within } from "./bounded.ts";
import { suite } from "./leaks.ts";
import { passTime } from "./pool_scene.ts";
import { rejection } from "./rejection.ts";
import { assertSame } from "./same.ts";

/** Bytes that no pipe holds at once. */
const LARGE = 1_000_000;

export function pipeSuite(backend: Backend): void {
  suite("Pipe", backend, (b) => {
    const pool = b.sharedPool({ workers: 3 });
    valueTests(pool);
    bytesTests(pool);
    largeTests(pool);
    manyTests(pool);
    waitTests(pool);
    if (b.traits.sharedMemory) blockingTests(pool);
    else {
      it("what blocks is refused where memory is not shared", async () => {
        const [, end] = Pipe();
        const names = await pool().apply(blockElsewhere, [end]);
        assertEquals(names, Array(5).fill("InvalidStateError"));
      });
    }
  });
}

const VALUES: unknown[] = [
  undefined,
  null,
  true,
  0,
  -0,
  NaN,
  1.5,
  10n ** 30n,
  "",
  "text with ü and 漢字",
  [],
  [1, [2, [3]]],
  { a: { b: [null, undefined] } },
  new Date(1e12),
  new Map<unknown, unknown>([["a", new Set([1, 2])]]),
  new Float64Array([1, 2, 3]),
  new ArrayBuffer(8),
  /x+/giu,
  new RangeError("no", { cause: new TypeError("because") }),
  Array.from({ length: 300 }, (_, id) => ({ id, name: `item ${id}` })),
];

function valueTests(pool: () => Pool): void {
  it("recv() returns what send() was given, in its order", async () => {
    const [ours, theirs] = Pipe();
    const done = pool().apply(echo, [theirs]);
    for (const value of VALUES) {
      await ours.send(value);
      assertSame(await ours.recv(), value);
    }
    const sent = Promise.all(VALUES.map((value) => ours.send(value)));
    for (const value of VALUES) assertSame(await ours.recv(), value);
    await sent;
    await ours.close();
    assertEquals(await done, 2 * VALUES.length);
  });

  it("calls of recv() are served in their order", async () => {
    const [ours, theirs] = Pipe();
    const done = pool().apply(echo, [theirs]);
    const received = Promise.all(Array.from({ length: 100 }, () => ours.recv()));
    for (let i = 0; i < 100; i++) void ours.send(i);
    assertEquals(await received, Array.from({ length: 100 }, (_, i) => i));
    await ours.close();
    assertEquals(await done, 100);
  });

  it("what cannot be sent rejects its own send() and leaves nothing in the pipe", async () => {
    const [ours, theirs] = Pipe();
    const done = pool().apply(echo, [theirs]);
    const fault = await rejection(ours.send({ here: [() => {}] }));
    assertInstanceOf(fault, MaybeEncodingError);
    assertEquals(fault.path, "value.here[0]");
    await ours.send("next");
    assertEquals(await ours.recv(), "next");
    await ours.close();
    assertEquals(await done, 1);
  });

  it("what is sent is a copy as of the call, also while it waits for room", async () => {
    const [ours, theirs] = Pipe();
    const bytes = new Uint8Array(LARGE).fill(1), numbers = [1, 2, 3];
    const sent = [ours.send(bytes), ours.send(numbers)];
    bytes.fill(2);
    numbers.push(4);
    const done = pool().apply(echo, [theirs]);
    assertEquals(new Set(await ours.recv() as Uint8Array), new Set([1]));
    assertEquals(await ours.recv(), [1, 2, 3]);
    await Promise.all(sent);
    await ours.close();
    await done;
  });
}

function bytesTests(pool: () => Pool): void {
  it("sendBytes() and recvBytes() carry bytes of any length, an empty message too", async () => {
    const lengths = [0, 1, 3, 4, 5, 1000, 65_536, 131_072, 262_144, LARGE];
    const [ours, theirs] = Pipe();
    const done = pool().apply(echoBytes, [theirs, lengths.length]);
    for (const length of lengths) {
      const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
      await ours.sendBytes(bytes);
      assertEquals(await ours.recvBytes(), bytes);
    }
    await done;
  });

  it("sendBytes() takes any buffer, from an offset and so many bytes", async () => {
    const [ours, theirs] = Pipe();
    const all = Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]);
    const shared = new Uint8Array(new SharedArrayBuffer(8));
    shared.set(all);
    const cases: [Parameters<Any["sendBytes"]>, number[]][] = [
      [[all], [0, 1, 2, 3, 4, 5, 6, 7]],
      [[all.buffer, { offset: 6 }], [6, 7]],
      [[all.subarray(2, 6), { offset: 1, size: 2 }], [3, 4]],
      [[new DataView(all.buffer, 4), { size: 1 }], [4]],
      [[new Uint16Array(all.buffer), { offset: 7 }], [7]],
      [[shared, { offset: 8 }], []],
      [[shared.buffer, { offset: 3, size: 0 }], []],
    ];
    const done = pool().apply(echoBytes, [theirs, cases.length]);
    for (const [args, expected] of cases) {
      await ours.sendBytes(...args);
      assertEquals([...await ours.recvBytes()], expected);
    }
    await done;
  });

  it("recvBytesInto() writes at an offset and returns the length", async () => {
    const [ours, theirs] = Pipe();
    await theirs.sendBytes(new Uint8Array([1, 2, 3]));
    await theirs.sendBytes(new Uint8Array());
    const buffer = new Uint8Array(6);
    assertEquals(await ours.recvBytesInto(buffer, { offset: 2 }), 3);
    assertEquals([...buffer], [0, 0, 1, 2, 3, 0]);
    assertEquals(await ours.recvBytesInto(buffer.buffer, { offset: 6 }), 0);
  });

  it("a message that is too long comes with BufferTooShort, and the next one as usual", async () => {
    const [ours, theirs] = Pipe();
    const done = pool().apply(echoBytes, [theirs, 3]);
    const message = new Uint8Array(LARGE).fill(9);
    const sent = [message, message.subarray(0, 4), message.subarray(0, 5)].map((bytes) =>
      ours.sendBytes(bytes)
    );
    const short = await rejection(ours.recvBytesInto(new Uint8Array(10), { offset: 7 }));
    assertInstanceOf(short, BufferTooShort);
    assertEquals(short.data, message);
    const limited = await rejection(ours.recvBytes({ maxLength: 3 }));
    assertInstanceOf(limited, BufferTooShort);
    assertEquals([...limited.data as Uint8Array], [9, 9, 9, 9]);
    assertEquals((await ours.recvBytes({ maxLength: 5 })).length, 5);
    await Promise.all([...sent, done]);
  });

  it("a message that is received otherwise than it was sent stays", async () => {
    const [ours, theirs] = Pipe();
    await theirs.sendBytes(new Uint8Array([1]));
    await theirs.send("value");
    await assertRejects(() => ours.recv(), InvalidStateError, "use recvBytes");
    await assertRejects(() => ours.recv(), InvalidStateError, "use recvBytes");
    assertEquals([...await ours.recvBytes()], [1]);
    await assertRejects(() => ours.recvBytes(), InvalidStateError, "use recv");
    assertEquals(await ours.recv(), "value");
    const other = pool().apply(echo, [ours]);
    await theirs.sendBytes(new Uint8Array([1]));
    await assertRejects(() => other, InvalidStateError, "use recvBytes");
  });
}

function largeTests(pool: () => Pool): void {
  it("200 MB go through as one message", async () => {
    const [ours, theirs] = Pipe();
    const done = pool().apply(echo, [theirs]);
    const bytes = new Uint8Array(200_000_000);
    for (let i = 0; i < bytes.length; i += 4096) bytes[i] = i / 4096 % 251;
    const [, back] = await Promise.all([ours.send(bytes), ours.recv() as Promise<Uint8Array>]);
    assertEquals(back.length, bytes.length);
    for (let i = 0; i < bytes.length; i += 4096) assert(back[i] === bytes[i], `byte ${i}`);
    await ours.close();
    assertEquals(await done, 1);
  }, 60_000);

  it("both sides send large messages at once, and each receives", async () => {
    const [ours, theirs] = Pipe();
    const done = pool().apply(sendBlocks, [await theirs.duplicate(), 7, 5, LARGE]);
    const echoed = pool().apply(echo, [theirs]);
    const marks: number[] = [];
    const received = (async () => {
      for (let i = 0; i < 10; i++) {
        const { mark, block } = await ours.recv() as { mark: number; block: Uint8Array };
        assertEquals(block.length, LARGE);
        assert(block.every((byte) => byte === mark));
        marks.push(mark);
      }
    })();
    for (let i = 0; i < 5; i++) await ours.send({ mark: 8, block: new Uint8Array(LARGE).fill(8) });
    await received;
    await ours.close();
    await Promise.all([done, echoed]);
    assertEquals(marks.sort(), [7, 7, 7, 7, 7, 8, 8, 8, 8, 8]);
  });

  it("send() waits for room", async () => {
    const [ours, theirs] = Pipe();
    let sent = 0;
    const all = Promise.all(Array.from({ length: 100 }, async (_, i) => {
      await ours.sendBytes(new Uint8Array(10_000).fill(i));
      sent++;
    }));
    await passTime(150);
    assert(sent > 10 && sent < 50, `${sent} were sent`);
    const done = pool().apply(echoBytes, [theirs, 100]);
    for (let i = 0; i < 100; i++) assertEquals((await ours.recvBytes())[5], i);
    await Promise.all([all, done]);
  });
}

function manyTests(pool: () => Pool): void {
  it("messages of several senders do not mix", async () => {
    const [ours, theirs] = Pipe();
    const marks = [1, 2, 3];
    const done = await Promise.all(marks.map(async (mark) => {
      const end = await theirs.duplicate();
      return () => pool().apply(sendBlocks, [end, mark, 10, 400_000]);
    }));
    await theirs.close();
    const running = Promise.all(done.map((start) => start()));
    const counts = [0, 0, 0, 0];
    for await (const message of ours) {
      const { mark, block } = message as { mark: number; block: Uint8Array };
      assert(block.every((byte) => byte === mark), `a block of ${mark} is mixed`);
      counts[mark]!++;
    }
    await running;
    assertEquals(counts, [0, 10, 10, 10]);
  });

  it("several receivers under a lock get each message once", async () => {
    const [ours, theirs] = Pipe();
    const lock = new Lock();
    const ends = [await theirs.duplicate(), await theirs.duplicate(), theirs];
    const lists = ends.map((end) => pool().apply(collectInTurn, [end, lock]));
    for (let i = 0; i < 100; i++) await ours.send(i);
    await ours.close();
    const all = (await Promise.all(lists)).flat() as number[];
    assertEquals(all.sort((a, b) => a - b), Array.from({ length: 100 }, (_, i) => i));
  });
}

function waitTests(pool: () => Pool): void {
  it("poll() tells whether something is there, or the end", async () => {
    const [ours, theirs] = Pipe();
    assertEquals(await ours.poll(), false);
    const began = performance.now();
    assertEquals(await ours.poll({ timeout: 60 }), false);
    assert(performance.now() - began >= 59);
    const done = pool().apply(echo, [theirs]);
    await ours.send(1);
    assertEquals(await ours.poll({ timeout: Infinity }), true);
    assertEquals(await ours.recv(), 1);
    const [end, other] = Pipe();
    setTimeout(() => void other.close(), 50);
    assertEquals(await end.poll({ timeout: 5000 }), true);
    await assertRejects(() => end.recv(), EOFError);
    await ours.close();
    await done;
  });

  it("waitReady() returns those that are, in their order", async () => {
    const pipes = [Pipe(), Pipe(), Pipe()];
    const ends = pipes.map(([end]) => end);
    assertEquals(await waitReady([]), []);
    assertEquals(await waitReady(ends, { timeout: 0 }), []);
    assertEquals(await waitReady(ends, { timeout: 50 }), []);
    const done = pool().apply(echo, [pipes[1]![1]]);
    await ends[1]!.send("b");
    assertEquals(await waitReady(ends), [ends[1]]);
    await pipes[2]![1].close();
    assertEquals(await waitReady(ends), [ends[1], ends[2]]);
    await pipes[0]![1].send("a");
    assertEquals(await waitReady(new Set(ends)), ends);
    assertEquals([await ends[0]!.recv(), await ends[1]!.recv()], ["a", "b"]);
    await ends[1]!.close();
    await done;
  });

  it("waitReady() waits on where somebody else has received what came", async () => {
    const [ours, theirs] = Pipe(), [other, far] = Pipe();
    const waiting = waitReady([ours, other]);
    const item = ours.recv();
    await theirs.send(1);
    assertEquals(await item, 1);
    await far.send(2);
    assertEquals(await waiting, [other]);
    assertEquals(await waitReady([ours], { timeout: 20 }), []);
  });

  it("waits use no CPU time", async () => {
    const [ours, theirs] = Pipe();
    const [other, far] = Pipe();
    const done = pool().apply(echo, [far]);
    const before = process.cpuUsage();
    const ready = waitReady([ours, other], { timeout: 1000 });
    const received = ours.recv();
    await passTime(1000);
    const { user, system } = process.cpuUsage(before);
    assert(user + system < 300_000, `${user + system} µs`);
    assertEquals(await ready, []);
    await theirs.send(1);
    assertEquals(await received, 1);
    await other.close();
    await done;
  });

  it("a wait of waitReady() that is over keeps nothing waiting", async () => {
    const [ours, theirs] = Pipe(), [other, far] = Pipe();
    for (let i = 0; i < 20; i++) {
      const ready = waitReady([ours, other]);
      await (i % 2 ? theirs : far).send(i);
      const [end] = await ready;
      assertEquals(await end!.recv(), i);
    }
    const [a, b] = [ours.recv(), other.recv()];
    await theirs.send("a");
    await far.send("b");
    assertEquals(await within(90, () => Promise.all([a, b])), ["a", "b"]);
  });
}

function blockingTests(pool: () => Pool): void {
  it("the Sync twins do the same, and block", async () => {
    const [ours, theirs] = Pipe();
    const done = pool().apply(echoSync, [theirs]);
    // The call leaves with the turn.
    await ours.send("begin");
    await ours.recv();
    for (const value of VALUES) {
      ours.sendSync(value);
      assertSame(ours.recvSync(), value);
    }
    assertEquals(ours.pollSync(), false);
    assertEquals(ours.pollSync({ timeout: 30 }), false);
    ours.sendSync(1);
    assertEquals(ours.pollSync({ timeout: 5000 }), true);
    assertEquals(await ours.recv(), 1);
    await ours.close();
    assertEquals(await done, VALUES.length + 2);
  });

  it("what blocks goes on with what waits in its own thread", async () => {
    const [ours, theirs] = Pipe();
    const sent = [theirs.sendBytes(new Uint8Array(LARGE).fill(1)), theirs.send("then")];
    const first = ours.recvBytesSync();
    assertEquals([first.length, first[LARGE - 1]], [LARGE, 1]);
    assertEquals(ours.recvSync(), "then");
    await Promise.all(sent);
    const received = [ours.recv(), ours.recv()];
    theirs.sendSync("a");
    theirs.sendSync("b");
    theirs.sendSync("c");
    assertEquals(ours.recvSync(), "c");
    assertEquals(await Promise.all(received), ["a", "b"]);
  });

  it("recvBytesIntoSync() and sendBytesSync() know offsets too", () => {
    const [ours, theirs] = Pipe();
    theirs.sendBytesSync(new Uint8Array([1, 2, 3]), { offset: 1 });
    const buffer = new Uint8Array(4);
    assertEquals(ours.recvBytesIntoSync(buffer, { offset: 1 }), 2);
    assertEquals([...buffer], [0, 2, 3, 0]);
  });
}
