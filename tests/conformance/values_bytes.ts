/** Bytes: buffers and views, copied, shared and moved. */
import { Buffer } from "node:buffer";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { MaybeEncodingError, transfer } from "@pool/core";
import {
  addShared,
  answerOnce,
  bytesLeft,
  echo,
  echoAll,
  giveBytes,
  givePort,
  look,
  measureView,
  readAll,
  sharedBytes,
  sum,
} from "../tasks/values.ts";
import { knownGap } from "../known_gaps.ts";
import { it } from "./bounded.ts";
import type { SuiteBackend } from "./leaks.ts";
import { rejection } from "./rejection.ts";
import { assertSame } from "./same.ts";

/** A typed array of any kind, as far as these tests use it. */
type ViewClass = {
  readonly name: string;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): ArrayBufferView;
  from(view: unknown): ArrayBufferView;
};

const VIEWS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  // Younger than the oldest runtime that is supported.
  ...("Float16Array" in globalThis ? [globalThis.Float16Array] : []),
] as unknown as ViewClass[];

export function bytes({ sharedPool, traits }: SuiteBackend): void {
  const pool = sharedPool(1);

  for (const View of VIEWS) {
    it(`apply() does bring a ${View.name} to the task and back`, async () => {
      const view = new View(new Uint8Array(48).map((_, i) => i * 5 % 120).buffer, 16, 2);
      const expected = View.from(view);
      assertSame(await pool().apply(echo, [view]), expected);
      assertEquals(
        (await pool().apply(look, [view])).tag,
        Object.prototype.toString.call(view),
      );
    });
  }

  it("apply() does bring a DataView to the task and back", async () => {
    const view = new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2);
    const back = await pool().apply(echo, [view]);
    assertInstanceOf(back, DataView);
    assertEquals([back.byteLength, back.getUint16(0)], [2, 0x0203]);
  });

  it("apply() does bring buffers and empty ones to the task and back", async () => {
    const value = {
      buffer: new Uint8Array([1, 2, 3]).buffer,
      none: new ArrayBuffer(0),
      noBytes: new Uint8Array(0),
      emptyPart: new Uint8Array(8).subarray(3, 3),
    };
    const back = await pool().apply(echo, [value]) as typeof value;
    assertSame(back, structuredClone({ ...value, emptyPart: new Uint8Array(0) }));
    assertEquals(back.emptyPart.buffer.byteLength, 0);
  });

  it("apply() does keep a buffer and its whole views together", async () => {
    const buffer = new ArrayBuffer(8);
    const value = [buffer, new Uint8Array(buffer), new Float64Array(buffer)] as const;
    const back = await pool().apply(echo, [value]) as typeof value;
    assertStrictEquals(back[1].buffer, back[0]);
    assertStrictEquals(back[2].buffer, back[0]);
  });

  it("apply() does send only its own part of a subarray", async () => {
    const part = new Uint8Array(1024 * 1024).fill(1).subarray(100, 110);
    const seen = await pool().apply(measureView, [part]);
    assertEquals(seen, { bytes: 10, buffer: 10, sum: 10 });
    assertEquals(part.buffer.byteLength, 1024 * 1024);
  });

  it("apply() does send only its own part of a Buffer, as a Uint8Array", async () => {
    const buffer = Buffer.from("pooled");
    const back = await pool().apply(echo, [buffer]) as Uint8Array;
    assertSame(back, new Uint8Array([...buffer]));
    assertEquals((await pool().apply(measureView, [buffer])).buffer, 6);
  });

  it("apply() does leave the caller's bytes as they are", async () => {
    for (const size of [10, 64 * 1024, 1024 * 1024]) {
      const mine = new Uint8Array(size).fill(1);
      const back = await pool().apply(echo, [mine]) as Uint8Array;
      assertEquals([mine.byteLength, back.byteLength, back.at(-1)], [size, size, 1]);
      assert(back.buffer !== mine.buffer);
    }
  });

  it("apply() does bring 64 KiB, and a byte more or less, to the task and back", async () => {
    for (const size of [65_535, 65_536, 65_537]) {
      const mine = new Uint8Array(size).map((_, i) => i);
      const back = await pool().apply(echo, [mine]) as Uint8Array;
      assert(Buffer.compare(back, mine) === 0);
    }
  });

  it("apply() does leave a buffer resizable that a task returns", async () => {
    const [alone, among] = await pool().apply(() => {
      const make = () => new Uint8Array(new ArrayBuffer(8, { maxByteLength: 16 }));
      return [make(), { bytes: make() }] as const;
    });
    assertEquals([alone.buffer.resizable, among.bytes.buffer.resizable], [true, true]);
    const back = await pool().apply(() =>
      new Uint8Array(new ArrayBuffer(8, { maxByteLength: 16 }))
    );
    assertEquals([back.buffer.resizable, back.byteLength], [true, 8]);
  });

  it("apply() does bring 128 MiB to the task", async () => {
    const size = 128 * 1024 * 1024;
    assertEquals(await pool().apply(sum, [new Uint8Array(size).fill(1)]), size);
  });

  if (traits.sharedMemory) {
    it("apply() does share a SharedArrayBuffer", async () => {
      const memory = new SharedArrayBuffer(8);
      const view = new Int32Array(memory);
      view[0] = 37;
      assertEquals(await pool().apply(addShared, [memory]), 37);
      assertEquals(view[0], 42);
      const back = await pool().apply(echo, [{ memory, part: new Uint8Array(memory, 0, 4) }]) as {
        memory: SharedArrayBuffer;
        part: Uint8Array;
      };
      assertInstanceOf(back.memory, SharedArrayBuffer);
      view[0] = 43;
      assertEquals([new Int32Array(back.memory)[0], back.part[0]], [43, 43]);
    });
  }
}

export function moves({ sharedPool }: SuiteBackend): void {
  const pool = sharedPool(1);

  it("transfer() does detach a typed array at the call, and the task gets it", async () => {
    const mine = new Uint8Array(100).fill(2);
    const pending = pool().apply(sum, [transfer(mine)]);
    assertEquals(mine.byteLength, 0);
    assertEquals(await pending, 200);
  });

  it("transfer() does detach small and large buffers alike", async () => {
    for (const size of [1, 15 * 1024, 17 * 1024, 1024 * 1024]) {
      const mine = new ArrayBuffer(size);
      const back = pool().apply(echo, [transfer({ data: mine, more: [1] }, [mine])]);
      assertEquals(mine.byteLength, 0);
      assertEquals((await back as { data: ArrayBuffer }).data.byteLength, size);
    }
  });

  it("transfer() does move all views of a buffer together", async () => {
    const buffer = new Uint8Array([1, 2, 3, 4]).buffer;
    const views = [new Uint8Array(buffer, 0, 2), new Uint8Array(buffer, 2, 2)] as const;
    const pending = pool().apply(sharedBytes, [transfer(views, [buffer])]);
    assertEquals(buffer.byteLength, 0);
    assertEquals(await pending, { together: true, bytes: [1, 2, 3, 4] });
  });

  it("apply() does detach what options.transfer names, at the call", async () => {
    const mine = new Uint8Array(100).fill(3);
    const pending = pool().apply(sum, [mine], { transfer: [mine.buffer] });
    assertEquals(mine.byteLength, 0);
    assertEquals(await pending, 300);
  });

  it("apply() does leave buffers alone that a refused call would have moved", async () => {
    const mine = new Uint8Array(10).fill(1);
    const calls = [
      () => pool().apply(echoAll, [transfer(mine), () => {}]),
      () => pool().apply(echo, [transfer({ mine, no: Symbol("no") }, [mine.buffer])]),
      () => pool().apply(echoAll, [mine, { no: () => {} }], { transfer: [mine.buffer] }),
    ];
    for (const call of calls) assertEquals((await rejection(call())).name, "MaybeEncodingError");
    assertEquals(mine.byteLength, 10);
    assertEquals(await pool().apply(sum, [mine]), 10);
  });

  it("transfer() does move a result out of the worker", async () => {
    for (const size of [10, 1024 * 1024]) {
      const bytes = await pool().apply(giveBytes, [size]);
      assertEquals([bytes.byteLength, bytes[0]], [size, 7]);
      assertEquals(await pool().apply(bytesLeft), 0);
    }
  });

  it("transfer() does move items of a map and of its results", async () => {
    const items = [1, 2, 3].map((n) => new Uint8Array(n * 10_000).fill(1));
    const pending = pool().map(sum, items.map((bytes) => transfer(bytes)));
    assertEquals(items.map((bytes) => bytes.byteLength), [0, 0, 0]);
    assertEquals(await pending, [10_000, 20_000, 30_000]);
    const results = await pool().map(giveBytes, [1, 20_000], { chunksize: 2 });
    assertEquals(results.map((bytes) => bytes.byteLength), [1, 20_000]);
  });

  it("transfer() does fail one call at most where a runtime moves no streams", async () => {
    const outcomes = await Promise.allSettled([
      pool().apply(echo, [1]),
      pool().apply(readAll, [transfer(ReadableStream.from(["a"]))]),
      pool().apply(sum, [new Uint8Array(100_000).fill(1)]),
      pool().apply(echo, [2]),
    ]);
    const [first, moved, bytes, last] = outcomes.map((outcome) =>
      outcome.status === "fulfilled" ? outcome.value : outcome.reason.name
    );
    assertEquals([first, bytes, last], [1, 100_000, 2]);
    if (moved !== "MaybeEncodingError") assertEquals(moved, ["a"]);
  });

  it("transfer() does refuse what cannot be moved", () => {
    const view = new Uint8Array(1);
    assertThrows(() => transfer("text"), TypeError, "Cannot transfer text: it is no object");
    assertThrows(() => transfer(view, [view]), TypeError, "Cannot transfer a typed array");
    assertThrows(() => transfer({ view }), TypeError, "Cannot transfer a plain object");
    assertThrows(() => transfer([view]), TypeError, "Cannot transfer a plain object or array");
  });

  it("apply() does refuse options.transfer that names a typed array", async () => {
    const view = new Uint8Array(1);
    const error = await rejection(pool().apply(sum, [view], { transfer: [view as never] }));
    assertInstanceOf(error, TypeError);
    assertEquals(view.byteLength, 1);
  });
}

/** What is more than data: it moves between threads alone. */
export function liveMoves({ sharedPool, traits }: SuiteBackend): void {
  const pool = sharedPool(1);

  if (traits.kind === "process") {
    it("transfer() does refuse ports and streams, which cannot move to another process", async () => {
      const { port1, port2 } = new MessageChannel();
      for (
        const [live, name] of [[port2, "MessagePort"], [new ReadableStream(), "ReadableStream"]]
      ) {
        const error = await rejection(pool().apply(echo, [transfer({ live }, [live])]));
        assertInstanceOf(error, MaybeEncodingError);
        assertMatch(error.message, new RegExp(`args\\[0\\]\\.live: .*${name}.*to another process`));
      }
      port1.close();
      const error = await rejection(pool().apply(givePort));
      assertInstanceOf(error, MaybeEncodingError);
      assertEquals(await pool().apply(echo, [1]), 1);
    });
    return;
  }

  it("transfer() does move a MessagePort to the task", async () => {
    const { port1, port2 } = new MessageChannel();
    const pending = pool().apply(answerOnce, [transfer(port2)]);
    const answer = new Promise((resolve) => {
      port1.onmessage = ({ data }: MessageEvent) => resolve(data);
    });
    port1.postMessage(21);
    assertEquals([await pending, await answer], [21, 42]);
    port1.close();
  });

  it("transfer() does move a MessagePort to the host", async () => {
    const port = await pool().apply(givePort);
    const message = await new Promise((resolve) => {
      port.onmessage = ({ data }: MessageEvent) => resolve(data);
    });
    assertEquals(message, "from the task");
    port.close();
  });

  const moveStream = async (): Promise<void> => {
    const stream = ReadableStream.from(["a", "b"]);
    assertEquals(await pool().apply(readAll, [transfer(stream)]), ["a", "b"]);
  };
  if (traits.isolated) knownGap("stream-transfer", moveStream);
  else it("transfer() does hand a ReadableStream to the task", moveStream);
}
